import * as cdk from 'aws-cdk-lib';
import type { AppliedAcknowledgement } from '../../../../lib/tools/compliance/acknowledgement';
import type { ValidationReport } from '../../../../lib/assembly/validation-report';
import type { Evaluation } from '../../../../lib/tools/compliance/recorder';
import { type Row, manifestRows, packRows, toCsv, toMarkdown } from '../../../../lib/tools/compliance/report';

const stack = new cdk.Stack(undefined, 'ErpDevData');
const evaluation: Evaluation = {
  ...{ pack: 'AwsSolutions', rule: 'AwsSolutions-IAM5', resource: 'ErpDevData/Role', stack: 'ErpDevData' },
  ...{ result: 'Non-Compliant', ids: ['AwsSolutions-IAM5[Action::s3:*]'], info: 'Wildcards.', level: 'Error' },
};
const acknowledgement: AppliedAcknowledgement = {
  id: 'AwsSolutions::AwsSolutions-IAM5[Action::s3:*]',
  at: stack,
  entry: {
    ...{ name: 'stars', at: () => [], ids: [], reason: 'Because.', control: 'Logs.' },
    ...{ owner: 'platform', review: '2027-06-30' },
  },
};
const report = (ruleName: string): ValidationReport => ({
  pluginReports: [
    {
      pluginName: 'AwsSolutions',
      suppressedViolations: [
        {
          ...{ ruleName, description: 'Wildcards.', severity: 'error', reason: 'Because. Instead: Logs.' },
          ...{ acknowledgedAt: 'ErpDevData', acknowledgedId: acknowledgement.id },
          violatingConstructs: [{ constructPath: 'ErpDevData/Role' }],
        },
      ],
    },
  ],
});
const nothing: ValidationReport = { pluginReports: [] };
const state = (rows: readonly Row[]) => rows.map(({ rule, state }) => [rule, state]);

test('a finding is suppressed when the framework says so, and then carries its entry', () => {
  expect(packRows('AwsSolutions', [evaluation], report('AwsSolutions-IAM5[Action::s3:*]'), [acknowledgement])).toEqual([
    {
      ...{
        rule: 'AwsSolutions-IAM5[Action::s3:*]',
        resource: 'ErpDevData/Role',
        stack: 'ErpDevData',
        state: 'Suppressed',
      },
      ...{ reason: 'Because. Instead: Logs.', acknowledgedAt: 'ErpDevData', level: 'Error', info: 'Wildcards.' },
      entry: { name: 'stars', owner: 'platform', review: '2027-06-30' },
    },
  ]);
});

test('an entry alone suppresses nothing', () => {
  expect(state(packRows('AwsSolutions', [evaluation], nothing, [acknowledgement]))).toEqual([
    ['AwsSolutions-IAM5[Action::s3:*]', 'Non-Compliant'],
  ]);
});

test('a rule that could not tell is no pass, even where it is acknowledged', () => {
  const failed: Evaluation = { ...evaluation, result: 'Error', ids: ['AwsSolutions-IAM5'] };
  expect(state(packRows('AwsSolutions', [failed], report('AwsSolutions-IAM5'), [acknowledgement]))).toEqual([
    ['AwsSolutions-IAM5', 'Error'],
  ]);
});

test('an acknowledgement of manifests that acknowledges nothing is open', () => {
  const idle = { ...acknowledgement, id: 'Kubernetes::CIS-4.2.4[DaemonSet gone/daemon]' };
  expect(state(manifestRows([], [idle]))).toEqual([['unused-acknowledgement', 'Non-Compliant']]);
});

const rows: Row[] = [
  { rule: 'R', resource: 'A/B', stack: 'A', state: 'Non-Compliant', level: 'Error', info: 'a "quoted" | text' },
];
const pack = { pack: 'P', rows, notApplicable: 3, complete: true };

test('a CSV doubles quotes', () => {
  expect(toCsv(pack)).toBe(
    'Rule ID,Resource ID,Compliance,Exception Reason,Rule Level,Rule Info\n"R","A/B","Non-Compliant","N/A","Error","a ""quoted"" | text"\n',
  );
});

test('a summary lists what is open and keeps its table whole', () => {
  const text = toMarkdown({ environment: 'dev', commit: 'c0ffee', versions: {}, templates: {} }, [pack]);
  expect(text).toContain('| P | 0 | 1 | 0 | 0 | 3 |');
  expect(text).toContain('| P | R | A/B | Non-Compliant | a "quoted" \\| text |');
});
