import * as cdk from 'aws-cdk-lib';
import { ClusterStack } from './cluster/cluster-stack';
import { type KubectlSource, installedKubectl } from './cluster/kubectl-layer';
import type { Environment } from '../config';
import { type EnvironmentConfig, registryStackName, stackPrefix } from '../config/environment';
import type { Reapply } from '../config/reapply';
import { capacityWarning } from '../config/capacity';
import { supportWarning } from '../config/kubernetes-versions';
import { limitWarnings } from '../config/limits';
import { PROTECTION } from '../config/run';
import { DataStack } from './data/data-stack';
import { DeliveryStack, type DeliveryStackProps } from './delivery/delivery-stack';
import { EdgeStack } from './edge/edge-stack';
import { FIREWALL_REGION, FirewallStack } from './edge/firewall-stack';
import { EmployeeStack } from './employee/employee-stack';
import { LogGroupDefaults } from './logging/log-group-defaults';
import { GlobalStack, watchesGlobally } from './observability/global-stack';
import { observe } from './observability/observability';
import { NetworkStack } from './network/network-stack';
import { RegistryStack } from './registry/registry-stack';
import { Reapplied } from './workloads/reapplied';
import { WorkloadsStack } from './workloads/workloads-stack';

export interface PlatformProps {
  /** Environments, each with stacks of its own. */
  readonly environments: readonly Environment[];

  /** ISO 8601 date of the synth, for the support calendar; it changes warnings, never templates. */
  readonly today: string;

  /**
   * Where the kubectl and Helm of each environment come from.
   *
   * @default - the npm package of its Kubernetes version
   */
  readonly kubectl?: KubectlSource;

  /**
   * Environment whose cluster gets everything once more.
   *
   * @default - what has not changed is left alone
   */
  readonly reapply?: Reapply;
}

/** Stacks of one environment, by lifetime. */
export interface EnvironmentStacks {
  /** The environment: config and values of its chart. */
  readonly environment: Environment;

  /** VPC, log key and access logs. */
  readonly network: NetworkStack;

  /** Database, secrets, Kafka and cache. */
  readonly data: DataStack;

  /** Cluster of the environment. */
  readonly cluster: ClusterStack;

  /** The employee service. */
  readonly employee: EmployeeStack;

  /**
   * Web ACL of CloudFront, in us-east-1.
   *
   * @default - the environment has no firewall
   */
  readonly firewall?: FirewallStack;

  /**
   * Alarms of us-east-1.
   *
   * @default - nothing there is watched
   */
  readonly global?: GlobalStack;

  /** Load balancers, API and frontend. */
  readonly edge: EdgeStack;

  /** What runs in the cluster. */
  readonly workloads: WorkloadsStack;

  /**
   * Pipeline of the services.
   *
   * @default - config has no `delivery`
   */
  readonly delivery?: DeliveryStack;
}

/**
 * Adds all stacks to the app: one set per environment, and the registry that those of a region share. Stacks stand directly in the
 * app, because `cdk deploy ErpDev` does not find the stacks of a Stage of that name.
 */
export function addPlatform(app: cdk.App, { environments, ...options }: PlatformProps): EnvironmentStacks[] {
  const registries = new Map(
    [...new Set(environments.map(({ config }) => config.region))].map((region) => {
      const inRegion = environments.filter(({ config }) => config.region === region);
      const registry = new RegistryStack(app, registryStackName(region), {
        env: { region },
        // Not protected against termination: dev's first deployment brings it, and a creation that fails must be tried again by
        // the same command. Whoever deletes the stack deletes no image: everything in it is kept.
        description: 'ERP platform: image repositories of all environments',
        repositories: inRegion.flatMap(({ values }) => values.services.map(({ repository }) => repository)),
      });
      return [region, registry];
    }),
  );
  return environments.flatMap((environment) => {
    const registry = registries.get(environment.config.region);
    return registry ? [addEnvironment(app, registry, environment, options)] : [];
  });
}

function addEnvironment(
  app: cdk.App,
  registry: RegistryStack,
  environment: Environment,
  { today, kubectl = installedKubectl, reapply }: Omit<PlatformProps, 'environments'>,
): EnvironmentStacks {
  const { config, values } = environment;
  const prefix = stackPrefix(config.name);
  const props = (what: string) => stackProps(config, what);

  const network = new NetworkStack(app, `${prefix}Network`, { ...props('VPC, log key and access logs'), config });
  const { vpc, logKey } = network;
  const common = { config, vpc, logKey };
  const data = new DataStack(app, `${prefix}Data`, {
    ...props('database, secrets, streams and cache'),
    ...common,
    usesCache: values.services.some(({ usesRedis }) => usesRedis),
  });
  const cluster = new ClusterStack(app, `${prefix}Cluster`, {
    ...props('EKS cluster, nodes, add-ons and identities'),
    ...common,
    values,
    kubectl,
  });
  const { firewall, edge } = addEdge(app, environment, network);
  const employee = new EmployeeStack(app, `${prefix}Employee`, {
    ...props('employee service'),
    ...common,
    database: data.database,
    users: data.users,
    dataKey: data.key,
    accounts: edge.users,
    listener: edge.employeeLoadBalancer.listener,
  });
  const workloads = new WorkloadsStack(app, prefix, {
    ...props('controllers and the bundled chart'),
    environment,
    network,
    data,
    cluster,
    edge,
  });
  const { topic } = observe({ environment, network, data, cluster, employee, edge, workloads });
  const global = watchesGlobally(config)
    ? new GlobalStack(app, `${prefix}Global`, { ...globalProps(config, 'alarms of us-east-1'), config })
    : undefined;
  const delivery = addDelivery(app, { environment, network, cluster, kubectl, alarmTopic: topic });
  const stacks = { environment, network, data, cluster, employee, firewall, global, edge, workloads, delivery };
  order(stacks, registry);
  warn(stacks, today);
  addAspects(stacks, reapply);
  return stacks;
}

/** The ways in from outside, behind a web ACL where config says so. */
function addEdge(app: cdk.App, { config, values: { services } }: Environment, network: NetworkStack) {
  const prefix = stackPrefix(config.name);
  const { vpc, logKey, accessLogs } = network;
  const firewall = config.edge.firewall
    ? new FirewallStack(app, `${prefix}Firewall`, { ...globalProps(config, 'web ACL of CloudFront'), config })
    : undefined;
  const edge = new EdgeStack(app, `${prefix}Edge`, {
    ...stackProps(config, 'load balancer, API and frontend'),
    config,
    vpc,
    logKey,
    accessLogs,
    services,
    // Weak: the two stacks stand in different regions, which strong references bridge with two more functions.
    webAclArn: firewall && cdk.Stack.consumeReference(firewall.webAclArn, cdk.ReferenceStrength.WEAK),
  });
  return { firewall, edge };
}

/** The pipeline of the services, where config says so. */
function addDelivery(app: cdk.App, options: Omit<DeliveryStackProps, 'delivery'>): DeliveryStack | undefined {
  const { config } = options.environment;
  if (!config.delivery) return undefined;
  return new DeliveryStack(app, `${stackPrefix(config.name)}Delivery`, {
    ...stackProps(config, 'pipeline of the services'),
    ...options,
    delivery: config.delivery,
  });
}

/** What the stacks of an environment are told alike. */
function stackProps({ name, account, region, protection }: EnvironmentConfig, what: string): cdk.StackProps {
  return {
    env: { account, region },
    description: `ERP platform, ${name}: ${what}`,
    tags: { project: 'erp', environment: name },
    terminationProtection: protection,
  };
}

/** The same of a stack whose services exist in us-east-1 alone. */
function globalProps(config: EnvironmentConfig, what: string): cdk.StackProps {
  return stackProps({ ...config, region: FIREWALL_REGION }, what);
}

/** What goes before what, beside what references say. */
function order({ data, employee, global, workloads, delivery }: EnvironmentStacks, registry: RegistryStack): void {
  // Nothing of it is needed by the workloads but their images. It stands first, so that one command brings up an empty
  // account; nothing that is removed takes it along, because removals go downstream.
  workloads.addStackDependency(registry);
  // Nothing of them is needed by pods; they come along because people name the workloads alone.
  for (const stack of [employee, global]) if (stack) workloads.addStackDependency(stack);
  // The pipeline pushes to the registry and upgrades a release in namespaces that the workloads have made.
  delivery?.addStackDependency(registry);
  delivery?.addStackDependency(workloads);
  // Last of its stack: a vault that holds a backup cannot be rolled back.
  data.backup?.node.addDependency(...data.node.children.filter((child) => child !== data.backup));
}

/** Says what to know before the environment is deployed, at the stack that people name. */
function warn({ environment, workloads }: EnvironmentStacks, today: string): void {
  const { config } = environment;
  // Not at the cluster's stack: `cdk synth ErpDev` prints the warnings of the stack it names, of no other.
  const warnings = cdk.Annotations.of(workloads);
  const support = supportWarning(config.kubernetes.version, today);
  if (support) warnings.addWarningV2('erp:KubernetesSupport', support);
  const shortage = capacityWarning(environment);
  if (shortage) warnings.addWarningV2('erp:Capacity', shortage);
  for (const limit of limitWarnings(environment)) warnings.addWarningV2('erp:Limits', limit);
  if (config.removal === 'retain' && !config.protection) {
    warnings.addWarningV2(
      'erp:Protection',
      `Stacks, cluster, database, load balancers and users of ${config.name} are not protected against deletion. Once they stand, deploy them again without -c ${PROTECTION}=off.`,
    );
  }
}

/** What is laid over all resources of the stacks. */
function addAspects({ environment: { config }, ...stacks }: EnvironmentStacks, reapply?: Reapply): void {
  const { network, workloads, delivery } = stacks;
  if (reapply?.environment === config.name) {
    for (const stack of [workloads, delivery]) if (stack) cdk.Aspects.of(stack).add(new Reapplied(reapply.word));
  }
  const logGroups = new LogGroupDefaults({ config, logKey: network.logKey });
  for (const stack of Object.values(stacks)) if (stack?.region === config.region) cdk.Aspects.of(stack).add(logGroups);
}
