import type { KubernetesVersionName } from './kubernetes-versions';

/** The environments this app knows. A name is part of stack names, secret names and the namespace, so it never changes. */
export const ENVIRONMENTS = ['dev', 'prod'] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

/** Access policies of EKS that an access entry from config may carry. */
export const CLUSTER_ACCESS_POLICIES = [
  'AmazonEKSClusterAdminPolicy',
  'AmazonEKSAdminViewPolicy',
  'AmazonEKSViewPolicy',
] as const;

/** What one environment looks like in the cloud. Services live in `chart/values-<env>.yaml`. */
export interface EnvironmentConfig {
  readonly name: EnvironmentName;

  /**
   * Account to deploy to, twelve digits.
   *
   * @default - the account of the credentials at deploy time; templates stay free of account ids
   */
  readonly account?: string;

  readonly region: string;
  readonly network: NetworkConfig;
  readonly kubernetes: KubernetesConfig;
  readonly database: DatabaseConfig;

  /**
   * Amazon MSK. It exists while it stands here and is used while the values file says `kafka.mode: msk`, which cannot be
   * without it.
   *
   * @default - no MSK
   */
  readonly msk?: MskConfig;

  /** ElastiCache for Valkey. Read only when a service in the values file says `uses.redis`. */
  readonly cache: CacheConfig;

  readonly employee: EmployeeConfig;
  readonly edge: EdgeConfig;
  readonly observability: ObservabilityConfig;

  /**
   * Pipeline that builds and releases the services.
   *
   * @default - no delivery stack; image tags come from the values file
   */
  readonly delivery?: DeliveryConfig;

  /**
   * Whether a small public web server runs in the place of every service, so that nothing has to be in the registry.
   *
   * @default - no, unless a run says so: `-c standIn=<environment>`
   */
  readonly standIns?: boolean;

  /** Days that log groups keep their events; one of the values CloudWatch Logs allows. */
  readonly logRetentionDays: number;

  /**
   * What `cdk destroy` does to databases, buckets, keys and logs: `destroy` leaves nothing that costs money,
   * `retain` keeps the data (snapshots, and everything that holds data stays).
   */
  readonly removal: 'destroy' | 'retain';

  /**
   * Termination protection of the stacks, and deletion protection of the cluster, the database, the load balancers and
   * the user pool. `-c protection=off` takes it away for one run, so that a creation that fails can be rolled back.
   */
  readonly protection: boolean;
}

export interface NetworkConfig {
  /** IPv4 CIDR of the VPC, /16 to /20. */
  readonly cidr: string;

  /** Exactly two zones of the region; the spec's node placement is written for two. */
  readonly availabilityZones: readonly string[];

  /** 1 (cheap) or one per zone (a zone may fail without cutting off the other). */
  readonly natGateways: number;
}

export interface NodeGroupConfig {
  /** EC2 instance types, all of one architecture; the first one available is used. */
  readonly instanceTypes: readonly string[];

  /** Nodes per zone at least. */
  readonly minSize: number;

  /** Nodes per zone at most. */
  readonly maxSize: number;

  /** Encrypted gp3 root volume, GiB. */
  readonly diskSize: number;
}

export interface AccessEntryConfig {
  /** Role or user that may use the Kubernetes API. */
  readonly principalArn: string;

  readonly policy: (typeof CLUSTER_ACCESS_POLICIES)[number];
}

export interface KubernetesConfig {
  readonly version: KubernetesVersionName;

  /**
   * Version that the cluster runs today. Written down after each upgrade, so that a config that skips a minor is refused
   * before anything is deployed.
   *
   * @default - no cluster yet: it is created with any version
   */
  readonly deployedVersion?: KubernetesVersionName;

  /**
   * CIDRs that reach the API endpoint from the internet.
   *
   * @default - none: the endpoint is private
   */
  readonly publicAccessCidrs: readonly string[];

  /** Who may use the Kubernetes API besides the deployment itself. */
  readonly access: readonly AccessEntryConfig[];

  readonly serviceNodes: NodeGroupConfig;

  /**
   * Nodes of Kafka in the cluster. They exist while they stand here; `kafka.mode: zookeeper` and `kraft` in the values file
   * cannot be without them.
   *
   * @default - no such nodes
   */
  readonly kafkaNodes?: NodeGroupConfig;
}

export interface DatabaseConfig {
  /** RDS instance type without the `db.` prefix. */
  readonly instanceType: string;

  readonly multiAz: boolean;

  /** GiB of gp3, 20 or more. */
  readonly allocatedStorage: number;

  /** GiB up to which RDS grows the volume by itself. */
  readonly maxAllocatedStorage: number;

  /** Days of automated backups, 1-35. */
  readonly backupRetentionDays: number;

  readonly performanceInsights: boolean;

  /** Daily AWS Backup plan in a vault of its own, beside the automated backups. */
  readonly backupPlan: boolean;
}

export interface MskConfig {
  /** Broker type with its `kafka.` prefix. */
  readonly instanceType: string;

  /** Apache Kafka version; a `.kraft` suffix makes a cluster without ZooKeeper. */
  readonly version: string;

  /** GiB per broker, before autoscaling. */
  readonly storage: number;

  /** GiB per broker that storage autoscaling may reach. */
  readonly maxStorage: number;
}

export interface CacheConfig {
  /** Node type with its `cache.` prefix. */
  readonly nodeType: string;

  /** 1, or 2 for a standby in the other zone that takes over by itself. */
  readonly nodes: number;

  /** Version of Valkey, major and minor, 7.2 or later. ElastiCache goes up and never down. */
  readonly version: string;

  /** Days that daily snapshots are kept, 0-35; 0 takes none. */
  readonly snapshotRetentionDays: number;
}

export interface EmployeeConfig {
  /** MiB. */
  readonly memory: number;

  /**
   * Executions at once, at most, taken out of the account's quota of concurrent Lambda executions; also the number of
   * database connections the service may hold. 1-900.
   *
   * @default - no function reserves anything, which an account with a quota of 10 would refuse; the database bounds the
   * connections
   */
  readonly reservedConcurrency?: number;
}

export interface DomainConfig {
  /** Name under which users open the frontend, such as `erp.example.com`. */
  readonly name: string;

  /** ACM certificate for that name, in us-east-1 as CloudFront requires. */
  readonly certificateArn: string;

  /** Route 53 zone that gets the alias record. */
  readonly hostedZoneId: string;

  /** Name of that zone, such as `example.com`. */
  readonly hostedZoneName: string;
}

export interface EdgeConfig {
  /**
   * Frontend address and certificate.
   *
   * @default - the distribution's own cloudfront.net name
   */
  readonly domain?: DomainConfig;

  /**
   * Folder with the built frontend, relative to the repository.
   *
   * @default - a placeholder page
   */
  readonly frontend?: string;

  /**
   * Other origins that may call the API with CORS.
   *
   * @default - none: the frontend calls /api on its own origin
   */
  readonly corsOrigins: readonly string[];

  /** Countries (ISO 3166-1 alpha-2) that CloudFront serves. */
  readonly countries: readonly string[];

  /** AWS WAF web ACL before CloudFront, in stack Erp<Env>Firewall of us-east-1. */
  readonly firewall: boolean;

  /**
   * Whether people may make their own accounts, with an address that they confirm by a code from an e-mail.
   *
   * @default - no: administrators make them
   */
  readonly selfSignUp?: boolean;

  /** Second factor at sign-in: `optional` lets each user decide, `required` asks everyone. */
  readonly mfa: 'optional' | 'required';

  /** Cognito Plus: compromised-credential and risk checks at sign-in, billed per active user. */
  readonly threatProtection: boolean;

  /** API requests per second over all clients. */
  readonly throttlingRate: number;

  /** API requests at once over all clients. */
  readonly throttlingBurst: number;
}

export interface ObservabilityConfig {
  /**
   * Who gets alarms by e-mail, after confirming the subscription.
   *
   * @default - nobody: the topic has no subscriber
   */
  readonly alarmEmail?: string;

  /**
   * CloudWatch's agent and Fluent Bit on every node: metrics of nodes and pods, and container logs. Billed per
   * observation and GB, and takes two pods of every node's limit and one of the cluster's.
   */
  readonly containerInsights: boolean;

  /**
   * USD per month for the whole account; mails at 80 % of it and when the forecast exceeds it.
   *
   * @default - no budget
   */
  readonly monthlyBudget?: number;

  /** Mails about unusual daily spending of this environment; lives in us-east-1. Needs `monthlyBudget`. */
  readonly costAnomalies: boolean;
}

export interface DeliveryConfig {
  /** CodeConnections connection to the Git host, which somebody has accepted in the console. */
  readonly connectionArn: string;

  /** Repository with the services' sources, `owner/name`. */
  readonly servicesRepository: string;

  /** Repository of this project, `owner/name`: chart, values and scripts of a release come from it. */
  readonly platformRepository: string;

  /** Branch of both repositories that the environment follows. */
  readonly branch: string;

  /**
   * Folder of the services' repository that holds one folder per service, named as the service.
   *
   * @default - the top
   */
  readonly servicesFolder?: string;

  /**
   * Files and folders of the services' repository that every service is built from, such as a parent `pom.xml`.
   *
   * @default - none: a service is built from its folder alone
   */
  readonly sharedPaths?: readonly string[];

  /** Whether a person approves between build and release. */
  readonly approval: boolean;
}

/** Name under which AWS and Helm know an environment's things, such as `erp-dev`; also its Kubernetes namespace. */
export function environmentId(name: EnvironmentName): string {
  return `erp-${name}`;
}

/** First part of an environment's stack names, such as `ErpDev`. */
export function stackPrefix(name: EnvironmentName): string {
  return `Erp${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Name of an environment's entry in Secrets Manager. */
export function secretName(name: EnvironmentName, store: 'mysql' | 'mongodb'): string {
  return `erp/${name}/${store}`;
}

/**
 * Stack of the images that the environments of a region share. Its name follows from the region alone, so that no environment
 * that moves takes the registry of another along.
 */
export function registryStackName(region: string): string {
  const words = region.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return region === 'ap-northeast-2' ? 'ErpRegistry' : `ErpRegistry${words.join('')}`;
}
