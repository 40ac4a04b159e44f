import * as cdk from 'aws-cdk-lib';
import { ErpChecks } from '../../../../lib/tools/compliance/erp-checks';

/** Names of the rules that a resource breaks. */
function broken(type: string, properties: object): string[] {
  const stack = new cdk.Stack();
  new cdk.CfnResource(stack, 'Resource', { type, properties: { ...properties } });
  return new ErpChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName);
}

const cluster = {
  ResourcesVpcConfig: { EndpointPublicAccess: false },
  Logging: {
    ClusterLogging: {
      EnabledTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'].map((Type) => ({ Type })),
    },
  },
  EncryptionConfig: [{ Resources: ['secrets'] }],
  AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false },
};
const launchTemplate = {
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  BlockDeviceMappings: [{ Ebs: { Encrypted: true } }],
};
const distribution = {
  DefaultRootObject: 'index.html',
  DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https' },
  CacheBehaviors: [{ ViewerProtocolPolicy: 'https-only' }],
};
const loadBalancer = {
  Type: 'application',
  Subnets: ['subnet-1', 'subnet-2'],
  LoadBalancerAttributes: [{ Key: 'routing.http.desync_mitigation_mode', Value: 'strictest' }],
};
const database = { EnableIAMDatabaseAuthentication: true, CopyTagsToSnapshot: true, MasterUsername: 'erp' };
const cache = { NumCacheClusters: 2, AutomaticFailoverEnabled: true, AutoMinorVersionUpgrade: true };

const CACHE = 'AWS::ElastiCache::ReplicationGroup';
const CLUSTER = 'AWS::EKS::Cluster';
const TEMPLATE = 'AWS::EC2::LaunchTemplate';
const DISTRIBUTION = 'AWS::CloudFront::Distribution';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const DATABASE = 'AWS::RDS::DBInstance';

test.each([
  [CLUSTER, cluster],
  [CLUSTER, { ...cluster, ResourcesVpcConfig: { EndpointPublicAccess: true, PublicAccessCidrs: ['198.51.100.7/32'] } }],
  [TEMPLATE, { LaunchTemplateData: launchTemplate }],
  [DISTRIBUTION, { DistributionConfig: distribution }],
  [LOAD_BALANCER, loadBalancer],
  [LOAD_BALANCER, { Type: 'network', Subnets: ['subnet-1', 'subnet-2'] }],
  ['AWS::Lambda::Function', {}],
  ['AWS::Lambda::Function', { VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'] } }],
  [DATABASE, database],
  [CACHE, cache],
  [CACHE, { NumCacheClusters: 1, AutomaticFailoverEnabled: false, AutoMinorVersionUpgrade: true }],
])('%s of this app breaks nothing', (type, properties) => {
  expect(broken(type, properties)).toEqual([]);
});

test.each<[string, string, object]>([
  ['Erp-EKS1', CLUSTER, { ...cluster, ResourcesVpcConfig: {} }],
  ['Erp-EKS1', CLUSTER, { ...cluster, ResourcesVpcConfig: { PublicAccessCidrs: ['0.0.0.0/0'] } }],
  ['Erp-EKS1', CLUSTER, { ...cluster, ResourcesVpcConfig: { PublicAccessCidrs: [{ Ref: 'Parameter' }] } }],
  ['Erp-EKS3', CLUSTER, { ...cluster, EncryptionConfig: undefined }],
  ['Erp-EKS4', CLUSTER, { ...cluster, AccessConfig: { AuthenticationMode: 'API' } }],
  ['Erp-EC1', TEMPLATE, { LaunchTemplateData: { ...launchTemplate, MetadataOptions: { HttpTokens: 'required' } } }],
  ['Erp-EC2', TEMPLATE, { LaunchTemplateData: { ...launchTemplate, BlockDeviceMappings: [] } }],
  [
    'Erp-EC3',
    TEMPLATE,
    { LaunchTemplateData: { ...launchTemplate, NetworkInterfaces: [{ AssociatePublicIpAddress: true }] } },
  ],
  ['Erp-CF1', DISTRIBUTION, { DistributionConfig: { ...distribution, DefaultRootObject: undefined } }],
  [
    'Erp-CF2',
    DISTRIBUTION,
    { DistributionConfig: { ...distribution, CacheBehaviors: [{ ViewerProtocolPolicy: 'allow-all' }] } },
  ],
  ['Erp-ELB1', LOAD_BALANCER, { ...loadBalancer, LoadBalancerAttributes: [] }],
  ['Erp-ELB2', LOAD_BALANCER, { ...loadBalancer, Subnets: ['subnet-1'] }],
  ['Erp-LAMBDA1', 'AWS::Lambda::Function', { VpcConfig: { SubnetIds: ['subnet-1'] } }],
  ['Erp-ELC1', CACHE, { ...cache, AutoMinorVersionUpgrade: undefined }],
  ['Erp-ELC2', CACHE, { ...cache, AutomaticFailoverEnabled: undefined }],
  ['Erp-RDS1', DATABASE, { ...database, EnableIAMDatabaseAuthentication: undefined }],
  ['Erp-RDS2', DATABASE, { ...database, CopyTagsToSnapshot: false }],
  ['Erp-RDS3', DATABASE, { ...database, MasterUsername: 'Admin' }],
])('%s finds what is wrong with %s', (rule, type, properties) => {
  expect(broken(type, properties)).toEqual([rule]);
});

test('each control-plane log that is missing is a finding of its own', () => {
  const Logging = { ClusterLogging: { EnabledTypes: ['api', 'audit', 'authenticator'].map((Type) => ({ Type })) } };
  expect(broken(CLUSTER, { ...cluster, Logging })).toEqual([
    'Erp-EKS2[LogExport::controllerManager]',
    'Erp-EKS2[LogExport::scheduler]',
  ]);
});
