import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { KUBERNETES_VERSION_NAMES, type KubernetesVersionName } from './kubernetes-versions';

/**
 * What a config may say, in one place: the types, the checks, the errors and docs/configuration.md are made of it. It is
 * loaded where the compiled check is not kept yet, and never by a synth after that.
 */

/** What a field says of itself beside its JSON Schema. */
interface About {
  /** One sentence, with units. */
  readonly description: string;

  /**
   * What is allowed, for errors and the reference.
   *
   * @default - told from the schema: the range of a number, the values of an enum
   */
  readonly allowed?: string;
}

/** What becomes of an optional field that is not there. */
interface Otherwise {
  readonly otherwise: string;
}

const section = <T extends TProperties>(description: string, fields: T) =>
  Type.Object(fields, { description, additionalProperties: false });
const text = (pattern: RegExp, maxLength: number, about: About & { allowed: string }) =>
  Type.String({ ...about, pattern: pattern.source, minLength: 1, maxLength });
const whole = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });
const yes = (description: string) => Type.Boolean({ description });
const oneOf = <T extends string | number>(values: readonly T[], about: About) =>
  Type.Unsafe<T>({ ...about, enum: [...values] });
const list = <T extends TSchema>(item: T, about: About, { min = 0, max }: { min?: number; max: number }) =>
  Type.Array(item, { ...about, minItems: min, maxItems: max });
const optional = <T extends TSchema>(field: T, otherwise: string) =>
  Type.Optional({ ...field, otherwise } as T & Otherwise);

const INSTANCE_TYPE = /[a-z]+\d[a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal)/;
const instanceType = (prefix: string, about: About & { allowed: string }) =>
  text(new RegExp(`^${prefix.replace('.', '\\.')}${INSTANCE_TYPE.source}$`), 40, about);

const relativePath = (description: string) =>
  text(/^(?!\.{1,2}(\/|$))[\w.-]+(\/(?!\.{1,2}(\/|$))[\w.-]+)*$/, 200, {
    description,
    allowed: 'a relative path without leading or trailing slash, .. and wildcards',
  });

const nodeGroup = (description: string) =>
  section(description, {
    instanceTypes: list(
      instanceType('', { description: 'An EC2 instance type.', allowed: 'an EC2 instance type such as t3.medium' }),
      {
        description: 'EC2 instance types; the first one available is used.',
        allowed: 'one or more instance types, all arm64 or all x86_64',
      },
      // https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html takes no more.
      { min: 1, max: 20 },
    ),
    minSize: whole(1, 100, 'Nodes per zone at least.'),
    maxSize: whole(1, 100, 'Nodes per zone at most.'),
    diskSize: whole(20, 1000, 'Encrypted gp3 root volume, GiB.'),
  });

const network = section('VPC and its way out.', {
  cidr: text(/^[\d./]+$/, 18, {
    description: 'IPv4 CIDR of the VPC.',
    allowed: 'a private IPv4 network address with a prefix from /16 to /20',
  }),
  availabilityZones: list(
    text(/^[a-z0-9-]+$/, 30, { description: 'A zone.', allowed: 'a zone of the region, such as ap-northeast-2a' }),
    {
      description: "Zones of the region; the spec's node placement is written for two.",
      allowed: 'two different zones',
    },
    { min: 2, max: 2 },
  ),
  natGateways: oneOf<number>([1, 2], {
    description: '1 is cheap; with one per zone, a zone may fail without cutting off the other.',
    allowed: '1, or 2 for one per zone',
  }),
});

const kubernetes = section('EKS cluster and its nodes.', {
  version: oneOf<KubernetesVersionName>(KUBERNETES_VERSION_NAMES, { description: 'Minor version of the cluster.' }),
  deployedVersion: optional(
    oneOf<KubernetesVersionName>(KUBERNETES_VERSION_NAMES, {
      description:
        'Version that the cluster runs today. Written down after each upgrade, so that a config that skips a minor is refused before anything is deployed.',
    }),
    'no cluster yet: it is created with any version',
  ),
  publicAccessCidrs: list(
    text(/^[\d./]+$/, 18, {
      description: 'An IPv4 CIDR.',
      allowed: 'an IPv4 CIDR narrower than /0',
    }),
    {
      description: 'CIDRs that reach the API endpoint from the internet. With none, the endpoint is private.',
      allowed: 'a list of at most 40 IPv4 CIDRs narrower than /0',
    },
    // https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
    { max: 40 },
  ),
  access: list(
    section('An access entry.', {
      principalArn: text(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, 2048, {
        description: 'Role or user that may use the Kubernetes API.',
        allowed: 'the ARN of an IAM role or user',
      }),
      policy: oneOf(['AmazonEKSClusterAdminPolicy', 'AmazonEKSAdminViewPolicy', 'AmazonEKSViewPolicy'], {
        description: 'Access policy of EKS.',
      }),
    }),
    {
      description: 'Who may use the Kubernetes API besides the deployment itself.',
      allowed: 'one entry per principal',
    },
    { max: 100 },
  ),
  serviceNodes: nodeGroup('Nodes of the services, one group per zone.'),
  kafkaNodes: optional(
    nodeGroup(
      'Nodes of Kafka in the cluster. They exist while they stand here; `kafka.mode: zookeeper` and `kraft` in the values file cannot be without them.',
    ),
    'no such nodes',
  ),
});

const database = section('RDS for MySQL.', {
  instanceType: instanceType('', {
    description: 'RDS instance type without the `db.` prefix.',
    allowed: 'an RDS type such as t4g.micro',
  }),
  multiAz: yes('Whether a standby in the other zone takes over by itself.'),
  allocatedStorage: whole(20, 65536, 'GiB of gp3.'),
  maxAllocatedStorage: whole(20, 65536, 'GiB up to which RDS grows the volume by itself.'),
  backupRetentionDays: whole(1, 35, 'Days of automated backups.'),
  performanceInsights: yes('Whether Performance Insights records what queries wait for.'),
  backupPlan: yes(
    'Daily AWS Backup plan in a vault of its own, beside the automated backups; only with `removal: retain`, because AWS deletes no vault that holds backups.',
  ),
});

const msk = section(
  'Amazon MSK. It exists while it stands here and is used while the values file says `kafka.mode: msk`, which cannot be without it.',
  {
    instanceType: text(/^kafka\.(t3|m5|m7g)\.\w+$/, 40, {
      description: 'Broker type with its `kafka.` prefix.',
      allowed: 'a kafka.t3, kafka.m5 or kafka.m7g type',
    }),
    version: text(/^\d+\.\d+\.(\d+|x)(\.kraft)?$/, 20, {
      description: 'Apache Kafka version; a `.kraft` suffix makes a cluster without ZooKeeper.',
      allowed: 'a version such as 3.9.x.kraft',
    }),
    storage: whole(1, 16384, 'GiB per broker, before autoscaling.'),
    maxStorage: whole(1, 16384, 'GiB per broker that storage autoscaling may reach.'),
  },
);

const cache = section('ElastiCache for Valkey. Read only when a service in the values file says `uses.redis`.', {
  nodeType: instanceType('cache.', {
    description: 'Node type with its `cache.` prefix.',
    allowed: 'an ElastiCache node type such as cache.t4g.micro',
  }),
  nodes: oneOf<number>([1, 2], {
    description: '1, or 2 for a standby in the other zone that takes over by itself.',
    allowed: '1, or 2 for one per zone',
  }),
  version: text(/^(7\.2|[89]\.\d|[1-9]\d\.\d)$/, 4, {
    description: 'Version of Valkey, major and minor. ElastiCache goes up and never down.',
    allowed: 'a Valkey version such as 9.1, 7.2 or later',
  }),
  snapshotRetentionDays: whole(0, 35, 'Days that daily snapshots are kept; 0 takes none.'),
});

const employee = section('The employee service on Lambda.', {
  memory: whole(128, 10240, 'MiB.'),
  reservedConcurrency: optional(
    whole(
      1,
      900,
      "Executions at once, at most, taken out of the account's quota of concurrent Lambda executions; also the number of database connections the service may hold.",
    ),
    'no function reserves anything, which an account with a quota of 10 would refuse; the database bounds the connections',
  ),
  authorization: optional(
    oneOf(['enforce', 'observe'], {
      description:
        '`enforce` refuses what a caller may not do; `observe` does it and logs `would be refused`, for a frontend that is being moved here.',
    }),
    '`enforce`',
  ),
  checkIns: optional(
    oneOf(['daily', 'unlimited'], {
      description:
        '`daily` counts one check-in of a person per calendar day of Seoul; `unlimited` counts each, as the predecessor did.',
    }),
    '`daily`',
  ),
});

const HOST = /([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}/;

const domain = section('Frontend address and certificate.', {
  name: text(new RegExp(`^${HOST.source}$`), 253, {
    description: 'Name under which users open the frontend, such as `erp.example.com`.',
    allowed: 'a host name',
  }),
  certificateArn: text(/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/, 200, {
    description: 'ACM certificate for that name, in us-east-1 as CloudFront requires.',
    allowed: 'the ARN of an ACM certificate in us-east-1',
  }),
  hostedZoneId: text(/^Z[A-Z0-9]+$/, 32, {
    description: 'Route 53 zone that gets the alias record.',
    allowed: 'the id of a Route 53 zone, such as Z0123456789ABC',
  }),
  hostedZoneName: text(new RegExp(`^${HOST.source}$`), 253, {
    description: 'Name of that zone, such as `example.com`.',
    allowed: 'a zone that the name belongs to',
  }),
});

const edge = section('What the internet reaches: CloudFront, API and sign-in.', {
  domain: optional(domain, "the distribution's own cloudfront.net name"),
  frontend: optional(relativePath('Folder with the built frontend, relative to the repository.'), 'a placeholder page'),
  corsOrigins: list(
    text(/^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|http:\/\/localhost(:\d{1,5})?)$/, 253, {
      description: 'An origin.',
      allowed: 'an https origin without path or wildcard',
    }),
    {
      description:
        'Other origins that may call the API with CORS. With none, the frontend calls /api on its own origin.',
      allowed: 'a list of https origins without path or wildcard',
    },
    { max: 100 },
  ),
  countries: list(
    text(/^[A-Z]{2}$/, 2, { description: 'A country.', allowed: 'an ISO 3166-1 alpha-2 code such as KR' }),
    {
      description: 'Countries that CloudFront serves.',
      allowed: 'one or more ISO 3166-1 alpha-2 codes',
    },
    { min: 1, max: 250 },
  ),
  firewall: yes('AWS WAF web ACL before CloudFront, in stack Erp<Env>Firewall of us-east-1.'),
  selfSignUp: optional(
    yes('Whether people may make their own accounts, with an address that they confirm by a code from an e-mail.'),
    'no: administrators make them',
  ),
  mfa: oneOf(['optional', 'required'], {
    description: 'Second factor at sign-in: `optional` lets each user decide, `required` asks everyone.',
  }),
  threatProtection: yes('Cognito Plus: compromised-credential and risk checks at sign-in, billed per active user.'),
  throttlingRate: whole(1, 10000, 'API requests per second over all clients.'),
  throttlingBurst: whole(1, 5000, 'API requests at once over all clients.'),
});

const observability = section('Alarms, metrics and money.', {
  alarmEmail: optional(
    text(/^[\x21-\x3f\x41-\x7e]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, 254, {
      description: 'Who gets alarms by e-mail, after confirming the subscription.',
      allowed: 'an e-mail address',
    }),
    'nobody: the topic has no subscriber',
  ),
  containerInsights: yes(
    "CloudWatch's agent and Fluent Bit on every node: metrics of nodes and pods, and container logs. Billed per observation and GB, and takes two pods of every node's limit and one of the cluster's.",
  ),
  monthlyBudget: optional(
    whole(1, 1_000_000, 'USD per month for the whole account; mails at 80 % of it and when the forecast exceeds it.'),
    'no budget',
  ),
  costAnomalies: yes(
    'Mails about unusual daily spending of this environment; lives in us-east-1. Needs `monthlyBudget`.',
  ),
});

const repository = (description: string) => text(/^[\w.-]+(\/[\w.-]+)+$/, 200, { description, allowed: 'owner/name' });

const delivery = section('Pipeline that builds and releases the services.', {
  connectionArn: text(
    /^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection\/[0-9a-f-]+$/,
    200,
    {
      description: 'CodeConnections connection to the Git host, which somebody has accepted in the console.',
      allowed: 'the ARN of a CodeConnections connection',
    },
  ),
  servicesRepository: repository("Repository with the services' sources."),
  platformRepository: repository('Repository of this project: chart, values and scripts of a release come from it.'),
  branch: text(/^[\w.-]+(\/[\w.-]+)*$/, 255, {
    description: 'Branch of both repositories that the environment follows.',
    allowed: 'a branch name without wildcards',
  }),
  servicesFolder: optional(
    relativePath("Folder of the services' repository that holds one folder per service, named as the service."),
    'the top',
  ),
  sharedPaths: optional(
    list(
      relativePath('A file or folder.'),
      {
        description:
          "Files and folders of the services' repository that every service is built from, such as a parent `pom.xml`.",
        allowed: 'a list of relative paths',
      },
      { max: 100 },
    ),
    'none: a service is built from its folder alone',
  ),
  approval: yes('Whether a person approves between build and release.'),
});

/** A config file. */
export const SETTINGS = section('One environment.', {
  account: optional(
    text(/^\d{12}$/, 12, { description: 'Account to deploy to.', allowed: 'twelve digits' }),
    'the account of the credentials at deploy time; templates stay free of account ids',
  ),
  region: oneOf<string>(
    RegionInfo.regions.filter(({ partition }) => partition === 'aws').map(({ name }) => name),
    {
      description: 'Region of everything but what CloudFront and billing want in us-east-1.',
      allowed: 'an AWS region such as ap-northeast-2',
    },
  ),
  network,
  kubernetes,
  database,
  msk: optional(msk, 'no MSK'),
  cache,
  employee,
  edge,
  observability,
  delivery: optional(delivery, 'no delivery stack; image tags come from the values file'),
  standIns: optional(
    yes(
      'Whether a small public web server runs in the place of every service, so that nothing has to be in the registry.',
    ),
    'no, unless a run says so: `-c standIn=<environment>`',
  ),
  logRetentionDays: oneOf<number>(
    Object.values(RetentionDays).filter(
      (days): days is number => typeof days === 'number' && days < RetentionDays.INFINITE,
    ),
    { description: 'Days that log groups keep their events.' },
  ),
  removal: oneOf(['destroy', 'retain'], {
    description:
      'What `cdk destroy` does to databases, buckets, keys and logs: `destroy` leaves nothing that costs money, `retain` keeps the data (snapshots, and everything that holds data stays).',
  }),
  protection: yes(
    'Termination protection of the stacks, and deletion protection of the cluster, the database, the load balancers and the user pool. `-c protection=off` takes it away for one run, so that a creation that fails can be rolled back.',
  ),
});

type ReadonlyOf<T> = T extends readonly (infer E)[]
  ? readonly ReadonlyOf<E>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyOf<T[K]> }
    : T;

/** What one environment looks like in the cloud: a file in `environments/`. Services live in `chart/values-<env>.yaml`. */
export type EnvironmentSettings = ReadonlyOf<Static<typeof SETTINGS>>;
