import { type EnvironmentConfig, configFile, valuesFile } from './environment';
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
const CLOUDFORMATION = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html';
const POD_IDENTITY = 'https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html';

/**
 * Limits of AWS that config and values can grow into. Of what grows with the services, the listeners and the resources of the
 * edge's stack are the narrowest; a test keeps the rest wide enough for as many services as these two allow.
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
  podIdentities: { of: 'Pod Identity associations of a cluster', most: 5000, adjustable: false, source: POD_IDENTITY },
  configMap: {
    of: 'bytes of a ConfigMap or of the Secret that holds a release',
    most: 2 ** 20,
    adjustable: false,
    source: 'https://kubernetes.io/docs/concepts/configuration/configmap/',
  },
} as const satisfies Readonly<Record<string, Limit>>;

/** Resources of the edge's stack, which has most of them: with the employee service alone, by service, and for a domain. */
export const EDGE_RESOURCES = { fixed: 58, service: 9, domain: 2 } as const;

/** Most services an environment can have, and why. */
export function mostServices({ edge }: Pick<EnvironmentConfig, 'edge'>): { most: number; why: string } {
  const { fixed, service, domain } = EDGE_RESOURCES;
  const resources = Math.floor((LIMITS.resources.most - fixed - (edge.domain ? domain : 0)) / service);
  // The employee service has a listener too.
  const listeners = LIMITS.listeners.most - 1;
  const because = (limit: Limit, what: string) =>
    `${what}, and ${limit.most} is the limit of ${limit.of} (${limit.source})`;
  return resources < listeners
    ? { most: resources, why: because(LIMITS.resources, `each adds ${service} resources to the stack of the edge`) }
    : { most: listeners, why: because(LIMITS.listeners, 'each needs a listener and so does the employee service') };
}

/**
 * Most bytes of values that config can hand to the chart. The event of an update holds them twice, escaped, and half of it is
 * kept for the escapes and for what the platform adds.
 */
export const MOST_VALUES = LIMITS.customResource.most / 4;

/** What one environment asks for beyond what AWS gives. */
export function limitProblems({ config, values }: Environment): Problem[] {
  const problems: Problem[] = [];
  const file = valuesFile(config.name);
  const atMost = (at: string, field: string, count: number, most: number, why: string) => {
    if (count > most) problems.push({ file: at, field, value: count, allowed: `at most ${most}: ${why}` });
  };
  const { most, why } = mostServices(config);
  atMost('chart/values.yaml', 'the number of services', values.services.length, most, why);
  atMost(
    file,
    'its size as JSON',
    Buffer.byteLength(JSON.stringify(values.overrides)),
    MOST_VALUES,
    `a release gets its values through ${LIMITS.customResource.of} (${LIMITS.customResource.source}); mount large files otherwise than by config`,
  );
  atMost(
    file,
    'the pods at most, over all services',
    pods(values.services),
    podAddresses(config),
    `the private subnets of ${config.network.cidr} have no more addresses beside those of the nodes`,
  );
  return problems;
}

/** What AWS has to raise before an environment can be all that its values allow. */
export function limitWarnings({ values: { services } }: Environment): string[] {
  const count = pods(services);
  return count > LIMITS.targets.most
    ? [
        `The services may have ${count} pods at once, and AWS gives ${LIMITS.targets.most} ${LIMITS.targets.of} unless asked for more: those beyond get no requests. Lower hpa.maxReplicas in chart/values.yaml or the environment's, or raise the quota: ${LIMITS.targets.source}`,
      ]
    : [];
}

function pods(services: Environment['values']['services']): number {
  return services.reduce((sum, { maxReplicas }) => sum + maxReplicas, 0);
}

/** Prefix of the private subnets, one per zone, in which every pod takes an address. */
export const PRIVATE_SUBNET_PREFIX = 22;

/** Addresses of the private subnets that are left for the services' pods. */
function podAddresses({ network, kubernetes: { serviceNodes, kafkaNodes } }: EnvironmentConfig): number {
  // AWS keeps five of each subnet.
  const ofZone = 2 ** (32 - PRIVATE_SUBNET_PREFIX) - 5;
  const nodes = serviceNodes.maxSize + (kafkaNodes?.maxSize ?? 0);
  return Math.max(0, network.availabilityZones.length * (ofZone - nodes));
}

/**
 * Environments whose VPCs have addresses in common. Two such VPCs can never be peered, or reached by one VPN, and the CIDR of a
 * VPC cannot change; only environments that are known to be of different accounts may keep apart for good.
 */
export function addressProblems(configs: readonly EnvironmentConfig[]): Problem[] {
  return configs.flatMap((config, i) =>
    configs
      .slice(0, i)
      .filter(({ account }) => account === undefined || config.account === undefined || account === config.account)
      .filter(({ network }) => overlap(network.cidr, config.network.cidr))
      .map(({ name, network }) => ({
        file: configFile(config.name),
        field: 'network.cidr',
        value: config.network.cidr,
        allowed: `addresses that network.cidr in ${configFile(name)} (${network.cidr}) has not, unless both name an account and not the same`,
      })),
  );
}

function overlap(one: string, other: string): boolean {
  const network = (cidr: string, prefix: number) => {
    const address = (cidr.split('/')[0] ?? '').split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return Math.floor(address / 2 ** (32 - prefix));
  };
  const prefix = Math.min(...[one, other].map((cidr) => Number(cidr.split('/')[1])));
  return network(one, prefix) === network(other, prefix);
}
