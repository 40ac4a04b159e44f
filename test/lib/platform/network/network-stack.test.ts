import { config, only, resources, synth } from '../../synth';

const template = synth().template('ErpDevNetwork');

test('two zones are pinned by name, with three tiers of subnets each', () => {
  const subnets = Object.values(resources(template, 'AWS::EC2::Subnet')).map(({ Properties }) => Properties);
  expect(subnets.map(({ AvailabilityZone }) => AvailabilityZone).sort()).toEqual([
    ...Array(3).fill('ap-northeast-2a'),
    ...Array(3).fill('ap-northeast-2c'),
  ]);
  const tier = ({ Tags }: { Tags: { Key: string; Value: string }[] }) =>
    Tags.find(({ Key }) => Key === 'aws-cdk:subnet-type')?.Value;
  expect(subnets.map(tier).sort()).toEqual(['Isolated', 'Isolated', 'Private', 'Private', 'Public', 'Public']);
  for (const { MapPublicIpOnLaunch } of subnets) expect(MapPublicIpOnLaunch).toBe(false);
});

test('a known account changes nothing about the zones and asks for no look-up', () => {
  const assembly = synth({ configs: [config('dev', { account: '111111111111' })] }).assembly();
  expect(assembly.manifest.missing).toBeUndefined();
});

test.each([
  ['dev', 1],
  ['prod', 2],
] as const)('%s has %d NAT gateways', (name, count) => {
  synth({ configs: [config(name)] })
    .template(`Erp${name === 'dev' ? 'Dev' : 'Prod'}Network`)
    .resourceCountIs('AWS::EC2::NatGateway', count);
});

test('S3 is reached without the NAT gateway', () => {
  expect(only(template, 'AWS::EC2::VPCEndpoint').Properties.VpcEndpointType).toBe('Gateway');
});

test('all traffic is logged, encrypted and for a limited time', () => {
  expect(only(template, 'AWS::EC2::FlowLog').Properties.TrafficType).toBe('ALL');
  const { RetentionInDays, KmsKeyId } = only(template, 'AWS::Logs::LogGroup', {
    LogGroupName: '/aws/vpc/erp-dev',
  }).Properties;
  expect(RetentionInDays).toBe(14);
  expect(KmsKeyId).toBeDefined();
});

test('the default security group of the VPC lets nothing in or out', () => {
  const [vpc] = Object.keys(resources(template, 'AWS::EC2::VPC'));
  expect(only(template, 'Custom::VpcRestrictDefaultSG').Properties.DefaultSecurityGroupId).toEqual({
    'Fn::GetAtt': [vpc, 'DefaultSecurityGroup'],
  });
});

test('the CIDR of the config is the CIDR of the VPC', () => {
  const other = synth({ configs: [config('dev', { network: { cidr: '10.9.0.0/16' } })] }).template('ErpDevNetwork');
  expect(only(other, 'AWS::EC2::VPC').Properties.CidrBlock).toBe('10.9.0.0/16');
});
