import type { EnvironmentConfig } from './environment';
import type { Problem } from './problems';
import type { Environment } from './values';

/** A limit of AWS that a longer config or values file would reach. */
export interface Limit {
  /** What is counted, and within what. */
  readonly of: string;

  readonly most: number;

  /** Whether AWS raises it on request: then a higher one is not refused, but stays what the project is built for. */
  readonly adjustable: boolean;

  /** Where AWS says so. */
  readonly source: string;
}

const NLB = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html';
const VPC = 'https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html';
const HTTP_API = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html';
const CLOUDFORMATION =
  'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html';
const EKS = 'https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html';

/**
 * Limits of AWS that config and values can grow into. The listeners are the narrowest of what grows with the services, and the
 * only one of these that AWS never raises for them; a test keeps the rest wide enough for as many services as have listeners.
 */
export const LIMITS = {
  listeners: { of: 'listeners of a Network Load Balancer', most: 50, adjustable: false, source: NLB },
  targets: {
    // Cross-zone load balancing is on, and then the Application Load Balancer of the employee service counts as 100.
    of: 'pods behind a Network Load Balancer, beside the employee service',
    most: 400,
    adjustable: true,
    source: NLB,
  },
  targetGroups: { of: 'target groups of a region', most: 3000, adjustable: true, source: NLB },
  rules: { of: 'rules of a security group in one direction', most: 60, adjustable: true, source: VPC },
  routes: { of: 'routes of an HTTP API', most: 300, adjustable: true, source: HTTP_API },
  integrations: { of: 'integrations of an HTTP API', most: 300, adjustable: false, source: HTTP_API },
  resources: { of: 'resources of a stack', most: 500, adjustable: false, source: CLOUDFORMATION },
  template: { of: 'bytes of a template', most: 1_000_000, adjustable: false, source: CLOUDFORMATION },
  customResource: {
    // An update hands over the old values beside the new, as JSON in JSON.
    of: "bytes of a custom resource's event, which Lambda takes asynchronously",
    most: 1_000_000,
    adjustable: false,
    source: LAMBDA,
  },
  podIdentities: { of: 'Pod Identity associations of a cluster', most: 1000, adjustable: true, source: EKS },
  publicAccessCidrs: { of: 'CIDRs of a public endpoint of EKS', most: 40, adjustable: false, source: EKS },
  configMap: {
    of: 'bytes of a ConfigMap or of the Secret that holds a release',
    most: 2 ** 20,
    adjustable: false,
    source: 'https://kubernetes.io/docs/concepts/configuration/configmap/',
  },
} as const satisfies Readonly<Record<string, Limit>>;

/** Most services an environment can have: the employee service has a listener too. */
export const MOST_SERVICES = LIMITS.listeners.most - 1;

/**
 * Most bytes of values that config can hand to the chart. The event of an update holds them twice, escaped, and half of it is
 * kept for the escapes and for what the platform adds.
 */
export const MOST_VALUES = LIMITS.customResource.most / 4;

/** What one environment asks for beyond what AWS gives. */
export function limitProblems({ config, values }: Environment): Problem[] {
  const problems: Problem[] = [];
  const file = `chart/values-${config.name}.yaml`;
  const atMost = (at: string, field: string, count: number, most: number, why: string) => {
    if (count > most) problems.push({ file: at, field, value: `${count}`, allowed: `at most ${most}: ${why}` });
  };
  atMost(
    'chart/values.yaml',
    'services',
    values.services.length,
    MOST_SERVICES,
    `each needs a listener and so does the employee service, and ${LIMITS.listeners.most} is the limit of ${LIMITS.listeners.of} (${LIMITS.listeners.source})`,
  );
  atMost(
    file,
    'its size as JSON',
    Buffer.byteLength(JSON.stringify(values.overrides)),
    MOST_VALUES,
    `a release gets its values through ${LIMITS.customResource.of} (${LIMITS.customResource.source}); mount large files otherwise than by config`,
  );
  atMost(
    `lib/config/${config.name}.ts`,
    'kubernetes.publicAccessCidrs',
    config.kubernetes.publicAccessCidrs.length,
    LIMITS.publicAccessCidrs.most,
    `the limit of ${LIMITS.publicAccessCidrs.of} (${LIMITS.publicAccessCidrs.source})`,
  );
  atMost(
    file,
    'the pods at most, over all services',
    values.services.reduce((sum, { maxReplicas }) => sum + maxReplicas, 0),
    podAddresses(config),
    `the private subnets of ${config.network.cidr} have no more addresses beside those of the nodes`,
  );
  return problems;
}

/** Prefix of the private subnets, one per zone, in which every pod takes an address. */
export const PRIVATE_SUBNET_PREFIX = 22;

/** Addresses of the private subnets that are left for the services' pods. */
function podAddresses({ network, kubernetes: { serviceNodes, kafkaNodes } }: EnvironmentConfig): number {
  // AWS keeps five of each subnet.
  const ofZone = 2 ** (32 - PRIVATE_SUBNET_PREFIX) - 5;
  // A node has an address of its own and keeps about a dozen more for agents and controllers and to start pods at once.
  const perNode = 15;
  const nodes = serviceNodes.maxSize + (kafkaNodes?.maxSize ?? 0);
  return Math.max(0, network.availabilityZones.length * (ofZone - nodes * perNode));
}
