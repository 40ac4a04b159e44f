import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const REPOSITORY = join(__dirname, '..', '..');

test('errors name the lines of the TypeScript sources', () => {
  const source = readFileSync(join(REPOSITORY, 'lib/cache.ts'), 'utf8').split('\n');
  const script = "require('../lib/cache').cached('fails', () => { throw new Error('on purpose') })";

  // Not at the root of the repository, where .swcrc would be found anyway.
  const { stderr } = spawnSync('node', ['-r', '../bin/register.js', '-e', script], {
    cwd: join(REPOSITORY, 'lib'),
    encoding: 'utf8',
  });

  expect(stderr).toContain('Error: on purpose');
  expect(stderr).toContain(`lib/cache.ts:${source.findIndex((line) => line.includes('make(making)')) + 1}:`);
});

test('a source that changes is translated again', () => {
  const directory = mkdtempSync(join(tmpdir(), 'erp-register-'));
  const source = join(directory, 'answer.ts');
  const answer = (value: string) => {
    writeFileSync(source, `const answer: string = ${JSON.stringify(value)}; console.log(answer);`);
    return spawnSync('node', ['-r', join(REPOSITORY, 'bin/register.js'), source], { encoding: 'utf8' }).stdout.trim();
  };

  expect([answer('one'), answer('one'), answer('two'), answer('one')]).toEqual(['one', 'one', 'two', 'one']);
  rmSync(directory, { recursive: true });
});
