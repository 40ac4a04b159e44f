import { inWords } from '../../../lib/assembly/answers';
import type { Template } from '../../../lib/assembly/assembly';
import { Resolver } from '../../../lib/assembly/resolver';
import { assemblyStack } from './stack';

const stack = (name: string, template: Template, paths: Record<string, string> = {}) =>
  assemblyStack(name, template, { paths: new Map(Object.entries(paths)) });

const edge = stack(
  'Edge',
  {
    Outputs: {
      Exported: { Value: { 'Fn::GetAtt': ['Group1234', 'Arn'] }, Export: { Name: 'Edge:Group' } },
      Weak: { Value: { Ref: 'Group1234' } },
    },
  },
  { Group1234: 'Targets/notification' },
);
const app = stack('App', {}, { Table1: 'Table' });
const resolve = (value: unknown) => new Resolver([edge, app], inWords()).resolve(value, app);

test.each([
  ['a reference', { Ref: 'Table1' }, '<Table>'],
  ['an attribute', { 'Fn::GetAtt': ['Table1', 'Arn'] }, '<Table.Arn>'],
  ['an attribute as one text', { 'Fn::GetAtt': 'Table1.Arn' }, '<Table.Arn>'],
  ['a strong reference of another stack', { 'Fn::ImportValue': 'Edge:Group' }, '<Edge.Targets.notification.Arn>'],
  [
    'a weak reference of another stack',
    { 'Fn::GetStackOutput': { StackName: 'Edge', OutputName: 'Weak' } },
    '<Edge.Targets.notification>',
  ],
  ['an export that nobody makes', { 'Fn::ImportValue': 'Other:Thing' }, '<export Other:Thing>'],
  ['a joined text', { 'Fn::Join': ['', ['{"arn":"', { Ref: 'Table1' }, '"}']] }, '{"arn":"<Table>"}'],
  [
    'a substitution',
    { 'Fn::Sub': 'https://${AWS::AccountId}.${AWS::Region}/${Table1.Arn}' },
    'https://<AccountId>.ap-northeast-2/<Table.Arn>',
  ],
  ['a substitution with variables', { 'Fn::Sub': ['${a}-${!b}', { a: { Ref: 'Table1' } }] }, '<Table>-${!b}'],
  ['an item of a list', { 'Fn::Select': [1, ['a', { Ref: 'Table1' }]] }, '<Table>'],
  ['a part of a text', { 'Fn::Select': [0, { 'Fn::Split': [',', 'a,b'] }] }, 'a'],
  ['a function without a name of its own', { 'Fn::GetAZs': '' }, '<GetAZs >'],
  ['an asset', `s3://bucket/${'0123456789abcdef'.repeat(4)}.zip`, 's3://bucket/asset-01234567.zip'],
  ['a map', { port: 80, target: { Ref: 'Table1' } }, { port: 80, target: '<Table>' }],
])('%s becomes readable', (_, value, expected) => {
  expect(resolve(value)).toEqual(expected);
});

test('a reference to a resource that is replaced says so', () => {
  const answers = inWords((name, id) => name === 'Edge' && id === 'Group1234');

  expect(new Resolver([edge, app], answers).resolve({ 'Fn::ImportValue': 'Edge:Group' }, app)).toBe(
    '<new Edge.Targets.notification.Arn>',
  );
});
