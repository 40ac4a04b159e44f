import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** The app as the CDK CLI starts it, with a context that cannot be had. */
function run(env: Readonly<Record<string, string>> = {}) {
  const output = mkdtempSync(path.join(tmpdir(), 'erp-app-'));
  try {
    return spawnSync('node', ['-r', './bin/register.js', 'bin/erp.ts'], {
      cwd: path.join(__dirname, '..', '..'),
      env: {
        ...process.env,
        ...{ CDK_VALIDATION: 'false', CDK_OUTDIR: output, CDK_CONTEXT_JSON: '{"kubernetes": "1.30"}' },
        ...env,
      },
      encoding: 'utf8',
    });
  } finally {
    rmSync(output, { recursive: true });
  }
}

test('a synth that the config or the command line forbids prints the problems and nothing else', () => {
  const { status, stdout, stderr } = run();
  expect(stderr).toMatch(/^1 problem in the configuration:\n {2}command line: -c kubernetes is "1.30"; .*\n$/);
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

test('cdk --debug adds where it comes from', () => {
  const { status, stderr } = run({ CDK_DEBUG: 'true' });
  expect(stderr).toMatch(/^ConfigurationError: 1 problem in the configuration:[^]*\n +at .*bin\/erp\.ts/);
  expect(status).toBe(1);
});
