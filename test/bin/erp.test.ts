import { spawnSync } from 'child_process';
import { REPOSITORY, temporaryFolder } from '../lib/synth';

/** What the CDK CLI runs, with context as it hands it over. */
function synth(context: object, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', './bin/register.js', 'bin/erp.ts'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: {
      ...process.env,
      CDK_VALIDATION: 'false',
      CDK_OUTDIR: temporaryFolder(),
      CDK_CONTEXT_JSON: JSON.stringify(context),
      ...env,
    },
  });
  return { status, stdout, stderr };
}

test.each([
  [
    'what a run asks for',
    { kubernetes: '1.30', standIn: 'test' },
    [
      '2 problems in the configuration:',
      '  command line: -c kubernetes is "1.30"; allowed: 1.31, 1.32, 1.33, 1.34, 1.35, 1.36',
      '  command line: -c standIn is "test"; allowed: dev, prod',
    ],
  ],
  [
    'a layer that is not installed',
    { kubernetes: '1.33' },
    [
      '1 problem in the configuration:',
      '  package.json: dependencies.@aws-cdk/lambda-layer-kubectl-v33 is missing; allowed: 2.2.2, installed: this Kubernetes version needs its kubectl. Run: npm install --save-exact @aws-cdk/lambda-layer-kubectl-v33@2.2.2',
    ],
  ],
])('problems with %s are all that is printed, and the exit code is 1', (_, context, lines) => {
  expect(synth(context)).toEqual({ status: 1, stdout: '', stderr: `${lines.join('\n')}\n` });
});

test('with --debug the stack comes too', () => {
  const { status, stderr } = synth({ kubernetes: '1.30' }, { CDK_DEBUG: 'true' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/1 problem in the configuration:\n.*-c kubernetes is "1\.30".*\n\s+at /s);
});
