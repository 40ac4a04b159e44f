import { type EnvironmentConfig, environmentId, registryStackName } from '../../../config/environment';
import { type AssemblyStack, literals, resourcesOf } from '../../../assembly/assembly';
import { enumerate } from '../../../report/findings';

/** One stack to remove, and what to know about it. */
export interface RemovalStep {
  readonly stack: AssemblyStack;

  /** Why it stands at this place. */
  readonly why: string;

  /** Resources that outlive it, as `type logicalId`. */
  readonly keeps: readonly string[];

  /** Whether volumes of the cluster must be gone before the next step, which takes the driver that deletes them. */
  readonly awaitVolumes: boolean;
}

/** Something with a name of its own that a stack makes. */
export interface StackOwned {
  readonly stack: AssemblyStack;
  readonly name: string;
}

/** Everything that the removal of an environment does, in order; made without AWS. */
export interface RemovalPlan {
  readonly config: EnvironmentConfig;
  readonly steps: readonly RemovalStep[];

  /** Stacks that stay, because what one of them keeps stands in the network of the others. */
  readonly stays: readonly AssemblyStack[];

  /** Whether what is left over afterwards is deleted as well, or only listed. */
  readonly keepsData: boolean;

  /** Its secrets, which a recovery window may keep. */
  readonly secrets: readonly StackOwned[];

  /** Its databases, of which snapshots may be left. */
  readonly databases: readonly StackOwned[];

  /** Descriptions of its option groups, which stay while a snapshot names them. */
  readonly optionGroups: readonly StackOwned[];

  /** Log groups that a service may make again while its stack goes. */
  readonly logGroups: readonly StackOwned[];

  /** Beginnings of the names of log groups that functions of the libraries make, by region. */
  readonly logGroupPrefixes: readonly { readonly region: string; readonly prefix: string }[];
}

/**
 * The plan for the removal of one environment.
 *
 * @param includeData whether the stacks go as well that keep something in their network, such as Kafka brokers
 */
export function removalPlan(
  config: EnvironmentConfig,
  stacks: readonly AssemblyStack[],
  { includeData = false } = {},
): RemovalPlan {
  const anchors = stacks.filter((stack) =>
    resourcesOf([stack], 'AWS::MSK::Cluster').some(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain')),
  );
  const stays = includeData ? [] : withUpstream(anchors, stacks);
  // Upstream first in the assembly, so from the other end.
  const order = [...stacks].reverse().filter((stack) => !stays.includes(stack));
  const holdsReleases = (stack: AssemblyStack) => resourcesOf([stack], 'Custom::AWSCDK-EKS-HelmChart').length > 0;
  const owned = (type: string, property: string) =>
    stacks.flatMap((stack) => literals(resourcesOf([stack], type), property).map((name) => ({ stack, name })));
  return {
    config,
    stays,
    keepsData: config.removal === 'retain',
    steps: order.map((stack) => ({
      stack,
      why: reason(stack, order, holdsReleases(stack)),
      keeps: kept(stack),
      awaitVolumes: holdsReleases(stack),
    })),
    secrets: owned('AWS::SecretsManager::Secret', 'Name'),
    databases: owned('AWS::RDS::DBInstance', 'DBInstanceIdentifier'),
    optionGroups: owned('AWS::RDS::OptionGroup', 'OptionGroupDescription'),
    logGroups: stacks.flatMap((stack) =>
      [
        ...literals(resourcesOf([stack], 'AWS::Logs::LogGroup'), 'LogGroupName'),
        ...applicationFunctions(stack).map((name) => `/aws/lambda/${name}`),
      ].map((name) => ({ stack, name })),
    ),
    logGroupPrefixes: stacks.map(({ region, name }) => ({ region, prefix: `/aws/lambda/${name}-` })),
  };
}

/** Stacks with everything that they need. */
function withUpstream(of: readonly AssemblyStack[], stacks: readonly AssemblyStack[]): AssemblyStack[] {
  const names = new Set(of.map(({ name }) => name));
  // From the downstream end, so that one pass finds the stacks at any distance.
  for (const { name, dependencies } of [...stacks].reverse()) {
    if (names.has(name)) dependencies.forEach((upstream) => names.add(upstream));
  }
  return stacks.filter(({ name }) => names.has(name));
}

/** Functions of applications from the Serverless Application Repository, such as the one that rotates the secret. */
function applicationFunctions(stack: AssemblyStack): string[] {
  return resourcesOf([stack], 'AWS::Serverless::Application').flatMap(({ properties }) => {
    const { functionName } = (properties.Parameters ?? {}) as { functionName?: unknown };
    return typeof functionName === 'string' ? functionName : [];
  });
}

function reason(stack: AssemblyStack, order: readonly AssemblyStack[], releases: boolean): string {
  const needing = order.filter(({ dependencies }) => dependencies.includes(stack.name)).map(({ name }) => name);
  const verb = needing.length > 1 ? 'need' : 'needs';
  const after = needing.length > 0 ? `after ${enumerate(needing)}, which ${verb} it` : 'nothing needs it';
  return releases
    ? `${after}; in it the release, then the namespace with its volume claims, then the controllers`
    : after;
}

/** Resources that CloudFormation leaves or saves; versions of functions cost nothing and go with their function. */
function kept(stack: AssemblyStack): string[] {
  return Object.entries(stack.template.Resources ?? {})
    .filter(
      ([, { Type, DeletionPolicy }]) =>
        ['Retain', 'RetainExceptOnCreate', 'Snapshot'].includes(DeletionPolicy ?? '') &&
        Type !== 'AWS::Lambda::Version',
    )
    .map(
      ([logicalId, { Type, DeletionPolicy }]) =>
        `${Type} ${logicalId}${DeletionPolicy === 'Snapshot' ? ' (as a snapshot)' : ''}`,
    );
}

/** The plan in words. */
export function describePlan({ config, keepsData, steps, stays, secrets }: RemovalPlan): string {
  const name = environmentId(config.name);
  const registry = registryStackName(config.region);
  const lines = [`Removal of ${name}, one stack after the other:`];
  steps.forEach(({ stack, why, keeps, awaitVolumes }, i) => {
    lines.push(`${String(i + 1).padStart(3)}. ${stack.name} in ${stack.region}: ${why}`);
    for (const [type, count] of countTypes(keeps)) {
      lines.push(`     ${keepsData ? 'keeps' : 'leaves for the end'}: ${type}${count > 1 ? ` (${count})` : ''}`);
    }
    if (awaitVolumes)
      lines.push(`     then waits until the volumes of its claims are ${keepsData ? 'detached' : 'deleted'}`);
  });
  if (stays.length > 0) {
    lines.push(
      `Stays: ${enumerate(stays.map((stack) => stack.name))}. The Kafka cluster is kept, and its brokers stand in their network. Delete it by hand first (aws kafka list-clusters-v2, aws kafka delete-cluster), then add --include-data.`,
    );
  }
  lines.push(
    keepsData
      ? 'At the end: lists what is kept and goes on costing money.'
      : `At the end: deletes what services leave behind: volumes, secrets in their recovery window (${enumerate(secrets.map((secret) => secret.name))}), log groups of the stacks and of their functions.`,
    `Never touched: every other environment, and ${registry}, whose images those of ${config.region} share. After the last of them it goes by npx cdk destroy ${registry} --exclusively, which keeps its repositories with the images.`,
  );
  return lines.join('\n');
}

/** The plan for a program. */
export function planData({ config, steps, stays, ...plan }: RemovalPlan) {
  const owned = (things: readonly StackOwned[]) => things.map(({ stack, name }) => ({ stack: stack.name, name }));
  return {
    ...plan,
    environment: config.name,
    steps: steps.map(({ stack: { name, region }, ...step }) => ({ stack: name, region, ...step })),
    stays: stays.map(({ name }) => name),
    secrets: owned(plan.secrets),
    databases: owned(plan.databases),
    optionGroups: owned(plan.optionGroups),
    logGroups: owned(plan.logGroups),
  };
}

function countTypes(keeps: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const entry of keeps) {
    const type = entry.replace(/ \S+/, '');
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts];
}
