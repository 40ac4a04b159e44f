import { identifierProperties, nameProperty } from '../../../lib/tools/review/schema';

/** What a resource puts into another one, which then cannot be deleted as long as it is there. */
export interface Content {
  /** Where in the properties the other one is named. */
  readonly path: readonly string[];

  /** Type of the other one. */
  readonly into: string;

  /** Whether more may come until the resource is deleted, or all has come when it is made. */
  readonly continues: boolean;
}

const BUCKET = 'AWS::S3::Bucket';

/** Resources that begin to write by themselves. */
export const CONTENT: Readonly<Record<string, Content>> = {
  'AWS::Backup::BackupSelection': { path: ['BackupPlanId'], into: 'AWS::Backup::BackupVault', continues: true },
  'AWS::CloudFront::Distribution': { path: ['DistributionConfig', 'Logging'], into: BUCKET, continues: true },
  'AWS::CodePipeline::Pipeline': { path: ['ArtifactStore'], into: BUCKET, continues: true },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { path: ['LoadBalancerAttributes'], into: BUCKET, continues: true },
  'AWS::S3::Bucket': { path: ['LoggingConfiguration'], into: BUCKET, continues: true },
  'Custom::CDKBucketDeployment': { path: ['DestinationBucketName'], into: BUCKET, continues: false },
};

/** Custom resource that empties the buckets it names when it is deleted. */
export const EMPTIES = 'Custom::S3AutoDeleteObjects';

/** What a snapshot goes on naming: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithOptionGroups.html */
export const HELD_BY_SNAPSHOT: Readonly<Record<string, string>> = { 'AWS::RDS::DBInstance': 'OptionGroupName' };

/** Deleted whoever uses it: deletion is only scheduled. */
export const NEVER_IN_USE = ['AWS::KMS::Key'];

/** What is kept of these uses nothing: their names only tell of something. */
export const USES_NOTHING = ['AWS::Logs::LogGroup'];

/** Deleted with what they belong to, whatever their policy says. */
export const GOES_ALONG = ['AWS::Lambda::Version'];

/** Policies of AWS that allow logs:CreateLogGroup, so that a service makes a group anew that was deleted before its last line. */
export const MAKES_LOG_GROUPS =
  /:policy\/(service-role\/AWSLambda(Basic|VPCAccess)ExecutionRole|CloudWatchAgentServerPolicy|CloudWatchLogsFullAccess)"/;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
export const DEFAULT_POLICY: Readonly<Record<string, string>> = { 'AWS::RDS::DBInstance': 'Snapshot' };

/** Services whose names are taken in every region. */
export const GLOBAL = /^AWS::(CloudFront|IAM|Route53)::/;

/** Properties, and keys of attributes, that make a service refuse a deletion. */
export const PROTECTIONS = /^(DeletionProtection(Enabled)?|DisableApiTermination|deletion_protection\.enabled)$/;

/**
 * What of a type may exist only once, where the schema does not know: its identifier is made by the service. Each is the
 * service's own refusal of a second one, such as DuplicateListener, RouteAlreadyExists or InvalidPermission.Duplicate.
 */
const ONCE: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::ApiMapping': ['DomainName', 'ApiMappingKey'],
  'AWS::ApiGatewayV2::Route': ['ApiId', 'RouteKey'],
  'AWS::EC2::Route': ['RouteTableId', 'DestinationCidrBlock'],
  'AWS::EC2::SecurityGroupEgress': [
    'GroupId',
    'IpProtocol',
    'FromPort',
    'ToPort',
    'CidrIp',
    'DestinationSecurityGroupId',
    'DestinationPrefixListId',
  ],
  'AWS::EC2::SecurityGroupIngress': [
    'GroupId',
    'IpProtocol',
    'FromPort',
    'ToPort',
    'CidrIp',
    'SourceSecurityGroupId',
    'SourcePrefixListId',
  ],
  'AWS::EC2::Subnet': ['VpcId', 'CidrBlock'],
  'AWS::EC2::SubnetRouteTableAssociation': ['SubnetId'],
  'AWS::EKS::PodIdentityAssociation': ['ClusterName', 'Namespace', 'ServiceAccount'],
  'AWS::ElasticLoadBalancingV2::Listener': ['LoadBalancerArn', 'Port'],
  'AWS::ElasticLoadBalancingV2::ListenerRule': ['ListenerArn', 'Priority'],
  'AWS::Route53::RecordSet': ['HostedZoneId', 'Name', 'Type'],
  'AWS::SecretsManager::RotationSchedule': ['SecretId'],
  'AWS::SecretsManager::SecretTargetAttachment': ['SecretId'],
  // Two resources with one release: the second takes it over, and the deletion of the first uninstalls it.
  'Custom::AWSCDK-EKS-HelmChart': ['ClusterName', 'Namespace', 'Release'],
};

/**
 * Properties that tell a resource apart from all others: what must be there once at most, what the schema calls its
 * identifier, or its name. undefined where the service or CloudFormation makes an identifier up.
 */
export function decidingProperties(
  type: string,
  properties: Readonly<Record<string, unknown>>,
): readonly string[] | undefined {
  const once = ONCE[type];
  if (once) return once.filter((name) => properties[name] !== undefined);
  const { identifier, name } = namesOf(type);
  if (identifier?.every((property) => properties[property] !== undefined)) return identifier;
  return name !== undefined && properties[name] !== undefined ? [name] : undefined;
}

const names = new Map<string, { readonly identifier?: readonly string[]; readonly name?: string }>();

/** What the schema of a type says; the model asks for each resource of each deployment. */
function namesOf(type: string) {
  let known = names.get(type);
  if (!known) names.set(type, (known = { identifier: identifierProperties(type), name: nameProperty(type) }));
  return known;
}

/** What goes up and never down, with where that is written. */
export const ONE_WAY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::EKS::Cluster': { Version: 'https://github.com/aws/containers-roadmap/issues/497' },
  'AWS::EKS::Nodegroup': { Version: 'https://docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html' },
  'AWS::ElastiCache::ReplicationGroup': {
    EngineVersion: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.HowTo.html',
  },
  'AWS::MSK::Cluster': {
    'BrokerNodeGroupInfo.StorageInfo.EBSStorageInfo.VolumeSize':
      'https://docs.aws.amazon.com/msk/latest/developerguide/msk-update-storage.html',
    KafkaVersion: 'https://docs.aws.amazon.com/msk/latest/developerguide/version-upgrades.html',
  },
  'AWS::RDS::DBInstance': {
    AllocatedStorage: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html',
    EngineVersion: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html',
  },
};
