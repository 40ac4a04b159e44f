import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const REPOSITORY = join(__dirname, '..', '..');

test('errors name the lines of the TypeScript sources', () => {
  const source = readFileSync(join(REPOSITORY, 'lib/cache.ts'), 'utf8').split('\n');
  const script = "require('./lib/cache').cached('test/fails', () => { throw new Error('on purpose') })";

  const { stderr } = spawnSync('node', ['-r', './bin/register.js', '-e', script], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });

  expect(stderr).toContain('Error: on purpose');
  expect(stderr).toContain(`lib/cache.ts:${source.findIndex((line) => line.includes('make(making)')) + 1}:`);
});
