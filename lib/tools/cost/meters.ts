import { KUBERNETES_VERSIONS, type KubernetesVersionName } from '../../config/kubernetes-versions';
import { parseQuantity } from '../../config/quantity';
import type { KubernetesObject } from '../../assembly/kubernetes/render';
import type { Resource } from '../../assembly/assembly';
import type { Usage } from './usage';

/** Something that is billed: how much of what. */
export interface Meter {
  readonly service: string;

  /** What it is, for the table. */
  readonly item: string;

  /** Key in the price table. */
  readonly price: string;

  /** Units per month: hours, GB, keys … */
  readonly quantity: number;

  /** Whether the quantity is an assumption about use. */
  readonly usage: boolean;
}

/** Hours of a month, as AWS reckons. */
export const HOURS = 730;

export interface MeterContext {
  readonly usage: Usage;

  /** ISO 8601 date on which Kubernetes versions are standard or extended. */
  readonly today: string;

  /** Other resources of the same stack, by logical id. */
  readonly siblings: Readonly<Record<string, Resource>>;

  /** Number of log groups of the environment, over which its log volume is spread. */
  readonly logGroups: number;

  /** Number of image repositories. */
  readonly repositories: number;
}

type Properties = Readonly<Record<string, unknown>>;
type Reader = (properties: Properties, context: MeterContext) => Meter[];

const always = (service: string, item: string, price: string, quantity: number): Meter => ({
  service,
  item,
  price,
  quantity,
  usage: false,
});
const byUse = (service: string, item: string, price: string, quantity: number): Meter => ({
  service,
  item,
  price,
  quantity,
  usage: true,
});

/** What resources of a type cost. A type that is not here costs nothing by itself. */
export const METERS: Readonly<Record<string, Reader>> = {
  'AWS::EKS::Cluster': ({ Version }, { today }) => {
    const calendar = KUBERNETES_VERSIONS[Version as KubernetesVersionName];
    const extended = calendar === undefined || today > calendar.standardSupportEnd;
    return [
      extended
        ? always('EKS', `cluster on ${text(Version)} in extended support`, 'eks.extended', HOURS)
        : always('EKS', `cluster on ${text(Version)}`, 'eks.standard', HOURS),
    ];
  },
  'AWS::EKS::Nodegroup': ({ InstanceTypes, ScalingConfig, LaunchTemplate }, { siblings }) => {
    const [type = 't3.medium'] = (InstanceTypes ?? []) as string[];
    const { DesiredSize, MinSize } = (ScalingConfig ?? {}) as { DesiredSize?: number; MinSize?: number };
    const nodes = Number(DesiredSize ?? MinSize ?? 1);
    const gigabytes = rootVolume(LaunchTemplate, siblings);
    return [
      always('EC2', `${type} nodes, at the smallest size`, `ec2.${type}`, nodes * HOURS),
      always('EBS', 'root volumes of nodes, gp3', 'ebs.gp3', nodes * gigabytes),
    ];
  },
  'AWS::EC2::NatGateway': (_, { usage, siblings }) => {
    const gateways = Object.values(siblings).filter(({ Type }) => Type === 'AWS::EC2::NatGateway').length;
    return [
      always('VPC', 'NAT gateway', 'nat.hour', HOURS),
      byUse('VPC', 'data through NAT', 'nat.data', usage.natGigabytes / gateways),
    ];
  },
  'AWS::EC2::EIP': () => [always('VPC', 'public IPv4 address', 'ipv4.address', HOURS)],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ Type }) =>
    Type === 'network'
      ? [
          always('ELB', 'network load balancer', 'nlb.hour', HOURS),
          byUse('ELB', 'NLB capacity, 0.1 units on average', 'nlb.capacity', HOURS / 10),
        ]
      : [
          always('ELB', 'application load balancer', 'alb.hour', HOURS),
          byUse('ELB', 'ALB capacity, 0.1 units on average', 'alb.capacity', HOURS / 10),
        ],
  'AWS::RDS::DBInstance': ({ DBInstanceClass, MultiAZ, AllocatedStorage }) => {
    const copies = MultiAZ === true || MultiAZ === 'true' ? 2 : 1;
    const where = copies === 2 ? ', two zones' : '';
    return [
      always('RDS', `${text(DBInstanceClass)}${where}`, `rds.${text(DBInstanceClass)}`, copies * HOURS),
      always('RDS', `gp3 storage${where}`, 'rds.gp3', copies * Number(AllocatedStorage ?? 0)),
    ];
  },
  'AWS::MSK::Cluster': ({ NumberOfBrokerNodes, BrokerNodeGroupInfo }) => {
    const { InstanceType, StorageInfo } = (BrokerNodeGroupInfo ?? {}) as {
      InstanceType?: string;
      StorageInfo?: { EBSStorageInfo?: { VolumeSize?: number } };
    };
    const brokers = Number(NumberOfBrokerNodes ?? 0);
    return [
      always('MSK', `${text(InstanceType)} brokers`, `msk.${text(InstanceType)}`, brokers * HOURS),
      always('MSK', 'broker storage', 'msk.storage', brokers * Number(StorageInfo?.EBSStorageInfo?.VolumeSize ?? 0)),
    ];
  },
  'AWS::ElastiCache::ReplicationGroup': ({ CacheNodeType, NumCacheClusters, Engine, SnapshotRetentionLimit }) => {
    const type = text(CacheNodeType).replace(/^cache\./, '');
    // Of every cache AWS keeps one snapshot for free.
    const snapshots = Math.max(0, Number(SnapshotRetentionLimit ?? 0) - 1);
    return [
      always(
        'ElastiCache',
        `${text(Engine)} on cache.${type}`,
        `elasticache.${text(Engine)}.${type}`,
        Number(NumCacheClusters ?? 1) * HOURS,
      ),
      ...(snapshots > 0 ? [byUse('ElastiCache', 'snapshots of 1 GB', 'elasticache.snapshots', snapshots)] : []),
    ];
  },
  'AWS::KMS::Key': () => [always('KMS', 'keys', 'kms.key', 1)],
  'AWS::SecretsManager::Secret': () => [always('Secrets Manager', 'secrets', 'secretsmanager.secret', 1)],
  'AWS::WAFv2::WebACL': ({ Rules }, { usage }) => [
    always('WAF', 'web ACL', 'waf.acl', 1),
    always('WAF', 'rules', 'waf.rule', Array.isArray(Rules) ? Rules.length : 0),
    byUse('WAF', 'requests', 'waf.requests', usage.requests),
  ],
  'AWS::ApiGatewayV2::Api': (_, { usage }) => [
    byUse('API Gateway', 'HTTP API requests', 'httpapi.requests', usage.requests),
  ],
  'AWS::CloudFront::Distribution': (_, { usage }) => [
    byUse('CloudFront', 'data delivered', 'cloudfront.data', usage.deliveredGigabytes),
  ],
  'AWS::Cognito::UserPool': ({ UserPoolTier, UserPoolAddOns }, { usage }) => {
    const security = (UserPoolAddOns as { AdvancedSecurityMode?: string } | undefined)?.AdvancedSecurityMode;
    const plus = UserPoolTier === 'PLUS' || (security !== undefined && security !== 'OFF');
    return [
      byUse(
        'Cognito',
        `active users, ${plus ? 'Plus' : 'Essentials'}`,
        plus ? 'cognito.plus' : 'cognito.essentials',
        usage.activeUsers,
      ),
    ];
  },
  'AWS::Logs::LogGroup': ({ RetentionInDays }, { usage, logGroups }) => {
    const gigabytes = usage.logGigabytes / logGroups;
    // Events stay for the retention, compressed to about a seventh.
    const months = Number(RetentionInDays ?? 3650) / 30;
    return [
      byUse('CloudWatch', 'log events', 'logs.ingestion', gigabytes),
      byUse('CloudWatch', 'log storage', 'logs.storage', (gigabytes * months) / 7),
    ];
  },
  'AWS::ECR::Repository': (_, { usage, repositories }) => [
    byUse('ECR', 'images', 'ecr.storage', usage.imageGigabytes / repositories),
  ],
  'AWS::Backup::BackupPlan': () => [byUse('Backup', 'backups kept', 'backup.storage', 100)],
};

/** A function that answers the requests of users. */
export function functionMeters({ MemorySize, Architectures }: Properties, usage: Usage): Meter[] {
  const arm = Array.isArray(Architectures) && Architectures.includes('arm64');
  const gigabyteSeconds = usage.requests * 1e6 * usage.functionSeconds * (Number(MemorySize ?? 128) / 1024);
  return [
    byUse('Lambda', 'requests', 'lambda.requests', usage.requests),
    byUse('Lambda', 'duration', arm ? 'lambda.arm' : 'lambda.x86', gigabyteSeconds),
  ];
}

/** Volumes that rendered objects claim. */
export function volumeMeters(objects: readonly KubernetesObject[]): Meter[] {
  return objects.flatMap((object) => {
    const spec = (object as { spec?: ClaimSpec & { replicas?: number; volumeClaimTemplates?: { spec: ClaimSpec }[] } })
      .spec;
    const claims =
      object.kind === 'PersistentVolumeClaim' && spec
        ? [spec]
        : (spec?.volumeClaimTemplates ?? []).map(({ spec }) => spec);
    return claims.map((claim) =>
      always(
        'EBS',
        'volumes of pods, gp3',
        'ebs.gp3',
        (spec?.replicas ?? 1) * ((parseQuantity(claim.resources?.requests?.storage) ?? 0) / 2 ** 30),
      ),
    );
  });
}

interface ClaimSpec {
  readonly resources?: { readonly requests?: { readonly storage?: string } };
}

function rootVolume(launchTemplate: unknown, siblings: MeterContext['siblings']): number {
  const { Id } = (launchTemplate ?? {}) as { Id?: { Ref?: string } };
  const data = siblings[Id?.Ref ?? '']?.Properties?.LaunchTemplateData as
    { BlockDeviceMappings?: { Ebs?: { VolumeSize?: number } }[] } | undefined;
  const sizes = data?.BlockDeviceMappings?.map(({ Ebs }) => Number(Ebs?.VolumeSize ?? 0)) ?? [];
  // The default of managed node groups: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
  return sizes.length > 0 ? sizes.reduce((sum, size) => sum + size, 0) : 20;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
