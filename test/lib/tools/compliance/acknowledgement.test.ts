import * as cdk from 'aws-cdk-lib';
import { type Acknowledgement, acknowledge, inPacks, overdue } from '../../../../lib/tools/compliance/acknowledgement';
import type { EnvironmentStacks } from '../../../../lib/platform/platform';

const app = new cdk.App();
const network = new cdk.Stack(app, 'Network');
const environments = [{ network } as unknown as EnvironmentStacks];

const entry: Acknowledgement = {
  name: 'access-logs',
  at: (environment) => [environment.network],
  ids: ['AwsSolutions::AwsSolutions-S1'],
  reason: 'It receives the logs of the others.',
  control: 'Only log delivery writes.',
  owner: 'security',
  review: '2027-06-30',
};

test.each<[string, Partial<Acknowledgement>, string]>([
  ['without a reason', { reason: ' ' }, 'access-logs: has no reason; say why this resource may be as it is'],
  ['without a control', { control: '' }, 'access-logs: has no compensating control'],
  ['with no date for its review', { review: 'next year' }, 'access-logs: has the review date "next year"'],
  ['with a day that does not exist', { review: '2027-13-01' }, 'access-logs: has the review date "2027-13-01"'],
  ['whose id lacks the pack', { ids: ['AwsSolutions-S1'] }, 'write <pack>::AwsSolutions-S1'],
])('an entry %s fails at once and is named', (_, change, text) => {
  expect(() => acknowledge(environments, [{ ...entry, ...change }])).toThrow(text);
});

test('all problems of all entries come in one error', () => {
  const problem = () =>
    acknowledge(environments, [
      { ...entry, reason: '' },
      { ...entry, name: 'other', control: '' },
    ]);
  expect(problem).toThrow(/access-logs: has no reason[^]*other: has no compensating control/);
});

test('two entries for the same finding of the same construct are refused', () => {
  expect(() => acknowledge(environments, [entry, { ...entry, name: 'again' }])).toThrow(
    'again: access-logs acknowledges AwsSolutions::AwsSolutions-S1 at Network already',
  );
});

test('an entry acknowledges every id on every construct it selects', () => {
  const stacks = ['A', 'B'].map((id) => new cdk.Stack(app, id));
  const applied = acknowledge(environments, [
    { ...entry, at: () => [...stacks, undefined], ids: inPacks(['PCI.DSS.321', 'HIPAA.Security'], 'LambdaDLQ') },
  ]);
  expect(applied.map(({ id, at }) => [at.node.path, id])).toEqual([
    ['A', 'PCI.DSS.321::PCI.DSS.321-LambdaDLQ'],
    ['A', 'HIPAA.Security::HIPAA.Security-LambdaDLQ'],
    ['B', 'PCI.DSS.321::PCI.DSS.321-LambdaDLQ'],
    ['B', 'HIPAA.Security::HIPAA.Security-LambdaDLQ'],
  ]);
});

test('an entry is overdue on the day after its review date', () => {
  expect(overdue([entry], '2027-06-30')).toEqual([]);
  expect(overdue([entry], '2027-07-01')).toEqual([entry]);
});
