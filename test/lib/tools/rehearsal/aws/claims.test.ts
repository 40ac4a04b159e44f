import type { Finding } from '../../../../../lib/report/findings';
import { CHECK_GAPS, type Claim, judge } from '../../../../../lib/tools/rehearsal/aws/claims';
import { documentedDeployments } from '../../../../../lib/tools/rehearsal/aws/readme';

const BOOTSTRAP: Claim = { check: 'CDK bootstrap', result: 'failed', found: /is not bootstrapped/ };
const unprepared: Finding = {
  check: 'CDK bootstrap',
  result: 'failed',
  found: 'us-east-1 is not bootstrapped',
  fix: '…',
};
const fine: Finding = { check: 'Stacks', result: 'ok', found: '7 complete' };

describe('what a check says', () => {
  test('is true when it is ok, or not ok as it must be', () => {
    expect(judge([fine, unprepared], [BOOTSTRAP])).toEqual([
      { verdict: 'ok', found: '2 of 2 findings are true, and what must not be ok is not: CDK bootstrap' },
    ]);
  });

  test('is a fault when it objects to what is fine', () => {
    expect(judge([fine, unprepared], [])).toContainEqual({
      verdict: 'fault',
      found: 'not true: CDK bootstrap is failed: us-east-1 is not bootstrapped',
    });
  });

  test('is a fault when it finds fine what is not, or not often enough', () => {
    const found = 'not said 1 times: CDK bootstrap is failed: is not bootstrapped';
    expect(judge([{ check: 'CDK bootstrap', result: 'ok', found: 'version 33' }], [BOOTSTRAP])).toContainEqual({
      verdict: 'fault',
      found,
    });
    expect(judge([unprepared], [{ ...BOOTSTRAP, times: 2 }])).toContainEqual({
      verdict: 'fault',
      found: found.replace('1', '2'),
    });
  });

  test('is a gap when the emulator cannot answer, with the reason once for all checks', () => {
    const notRun = (check: string): Finding => ({ check, result: 'not run', found: 'not looked at', fix: '…' });
    expect(judge([notRun('Pods'), notRun('Placement')], [])).toContainEqual({
      verdict: 'gap',
      found: 'Pods and Placement: it asks the Kubernetes API',
    });
  });

  test('of the same check is no gap when it is something else', () => {
    const quota: Finding = { check: 'Quotas', result: 'failed', found: '5 addresses of 5 are taken', fix: '…' };
    expect(judge([quota], []).map(({ verdict }) => verdict)).toEqual(['ok', 'fault']);
  });

  test.each(CHECK_GAPS)('has a reason where it cannot be true: $found', ({ reason }) => {
    expect(reason.length).toBeGreaterThan(15);
  });
});

describe('the deployments of the README', () => {
  const readme = [
    '   $ npx cdk deploy ErpDev -c standIn=dev --concurrency 4 --require-approval never',
    '   $ npx cdk deploy ErpDev --concurrency 4',
    'With images: `npx cdk deploy ErpDev -c x=y`.',
    '$ npx cdk deploy ErpProd -c protection=off   # the same again',
    '$ npx cdk deploy ErpProd',
  ].join('\n');

  const PROTECTED = [
    { context: ['protection=off'], options: [] },
    { context: [], options: [] },
  ];

  test.each([
    [
      'dev',
      false,
      [
        { context: ['standIn=dev'], options: ['--concurrency', '4', '--require-approval', 'never'] },
        { context: [], options: ['--concurrency', '4'] },
      ],
    ],
    // Under -c protection=off as well.
    ['prod', false, PROTECTED],
    ['stage', true, PROTECTED],
  ])('of %s with protection %j are its lines or those of one alike', (name, protection, expected) => {
    expect(documentedDeployments(readme, { name, protection })).toEqual(expected);
  });

  test('must be there', () => {
    expect(() => documentedDeployments('', { name: 'dev', protection: false })).toThrow(
      'no line "$ npx cdk deploy ErpDev …"',
    );
  });
});
