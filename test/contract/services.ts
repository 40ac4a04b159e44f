/** Who says so: the sources of the services, the text of the specification, or both alike. */
export type Origin = 'sources' | 'specification' | 'both';

export type Store = 'kafka' | 'mongodb' | 'redis' | 'employee-service';

/** Addresses that depend on the environment. */
export type Address = 'kafka' | 'mongodb' | 'redis host' | 'redis port';

/** What one service is known to do, apart from any chart. */
export interface ServiceFacts {
  /** Its name in the cluster. */
  readonly name: string;

  /** Port of HTTP, open in every image. */
  readonly http: number;

  /** Port of gRPC, open only in images that are built with it. */
  readonly grpc?: number;

  /** First path of its HTTP API. */
  readonly basePath: string;

  /** The one path that answers 200 when it is well; without it there is only the open port. */
  readonly health?: string;

  /** Variables that it reads and the platform can know, with the value that works. */
  readonly reads: Readonly<Record<string, { readonly is: Address | { readonly value: string }; readonly by: Origin }>>;

  /** What it connects to beside its peers. */
  readonly stores: Readonly<Partial<Record<Store, Origin>>>;

  /** Its peers, with the protocol. */
  readonly calls: readonly { readonly peer: string; readonly by: Origin; readonly protocol: 'http' | 'grpc' }[];

  /** Directories that it writes to. */
  readonly writes: readonly string[];
}

const value = (text: string) => ({ value: text });

const TRACES: ServiceFacts['reads'] = {
  AWS_XRAY_DAEMON_ADDRESS: { is: value('127.0.0.1:2000'), by: 'both' },
  AWS_XRAY_CONTEXT_MISSING: { is: value('LOG_ERROR'), by: 'both' },
};

const KAFKA: ServiceFacts['reads'] = {
  SPRING_KAFKA_BOOTSTRAP_SERVERS: { is: 'kafka', by: 'sources' },
  KAFKA_BOOTSTRAP_SERVERS: { is: 'kafka', by: 'specification' },
};

/** Images of the specification may read the one or the other. */
const KAFKA_OF_THE_SPECIFICATION: ServiceFacts['reads'] = {
  SPRING_KAFKA_BOOTSTRAP_SERVERS: { is: 'kafka', by: 'specification' },
  KAFKA_BOOTSTRAP_SERVERS: { is: 'kafka', by: 'specification' },
};

const REDIS: ServiceFacts['reads'] = {
  REDIS_HOST: { is: 'redis host', by: 'sources' },
  REDIS_PORT: { is: 'redis port', by: 'sources' },
};

/** The three services in the cluster. */
export const SERVICES: readonly ServiceFacts[] = [
  {
    name: 'approval-request-service',
    http: 8082,
    basePath: '/approvals',
    reads: {
      ...TRACES,
      ...KAFKA,
      MONGODB_URI: { is: 'mongodb', by: 'both' },
      SPRING_DATA_MONGODB_URI: { is: 'mongodb', by: 'sources' },
      EMPLOYEE_SERVICE_URL: { is: value('http://employee-service:8081'), by: 'sources' },
      NOTIFICATION_SERVICE_URL: { is: value('http://notification-service:8084'), by: 'sources' },
      APPROVAL_PROCESSING_GRPC_ADDRESS: { is: value('static://approval-processing-service:9090'), by: 'sources' },
      GRPC_ADDRESS: { is: value('approval-processing-service:9090'), by: 'specification' },
    },
    stores: { kafka: 'both', mongodb: 'both', 'employee-service': 'both' },
    calls: [
      { peer: 'approval-processing-service', protocol: 'grpc', by: 'specification' },
      { peer: 'notification-service', protocol: 'http', by: 'sources' },
    ],
    writes: ['/tmp'],
  },
  {
    name: 'approval-processing-service',
    http: 8083,
    grpc: 9090,
    basePath: '/process',
    reads: {
      ...TRACES,
      ...KAFKA,
      ...REDIS,
      EMPLOYEE_SERVICE_URL: { is: value('http://employee-service:8081'), by: 'specification' },
    },
    stores: { kafka: 'both', redis: 'sources', 'employee-service': 'specification' },
    calls: [],
    writes: ['/tmp'],
  },
  {
    name: 'notification-service',
    http: 8084,
    basePath: '/notifications',
    health: '/notifications/health',
    reads: { ...TRACES, ...KAFKA_OF_THE_SPECIFICATION, ...REDIS },
    stores: { kafka: 'specification', redis: 'sources' },
    calls: [],
    writes: ['/tmp'],
  },
];

/** What every pod gets though no service asks for it, with the reason. */
export const UNASKED = {
  paths: {
    '0.0.0.0/0 not 10.0.0.0/16:443': 'the X-Ray daemon in the pod sends to AWS',
    '169.254.170.23/32:80': 'the agent of EKS Pod Identity gives the daemon its credentials',
  },
  environment: {
    AWS_XRAY_TRACING_NAME: 'the SDK names its traces after it, which keeps those of two environments apart',
    AWS_REGION: 'the SDKs ask nobody else for it: instance metadata is out of reach for pods',
    JAVA_TOOL_OPTIONS: 'the share of the memory limit that a JVM takes by itself is a quarter',
    SERVER_PORT: 'the images have the same port built in; a changed port of the values must reach the process',
    SERVER_SHUTDOWN: 'requests in flight are answered before the pod ends',
    SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE: 'it must end before the grace period does',
    SPRING_KAFKA_SECURITY_PROTOCOL: 'Amazon MSK speaks TLS only',
    SPRING_DATA_REDIS_HOST: "Spring's own name for the same address, which the property file of a service may use",
    SPRING_DATA_REDIS_PORT: "Spring's own name for the same port",
  },
} as const;
