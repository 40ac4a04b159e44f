import type { AssemblyStack, Resource, Template } from '../../../../../lib/assembly/assembly';
import { parseFaults, withFault } from '../../../../../lib/tools/rehearsal/aws/faults';
import { GAPS } from '../../../../../lib/tools/rehearsal/aws/gaps';
import { standIn } from '../../../../../lib/tools/rehearsal/aws/stand-ins';
import { changeOf, withChange } from '../../../../../lib/tools/rehearsal/aws/update';

function stack(
  resources: Readonly<Record<string, Resource>>,
  name = 'ErpDevNetwork',
  more: Template = {},
): AssemblyStack {
  return {
    ...{ name, environment: 'dev', region: 'ap-northeast-2', description: '', terminationProtection: false },
    ...{ dependencies: [], bootstrap: { parameter: '', version: 0 }, paths: new Map() },
    ...{ resources, template: { ...more, Resources: resources } },
  };
}

const KNOWN = new Set(['AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::Route', 'AWS::SSM::Parameter']);

const NETWORK = stack({
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' } } },
  Address: { Type: 'AWS::EC2::EIP', Properties: { Domain: 'vpc' }, DependsOn: ['Vpc'], DeletionPolicy: 'Retain' },
  Gateway: {
    Type: 'AWS::EC2::NatGateway',
    Properties: { SubnetId: { Ref: 'Subnet' }, AllocationId: { 'Fn::GetAtt': ['Address', 'AllocationId'] } },
  },
  Route: { Type: 'AWS::EC2::Route', Properties: { NatGatewayId: { Ref: 'Gateway' } } },
});

describe('a stub', () => {
  const { template, standIns, unknown } = standIn(NETWORK, KNOWN);
  const resources = template.Resources ?? {};

  test('takes the place of what the emulator lacks, and of nothing else', () => {
    expect(standIns.map(({ logicalId }) => logicalId)).toEqual(['Address', 'Gateway']);
    expect(unknown).toEqual([]);
    for (const id of ['Vpc', 'Subnet']) expect(resources[id]).toEqual(NETWORK.resources[id]);
  });

  test('keeps what its resource waits for, its policies and its references', () => {
    expect(resources.Address).toMatchObject({
      Type: 'AWS::SSM::Parameter',
      DependsOn: ['Vpc'],
      DeletionPolicy: 'Retain',
      Properties: { Description: 'AWS::EC2::EIP' },
    });
    const value = JSON.stringify(resources.Gateway?.Properties?.Value);
    expect(value).toContain('{"Ref":"Subnet"}');
    expect(value).toContain('{"Ref":"Address"}');
  });

  test('gives its readers values that look right and still wait for it', () => {
    expect(resources.Route?.Properties?.NatGatewayId).toEqual({
      'Fn::Sub': [expect.stringMatching(/^nat-[0-9a-f]{17}$/), { standIn: { Ref: 'Gateway' } }],
    });
  });

  test('changes with every property of its resource', () => {
    const { Address, ...rest } = NETWORK.resources;
    const changed = standIn(stack({ ...rest, Address: { ...Address!, Properties: { Domain: 'standard' } } }), KNOWN);
    expect(changed.template.Resources?.Address?.Properties?.Value).not.toEqual(resources.Address?.Properties?.Value);
  });
});

test('a stub of something whose code runs later holds its properties as CloudFormation resolves them', () => {
  const Properties = { Prune: true, Markers: [{}, { '<<marker>>': { Ref: 'Vpc' } }], Name: 'a "b"' };
  const content = { Type: 'Custom::CDKBucketDeployment', Properties };
  const { template } = standIn(stack({ ...NETWORK.resources, Content: content }), KNOWN);
  const { 'Fn::Join': [, parts = []] = [] } = template.Resources?.Content?.Properties?.Value as Record<
    string,
    unknown[][]
  >;
  const resolved = parts.map((part) => (typeof part === 'string' ? part : 'vpc-1')).join('');
  expect(JSON.parse(resolved)).toEqual({ ...Properties, Markers: [{}, { '<<marker>>': 'vpc-1' }] });
});

test('a type that neither the emulator nor the list knows is named', () => {
  const { unknown } = standIn(stack({ Queue: { Type: 'AWS::New::Thing' } }), KNOWN);
  expect(unknown).toEqual(['ErpDevNetwork/Queue (AWS::New::Thing)']);
});

test('an attribute that the list has no value for stops with the place to add it', () => {
  const reads = { Type: 'AWS::EC2::Route', Properties: { To: { 'Fn::GetAtt': ['Address', 'Novelty'] } } };
  const made = stack({ Address: { Type: 'AWS::EC2::EIP' }, Route: reads });
  expect(() => standIn(made, KNOWN)).toThrow(
    'ErpDevNetwork/Address: GAPS in gaps.ts gives AWS::EC2::EIP no attribute Novelty',
  );
});

test('an output of another region is made up, and one of the same region is not', () => {
  const output = (Region?: string) => ({ 'Fn::GetStackOutput': { StackName: 'Other', OutputName: 'Arn', Region } });
  const made = stack({
    Far: { Type: 'AWS::EC2::VPC', Properties: { Arn: output('us-east-1') } },
    Near: { Type: 'AWS::EC2::VPC', Properties: { Arn: output('ap-northeast-2') } },
  });
  const { template, edits } = standIn(made, KNOWN);
  expect(template.Resources?.Far?.Properties?.Arn).toBe('arn:aws:stand-in:us-east-1:111122223333:Other/Arn');
  expect(template.Resources?.Near).toEqual(made.resources.Near);
  expect(edits).toEqual(['otherRegion']);
});

test('the transform of SAM goes with the only resource that needs it', () => {
  const application = { Type: 'AWS::Serverless::Application' };
  const made = stack({ Rotation: application }, 'ErpDevData', { Transform: 'AWS::Serverless-2016-10-31' });
  const { template, edits } = standIn(made, KNOWN);
  expect([template.Transform, edits]).toEqual([undefined, ['transform']]);
});

test.each(Object.entries(GAPS))('%s is in the list with a reason', (_, { reason }) => {
  expect(reason).toMatch(/^\w.{15,}[^.]$/);
});

describe('a fault', () => {
  test('waits for all that does not need the resource, and takes its place', () => {
    const { Resources } = withFault(NETWORK, 'Address');
    expect(Resources?.Address).toMatchObject({
      Type: 'Custom::Fault',
      DependsOn: ['Vpc', 'Subnet'],
      DeletionPolicy: 'Retain',
    });
    expect(Resources?.Gateway).toEqual(NETWORK.resources.Gateway);
  });

  const stacks = [NETWORK, stack(Object.fromEntries([...Array(20)].map((_, i) => [`R${i}`, { Type: 'X' }])), 'ErpDev')];

  test('is drawn: ten of them, the same for the same seed, upstream first', () => {
    const drawn = parseFaults(['drawn'], stacks, '2026-11-23');
    expect(drawn).toHaveLength(10);
    expect(parseFaults(['drawn:2026-11-23'], stacks, 'another')).toEqual(drawn);
    expect(parseFaults(['drawn:2'], stacks, '2026-11-23')).not.toEqual(drawn);
    const at = drawn.map(({ stack: name }) => stacks.findIndex((one) => one.name === name));
    expect(at).toEqual([...at].sort());
  });

  test('is the last resource of every stack, or a named one', () => {
    expect(parseFaults(['each'], stacks, '')).toEqual([
      { stack: 'ErpDevNetwork', logicalId: 'Route' },
      { stack: 'ErpDev', logicalId: 'R19' },
    ]);
    expect(parseFaults(['ErpDevNetwork/Vpc'], stacks, '')).toEqual([{ stack: 'ErpDevNetwork', logicalId: 'Vpc' }]);
  });

  test.each([
    ['Erp/Vpc', /allowed are drawn, drawn:<seed>, each, and <stack>\/<logicalId> with one of ErpDevNetwork, ErpDev$/],
    ['ErpDevNetwork/X', /ErpDevNetwork has no resource X; allowed are Vpc, Subnet, Address, Gateway, Route$/],
  ])('named wrongly, as %s, says what is allowed', (text, message) => {
    expect(() => parseFaults([text], stacks, '')).toThrow(message);
  });
});

test('an update changes one harmless value, and never a function whose version carries its digest', () => {
  const made = stack({
    Versioned: { Type: 'AWS::Lambda::Function', Properties: { Timeout: 3 } },
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Versioned' } } },
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 14 } },
  });
  const change = changeOf(made)!;
  expect(change.what).toBe('RetentionInDays of Logs');
  const { Resources } = withChange(made.template, change);
  expect(Resources).toEqual({
    ...made.resources,
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 3 } },
  });
});
