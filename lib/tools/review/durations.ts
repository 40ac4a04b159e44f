import type { Resource } from '../../assembly/assembly';

/** Seconds that CloudFormation waits for a resource. */
export interface Duration {
  readonly create: number;
  readonly update: number;
  readonly remove: number;

  /** Where the seconds of a creation come from; `estimate` is nobody's promise. The others are estimates everywhere. */
  readonly source: string;
}

const duration = (create: number, update: number, remove: number, source = 'estimate'): Duration => ({
  create,
  update,
  remove,
  source,
});

/** A role, a policy, a rule: rules and security groups in a log of 2022 take 2 to 5 s. */
const OTHER = duration(
  4,
  4,
  4,
  'security groups and rules, 2 to 5 s: https://github.com/hashicorp-education/learn-terraform-variables/pull/6',
);

/** IAM answers at once and is consistent later, which CloudFormation waits for. */
const IAM = duration(16, 16, 4);

/** Release of a repository's chart: one small image, no data. */
const CONTROLLER_RELEASE = duration(60, 180, 60);

/** Resources that take long. Everything else counts with {@link OTHER}. */
const DURATIONS: Readonly<Record<string, Duration>> = {
  'AWS::EKS::Cluster': duration(
    513,
    900,
    300,
    '8 min 33 s in ap-northeast-2 (2024): https://github.com/DevopsArtFactory/terraform-provisioning/pull/47; 10 min 6 s elsewhere: https://github.com/terraform-aws-modules/terraform-aws-eks/pull/3218',
  ),
  'AWS::EKS::Nodegroup': duration(
    119,
    720,
    360,
    '1 min 48 s and 1 min 59 s in ap-northeast-2 (2024): https://github.com/DevopsArtFactory/terraform-provisioning/pull/46',
  ),
  'AWS::EKS::Addon': duration(40, 120, 60),
  'AWS::RDS::DBInstance': duration(
    450,
    720,
    480,
    'the middle of five to ten minutes in one zone: https://github.com/hashicorp/terraform/issues/498; AWS says up to 20: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_GettingStarted.CreatingConnecting.MySQL.html',
  ),
  'AWS::ElastiCache::ReplicationGroup': duration(
    395,
    600,
    300,
    '395 s for making and removing a cluster of one node: https://github.com/hashicorp/terraform/pull/8275',
  ),
  'AWS::MSK::Cluster': duration(
    1500,
    1800,
    600,
    'creation takes 15 minutes or more: https://docs.aws.amazon.com/msk/latest/developerguide/create-cluster.html',
  ),
  'AWS::CloudFront::Distribution': duration(300, 300, 480),
  'AWS::EC2::VPC': duration(
    22,
    4,
    4,
    '22 s in ap-northeast-2 (2024): https://github.com/DevopsArtFactory/terraform-provisioning/pull/5',
  ),
  'AWS::EC2::NatGateway': duration(
    98,
    60,
    120,
    'a VPC with it takes 125 s, without waiting for it 27 s: https://github.com/go-to-k/cdkd/pull/123',
  ),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': duration(
    174,
    60,
    120,
    '2 min 54 s: https://github.com/DataBiosphere/azul/pull/5780; 177 s for making and removing a network load balancer: https://github.com/hashicorp/terraform-provider-aws/pull/39585',
  ),
  'AWS::ApiGatewayV2::VpcLink': duration(
    240,
    60,
    180,
    'two to four minutes: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateVpcLink.html',
  ),
  // A function in a VPC keeps its network interfaces for a while: https://github.com/aws/aws-cdk/issues/12827
  'AWS::Lambda::Function': duration(60, 60, 60),
  'AWS::IAM::ManagedPolicy': IAM,
  'AWS::IAM::Policy': IAM,
  'AWS::IAM::Role': IAM,
  // Waits until pods are ready, at most the timeout of the release.
  'Custom::AWSCDK-EKS-HelmChart': duration(180, 180, 120),
  'Custom::AWSCDK-EKS-KubernetesResource': duration(10, 10, 20),
  'Custom::CDKBucketDeployment': duration(60, 60, 60),
};

/**
 * Seconds around every stack: upload of the template, change set, polling. The change set alone takes 6 to 15 s:
 * https://github.com/aws/aws-cdk/pull/22079
 */
export const PER_STACK = 15;

/** How long CloudFormation waits for a resource. */
export function durationOf({ Type, Properties }: Resource): Duration {
  if (Type === 'Custom::AWSCDK-EKS-HelmChart' && Properties?.Repository !== undefined) return CONTROLLER_RELEASE;
  return DURATIONS[Type] ?? OTHER;
}

/** What people notice while a property changes, and whether the way back is open. */
export interface Consequence {
  readonly type: string;

  /** Beginning of a property's path; every change of the resource without it. */
  readonly property?: string;

  readonly effect: 'changed' | 'replaced' | 'removed';
  readonly note: string;
  readonly downtime?: string;

  /** Why the old state does not come back by deploying the old code. */
  readonly oneWay?: string;
}

export const CONSEQUENCES: readonly Consequence[] = [
  {
    type: 'AWS::EKS::Cluster',
    property: 'Version',
    effect: 'changed',
    note: 'the control plane is upgraded in place, then every node is replaced one by one',
    oneWay: 'EKS has no downgrade',
  },
  {
    type: 'AWS::EKS::Nodegroup',
    property: 'Version',
    effect: 'changed',
    note: 'nodes are replaced one by one; pods move within their disruption budgets',
  },
  {
    type: 'AWS::EKS::Nodegroup',
    property: 'LaunchTemplate',
    effect: 'changed',
    note: 'nodes are replaced one by one; pods move within their disruption budgets',
  },
  {
    type: 'AWS::EKS::Nodegroup',
    property: 'Taints',
    effect: 'changed',
    note: 'pods that do not tolerate a new NoSchedule taint stay until they stop for another reason, then find no node',
  },
  {
    type: 'AWS::EKS::Nodegroup',
    effect: 'replaced',
    note: 'a new group starts, then the old one is drained and deleted; pods move',
  },
  {
    type: 'AWS::EKS::Nodegroup',
    effect: 'removed',
    note: 'its nodes are drained and deleted; pods move or stay pending',
  },
  {
    type: 'AWS::RDS::DBInstance',
    property: 'EngineVersion',
    effect: 'changed',
    note: 'the engine is upgraded in place',
    downtime: 'the database is away for the upgrade: some minutes, with a standby too',
    oneWay: 'RDS has no downgrade; the way back is a snapshot',
  },
  {
    type: 'AWS::RDS::DBInstance',
    property: 'DBInstanceClass',
    effect: 'changed',
    note: 'the instance moves to other hardware',
    downtime: 'the database is away: about a minute with a standby, up to ten without',
  },
  {
    type: 'AWS::RDS::DBInstance',
    property: 'AllocatedStorage',
    effect: 'changed',
    note: 'the volume grows while the database runs; the next change of storage has to wait six hours',
    oneWay: 'RDS storage never shrinks',
  },
  {
    type: 'AWS::RDS::DBInstance',
    property: 'DBParameterGroupName',
    effect: 'changed',
    note: 'static parameters wait for a reboot that somebody has to ask for',
  },
  {
    type: 'AWS::RDS::DBInstance',
    effect: 'replaced',
    note: 'an empty instance takes the place of the old one',
    downtime: 'until the data is restored into the new instance',
    oneWay: 'the data stays with the old instance',
  },
  {
    type: 'AWS::EC2::NatGateway',
    effect: 'removed',
    note: 'its address no longer reaches the outside: allow-lists of others (MongoDB Atlas) name fewer addresses',
    downtime: 'connections to the internet through it break',
  },
  {
    type: 'AWS::EC2::NatGateway',
    effect: 'replaced',
    note: 'the outgoing address changes: allow-lists of others (MongoDB Atlas) have to know the new one',
    downtime: 'connections to the internet through it break',
  },
  {
    type: 'AWS::EC2::EIP',
    effect: 'removed',
    note: 'a public address is given back and does not return',
    oneWay: 'an address once released belongs to somebody else',
  },
  {
    type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    effect: 'replaced',
    note: 'the new group is empty until the controller has registered the pods in it',
    downtime: 'of this service, until its pods are healthy in the new group',
  },
  {
    type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    effect: 'removed',
    note: 'requests to this port find nothing',
  },
  {
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    effect: 'replaced',
    note: 'the DNS name changes',
    downtime: 'until clients have the new name',
  },
  {
    type: 'AWS::ElastiCache::ReplicationGroup',
    property: 'EngineVersion',
    effect: 'changed',
    note: 'the engine is upgraded in place, node by node; with a standby connections break for seconds',
    downtime: 'without a standby the cache is away for some minutes and comes back empty',
    oneWay: 'ElastiCache has no downgrade',
  },
  {
    type: 'AWS::ElastiCache::ReplicationGroup',
    property: 'CacheNodeType',
    effect: 'changed',
    note: 'new nodes are filled from the old ones and take over their names; connections break for seconds',
  },
  {
    type: 'AWS::ElastiCache::ReplicationGroup',
    effect: 'replaced',
    note: 'an empty cache under another address: pods learn it when the release is written again',
    downtime: 'until the release is written again',
  },
  {
    type: 'AWS::ElastiCache::ReplicationGroup',
    effect: 'removed',
    note: 'services that still run with its address lose it before their own change arrives',
  },
  {
    type: 'AWS::MSK::Cluster',
    property: 'BrokerNodeGroupInfo.InstanceType',
    effect: 'changed',
    note: 'brokers are restarted one by one',
  },
  {
    type: 'AWS::MSK::Cluster',
    property: 'KafkaVersion',
    effect: 'changed',
    note: 'brokers are upgraded one by one',
    oneWay: 'MSK has no downgrade',
  },
  {
    type: 'AWS::MSK::Cluster',
    property: 'BrokerNodeGroupInfo.StorageInfo',
    effect: 'changed',
    note: 'volumes grow while brokers run',
    oneWay: 'MSK storage never shrinks',
  },
  {
    type: 'AWS::KMS::Key',
    effect: 'removed',
    note: 'the key waits 7 to 30 days before it is gone; until then its deletion can be cancelled',
    oneWay: 'what it encrypted is unreadable afterwards',
  },
  {
    type: 'AWS::SecretsManager::Secret',
    effect: 'replaced',
    note: 'the value is generated anew; a value filled in by hand is lost, and pods get it with the next refresh',
    oneWay: 'the old value is deleted after its recovery window',
  },
  {
    type: 'AWS::Cognito::UserPool',
    effect: 'replaced',
    note: 'everybody has to register again',
    oneWay: 'users and passwords cannot be copied',
  },
  {
    type: 'AWS::CloudFront::Distribution',
    effect: 'changed',
    note: 'edge locations take the new settings within minutes',
  },
  {
    type: 'AWS::Lambda::Function',
    property: 'Code',
    effect: 'changed',
    note: 'new executions run the new code; those under way finish with the old one',
  },
];
