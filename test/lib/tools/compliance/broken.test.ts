import * as apigw from 'aws-cdk-lib/aws-apigatewayv2';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as rds from 'aws-cdk-lib/aws-rds';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnDeletionPolicy, type Resource } from 'aws-cdk-lib';
import { REGISTER } from '../../../../lib/tools/compliance/register';
import { buildChecked } from './support';

const cfn = <T>(resource: Resource) => resource.node.defaultChild as T;

/** What the synth says of an app in which each of these is broken, by resource. */
const message = (() => {
  const { app, environments } = buildChecked({
    register: [
      ...REGISTER,
      {
        name: 'stale-entry',
        at: ({ network }) => [network.vpc],
        ids: ['AwsSolutions::AwsSolutions-VPC7'],
        reason: 'Flow logs were off once.',
        control: 'None any more.',
        owner: 'platform',
        review: '2030-01-01',
      },
      {
        name: 'overdue-entry',
        at: ({ environment, network }) => (environment.config.name === 'dev' ? [network.accessLogs] : []),
        ids: ['AwsSolutions::AwsSolutions-S5'],
        reason: 'Somebody meant to look at it again.',
        control: 'None any more.',
        owner: 'security',
        review: '2020-01-01',
      },
      {
        name: 'entry-for-nothing',
        at: () => [],
        ids: ['AwsSolutions::AwsSolutions-VPC7'],
        reason: 'There was a second VPC once.',
        control: 'None any more.',
        owner: 'platform',
        review: '2030-01-01',
      },
      {
        name: 'entry-with-the-wrong-condition',
        when: ({ config }) => config.edge.firewall,
        at: ({ edge }) => [edge.frontend.distribution],
        ids: ['AwsSolutions::AwsSolutions-CFR2'],
        reason: 'Somebody turned the condition round.',
        control: 'None any more.',
        owner: 'platform',
        review: '2030-01-01',
      },
      {
        name: 'entry-for-what-config-left-out',
        when: () => false,
        at: () => [],
        ids: ['AwsSolutions::AwsSolutions-VPC7'],
        reason: 'Config may bring it back.',
        control: 'Nothing to control today.',
        owner: 'platform',
        review: '2030-01-01',
      },
    ],
  });
  const [dev, prod] = environments as [(typeof environments)[0], (typeof environments)[0]];

  dev.edge.employeeLoadBalancer.securityGroup.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(8081), 'Everybody');
  cfn<rds.CfnDBInstance>(prod.data.database.instance).storageEncrypted = false;
  cfn<rds.CfnDBInstance>(prod.data.database.instance).multiAz = false;
  const { replicationGroup } = prod.data.cache!;
  replicationGroup.transitEncryptionEnabled = false;
  replicationGroup.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
  cfn<s3.CfnBucket>(dev.edge.frontend.bucket).publicAccessBlockConfiguration = undefined;
  cfn<eks.CfnCluster>(dev.cluster.cluster).logging = undefined;
  new logs.CfnLogGroup(dev.employee, 'Eternal', { kmsKeyId: 'arn:aws:kms:ap-northeast-2:111122223333:key/k' });
  new apigw.CfnRoute(dev.edge, 'Open', { apiId: dev.edge.api.httpApi.apiId, routeKey: 'ANY /open' });
  const group = cfn<elbv2.CfnTargetGroup>(prod.edge.loadBalancer.targetGroup('notification') as unknown as Resource);
  group.targetType = 'lambda';
  cfn<rds.CfnDBInstance>(prod.data.mongodbSecret).cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
  cfn<rds.CfnDBInstance>(dev.data.key).cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;

  try {
    app.synth();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
})();

/** The paragraphs of the message about one rule. */
function about(rule: string): string {
  return message
    .split('\n\n')
    .filter((paragraph) => paragraph.includes(`'${rule}'`))
    .join('\n');
}

test.each([
  [
    'an open security group',
    'CloudFormation-Validate::ERP-OPEN-INGRESS',
    'ErpDevEdge/EmployeeLoadBalancer/SecurityGroup/Resource',
    'Name the security group of the caller',
  ],
  [
    'an open security group, in the packs',
    'AwsSolutions::AwsSolutions-EC23',
    'ErpDevEdge/EmployeeLoadBalancer/SecurityGroup/Resource',
    'lib/tools/compliance/register.ts',
  ],
  [
    'a database without encryption',
    'NIST.800.53.R5::NIST.800.53.R5-RDSStorageEncrypted',
    'ErpProdData/Database/Instance/Resource',
    'at rest',
  ],
  [
    'production with the savings of development',
    'AwsSolutions::AwsSolutions-RDS3',
    'ErpProdData/Database/Instance/Resource',
    'lib/tools/compliance/register.ts',
  ],
  [
    'a cache without encryption',
    'AwsSolutions::AwsSolutions-AEC3',
    'ErpProdData/Cache/ReplicationGroup',
    'lib/tools/compliance/register.ts',
  ],
  [
    'a cache of production that goes without a last snapshot',
    'CloudFormation-Validate::ERP-KEEP-DATA',
    'ErpProdData/Cache/ReplicationGroup',
    'SNAPSHOT for the database and the cache',
  ],
  [
    'a bucket that may become public',
    'HIPAA.Security::HIPAA.Security-S3BucketPublicReadProhibited',
    'ErpDevEdge/Frontend/Bucket/Resource',
    'lib/tools/compliance/register.ts',
  ],
  [
    'a cluster without audit log',
    'Erp::Erp-EKS2[LogExport::audit]',
    'ErpDevCluster/Cluster/Resource',
    'who changed what',
  ],
  [
    'a log group without retention',
    'CloudFormation-Validate::ERP-LOG-RETENTION',
    'ErpDevEmployee/Eternal',
    'config.logRetentionDays',
  ],
  ['a route that asks for no token', 'CloudFormation-Validate::ERP-ROUTE-JWT', 'ErpDevEdge/Open', 'Api.addService'],
  [
    'a network load balancer before a function',
    'CloudFormation-Validate::ERP-NLB-LAMBDA',
    'ErpProdEdge/LoadBalancer/Targets-notification/Resource',
    'target group of type alb',
  ],
  [
    'production that deletes data',
    'CloudFormation-Validate::ERP-KEEP-DATA',
    'ErpProdData/MongodbSecret/Resource',
    'RETAIN',
  ],
  [
    'development that leaves things behind',
    'CloudFormation-Validate::ERP-LEAVE-NOTHING',
    'ErpDevData/Key/Resource',
    'DESTROY',
  ],
])('%s fails the synth, which names rule, resource and fix', (_, rule, resource, fix) => {
  expect(about(rule)).toContain(resource);
  expect(about(rule)).toContain(fix);
});

test('an entry that suppresses nothing fails the synth, which names it and where it stands', () => {
  expect(message).toContain(
    'The entry stale-entry acknowledges what no check finds: AwsSolutions::AwsSolutions-VPC7 at ErpDevNetwork/Vpc',
  );
  expect(message).toContain('Take it out of the entry stale-entry in lib/tools/compliance/register.ts');
  expect(message).toContain('The entry entry-for-nothing selects no construct in dev, prod');
  expect(message).not.toContain('entry-for-what-config-left-out');
});

test('an entry whose condition holds where nothing is found fails the synth, and only there', () => {
  expect(message).toContain(
    'The entry entry-with-the-wrong-condition acknowledges what no check finds: AwsSolutions::AwsSolutions-CFR2 at ErpProdEdge/Frontend/Distribution. (Erp Register)',
  );
});

test('a finding says so to whoever synthesizes any stack', () => {
  expect(message).toMatch(
    /CloudFormation-Validate::ERP-ROUTE-JWT at ErpDevEdge\/Open: [^]*?Suggested fix: Add the route by Api/,
  );
});

test('a review date that has passed warns', () => {
  expect(message).toMatch(
    /WARNING The acknowledgement overdue-entry was due for review on 2020-01-01\. Its owner is security/,
  );
});
