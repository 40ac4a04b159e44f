import { ResourceImpact, fullDiff } from '@aws-cdk/cloudformation-diff';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { nameProperty, replacementOf } from '../../../../lib/tools/review/schema';
import { NEVER_REPLACES, STATEFUL } from '../../../../lib/tools/review/stateful';

test.each([
  ['AWS::RDS::DBInstance', ['DBInstanceIdentifier'], 'yes'],
  ['AWS::RDS::DBInstance', ['EngineVersion'], 'no'],
  ['AWS::RDS::DBInstance', ['AvailabilityZone'], 'maybe'],
  ['AWS::RDS::DBInstance', ['MultiAZ'], 'no'],
  ['AWS::EKS::Cluster', ['AccessConfig', 'BootstrapClusterCreatorAdminPermissions'], 'yes'],
  ['AWS::EKS::Cluster', ['AccessConfig', 'AuthenticationMode'], 'no'],
  ['AWS::EKS::Cluster', ['EncryptionConfig', 'Provider', 'KeyArn'], 'yes'],
  ['AWS::MSK::Cluster', ['BrokerNodeGroupInfo', 'InstanceType'], 'no'],
  ['AWS::MSK::Cluster', ['BrokerNodeGroupInfo', 'ClientSubnets'], 'yes'],
  ['AWS::S3::Bucket', ['Tags'], 'no'],
  ['Custom::Anything', ['Property'], 'no'],
] as const)('%s %j: %s', (type, path, expected) => {
  expect(replacementOf(type, path)).toBe(expected);
});

test('a resource knows the property of its own name', () => {
  expect(nameProperty('AWS::RDS::DBInstance')).toBe('DBInstanceIdentifier');
  expect(nameProperty('AWS::EKS::Nodegroup')).toBe('NodegroupName');
  expect(nameProperty('AWS::EC2::Subnet')).toBeUndefined();
});

const specification = loadAwsServiceSpecSync();

// Only what the two may see differently: they read one source, but cdk diff stops at the first level.
test.each(Object.keys(STATEFUL))('%s is replaced by the same properties as in cdk diff', (type) => {
  const [resource] = specification.lookup('resource', 'cloudFormationType', 'equals', type);
  expect(resource).toBeDefined();
  for (const property of Object.keys(resource!.properties)) {
    if (NEVER_REPLACES[type]?.[property]) continue;
    const template = (value: string) => ({ Resources: { It: { Type: type, Properties: { [property]: value } } } });
    const { changeImpact } = fullDiff(template('a'), template('b')).resources.get('It');
    const impact = {
      yes: ResourceImpact.WILL_REPLACE,
      maybe: ResourceImpact.MAY_REPLACE,
      no: ResourceImpact.WILL_UPDATE,
    };
    expect([property, changeImpact]).toEqual([property, impact[replacementOf(type, [property])]]);
  }
});

test('everything that the registry calls stateful and this app has is on the list', () => {
  const stateful = specification.all('resource').filter(({ isStateful }) => isStateful);
  const left = stateful.map(({ cloudFormationType }) => cloudFormationType).filter((type) => !(type in STATEFUL));

  // The rest belongs to services this platform has no use for, and log groups are left out on purpose.
  expect(left.filter((type) => /::(RDS|S3|KMS|SecretsManager|Backup|Cognito|ECR|MSK|EKS)::/.test(type))).toEqual([]);
});

test('what never replaces is what the schema is unsure about', () => {
  for (const [type, properties] of Object.entries(NEVER_REPLACES)) {
    const [resource] = specification.lookup('resource', 'cloudFormationType', 'equals', type);
    for (const property of Object.keys(properties)) {
      expect([property, resource?.properties[property]?.causesReplacement]).toEqual([property, 'maybe']);
    }
  }
});
