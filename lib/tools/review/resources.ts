import type { Assembly, AssemblyStack, Properties, Resource } from '../../assembly/assembly';
import { differences, type Change } from '../../assembly/difference';
import { inWords } from '../../assembly/answers';
import { Resolver } from '../../assembly/resolver';
import { HELM_CHART, KUBERNETES_MANIFEST } from '../../assembly/releases';
import { type Replacement, nameProperty, replacementOf } from './schema';
import { STATEFUL } from './stateful';

export type Effect = 'removed' | 'replaced' | 'may be replaced' | 'changed' | 'added';

/** What a change does to one resource. */
export interface ResourceChange {
  readonly stack: string;
  readonly logicalId: string;

  /** Construct path in the stack, the name people know it by. */
  readonly path: string;

  readonly type: string;
  readonly effect: Effect;

  /** Properties that force a replacement. */
  readonly because: readonly string[];

  /** Properties before and after, for changed and replaced resources. */
  readonly changes: readonly Change[];

  /** What is lost with the resource; only for removed and replaced ones that hold something. */
  readonly loses?: string;

  /** What CloudFormation does with the resource that goes: `deleted`, `kept` or `kept as a snapshot`. */
  readonly fate?: 'deleted' | 'kept' | 'kept as a snapshot';

  /** Whether somebody named the resource on the command line to say that its loss is meant. */
  readonly accepted: boolean;
}

/** Why a deployment would fail. */
export interface Refusal {
  readonly stack: string;

  /** What is refused, such as the resource with its change. */
  readonly what: string;

  /** Who refuses it and why; equal for all that has the same cause. */
  readonly why: string;

  readonly remedy: string;
}

export interface OutputChange {
  readonly stack: string;
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
}

export interface CloudChanges {
  readonly resources: readonly ResourceChange[];
  readonly refusals: readonly Refusal[];
  readonly outputs: readonly OutputChange[];
  readonly parameters: readonly OutputChange[];
  readonly stacksAdded: readonly string[];
  readonly stacksRemoved: readonly string[];

  /** Stack and logical id of each resource that becomes another one, for references to it. */
  readonly replaced: ReadonlySet<string>;
}

const EFFECTS: readonly Effect[] = ['removed', 'replaced', 'may be replaced', 'changed', 'added'];

/**
 * Compares all resources of two assemblies.
 *
 * @param accepted logical ids, construct paths or `Stack/path` of resources that may be lost
 */
export function compareResources(base: Assembly, head: Assembly, accepted: readonly string[]): CloudChanges {
  const names = new Set([...base.stacks, ...head.stacks].map(({ name }) => name));
  const pairs = [...names].map((name) => ({
    name,
    before: base.stacks.find((stack) => stack.name === name),
    after: head.stacks.find((stack) => stack.name === name),
  }));
  const replaced = replacements(pairs);
  const before = new Resolver(base.stacks, inWords());
  const after = new Resolver(
    head.stacks,
    inWords((stack, logicalId) => replaced.has(`${stack}/${logicalId}`)),
  );

  const resources = pairs.flatMap((pair) => {
    const ids = new Set([...Object.keys(pair.before?.resources ?? {}), ...Object.keys(pair.after?.resources ?? {})]);
    return [...ids].flatMap((logicalId) => judge(logicalId, pair, before, after, accepted) ?? []);
  });
  resources.sort(
    (a, b) =>
      Number(b.loses !== undefined) - Number(a.loses !== undefined) ||
      EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) ||
      compare(a.stack, b.stack) ||
      compare(a.path, b.path),
  );
  return {
    resources,
    replaced,
    refusals: [...exportRefusals(base, head, before, after), ...nameRefusals(resources, head), ...limits(resources)],
    outputs: pairs.flatMap(({ name, before: old, after: stack }) => outputChanges(name, old, stack, before, after)),
    parameters: pairs.flatMap(({ name, before: old, after: stack }) => parameterChanges(name, old, stack)),
    stacksAdded: pairs.filter((pair) => !pair.before).map(({ name }) => name),
    stacksRemoved: pairs.filter((pair) => !pair.after).map(({ name }) => name),
  };
}

interface Pair {
  readonly name: string;
  readonly before?: AssemblyStack;
  readonly after?: AssemblyStack;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a custom resource applies objects to the cluster: a manifest or a Helm release. */
export function isKubernetes(type: string): boolean {
  return type === HELM_CHART || type === KUBERNETES_MANIFEST;
}

/**
 * All resources that become other ones, until nothing new is found: a replaced VPC replaces its subnets, and those replace
 * what stands in them, in whatever stack.
 */
function replacements(pairs: readonly Pair[]): Set<string> {
  const replaced = new Set<string>();
  const before = new Resolver(
    pairs.flatMap((pair) => pair.before ?? []),
    inWords(),
  );
  const after = new Resolver(
    pairs.flatMap((pair) => pair.after ?? []),
    inWords((stack, logicalId) => replaced.has(`${stack}/${logicalId}`)),
  );
  for (let size = -1; size !== replaced.size;) {
    size = replaced.size;
    for (const { name, before: old, after: stack } of pairs) {
      if (!old || !stack) continue;
      for (const [logicalId, resource] of Object.entries(stack.resources)) {
        const oldResource = old.resources[logicalId];
        const id = `${name}/${logicalId}`;
        if (!oldResource || replaced.has(id)) continue;
        const changes = resourceDifferences(oldResource, old, before, resource, stack, after);
        if (oldResource.Type !== resource.Type || changes.some((change) => impact(resource.Type, change) === 'yes')) {
          replaced.add(id);
        }
      }
    }
  }
  return replaced;
}

/** What the schema says about a change of a property. */
function impact(type: string, { path }: Change): ReturnType<typeof replacementOf> {
  return replacementOf(
    type,
    path
      .replace(/\[[^\]]*\]/g, '')
      .split('.')
      .filter(Boolean),
  );
}

function judge(
  logicalId: string,
  { name: stack, before: old, after: now }: Pair,
  before: Resolver,
  after: Resolver,
  accepted: readonly string[],
): ResourceChange | undefined {
  const oldResource = old?.resources[logicalId];
  const resource = now?.resources[logicalId];
  const path = now?.paths.get(logicalId) ?? old?.paths.get(logicalId) ?? logicalId;
  const names = [logicalId, path, `${stack}/${path}`, `${stack}/${logicalId}`];
  const common = { stack, logicalId, path, accepted: names.some((name) => accepted.includes(name)) };
  if (!now || !resource) {
    if (!oldResource) return undefined;
    const { Type: type, DeletionPolicy } = oldResource;
    return {
      ...common,
      type,
      effect: 'removed',
      because: [],
      changes: [],
      loses: STATEFUL[type],
      fate: fate(DeletionPolicy),
    };
  }
  const { Type: type, UpdateReplacePolicy } = resource;
  if (!old || !oldResource) return { ...common, type, effect: 'added', because: [], changes: [] };

  const changes = resourceDifferences(oldResource, old, before, resource, now, after);
  if (changes.length === 0) return undefined;
  const of = (replacement: Replacement) => changes.filter((change) => impact(type, change) === replacement);
  const [forced, possible] = [of('yes'), of('maybe')];
  const replaced = oldResource.Type !== type || forced.length > 0;
  const effect = replaced ? 'replaced' : possible.length > 0 ? 'may be replaced' : 'changed';
  return {
    ...common,
    type,
    effect,
    because: replaced ? properties(forced) : properties(possible),
    changes: isKubernetes(type) ? [] : changes,
    ...(effect !== 'changed' && { loses: STATEFUL[type], fate: fate(UpdateReplacePolicy) }),
  };
}

function resourceDifferences(
  oldResource: Resource,
  old: AssemblyStack,
  before: Resolver,
  resource: Resource,
  now: AssemblyStack,
  after: Resolver,
): Change[] {
  return differences(before.resolve(visible(oldResource), old), after.resolve(visible(resource), now));
}

/** Properties beside what else decides about the resource, at one level. */
function visible({ Properties, Type, DeletionPolicy, UpdateReplacePolicy, DependsOn }: Resource): Properties {
  return { ...Properties, ...(isKubernetes(Type) ? {} : { DeletionPolicy, UpdateReplacePolicy, DependsOn }) };
}

function properties(changes: readonly Change[]): string[] {
  return [...new Set(changes.map(({ path }) => path.replace(/\[.*$/, '')))];
}

function fate(policy: string | undefined): ResourceChange['fate'] {
  if (policy?.startsWith('Retain')) return 'kept';
  return policy === 'Snapshot' ? 'kept as a snapshot' : 'deleted';
}

/** Exports that another stack still uses as they are deployed: CloudFormation neither changes nor removes them. */
function exportRefusals(base: Assembly, head: Assembly, before: Resolver, after: Resolver): Refusal[] {
  const users = new Map<string, Set<string>>();
  for (const stack of base.stacks) {
    for (const [, name] of JSON.stringify(stack.template).matchAll(/\{"Fn::ImportValue":"([^"]+)"\}/g)) {
      users.set(name ?? '', (users.get(name ?? '') ?? new Set()).add(stack.name));
    }
  }
  return base.stacks.flatMap((stack) =>
    Object.values(stack.template.Outputs ?? {}).flatMap(({ Export, Value }): Refusal[] => {
      const name = String(Export?.Name);
      const importers = [...(users.get(name) ?? [])];
      const producer = head.stacks.find((other) => other.name === stack.name);
      if (importers.length === 0 || !producer) return [];
      const now = Object.values(producer.template.Outputs ?? {}).find((output) => output.Export?.Name === name);
      const value = before.text(Value, stack);
      if (now && after.text(now.Value, producer) === value) return [];
      return [
        {
          stack: stack.name,
          what: `export ${value} for ${importers.join(', ')}`,
          why: now
            ? 'its value changes, which CloudFormation refuses while other stacks use it'
            : 'it is no longer exported, which CloudFormation refuses while other stacks use it',
          remedy: now
            ? 'make the new resource beside the old one, move its users over, then remove the old one: two deployments'
            : 'deploy the users without the reference first and keep the export with stack.exportValue(), then remove it: two deployments',
        },
      ];
    }),
  );
}

/** Replacements under a name that is taken until the old resource is gone. */
function nameRefusals(resources: readonly ResourceChange[], head: Assembly): Refusal[] {
  return resources.flatMap((change): Refusal[] => {
    if (change.effect !== 'replaced') return [];
    const property = nameProperty(change.type);
    const name =
      property &&
      head.stacks.find(({ name }) => name === change.stack)?.resources[change.logicalId]?.Properties?.[property];
    // A child of another parent may have the name of its predecessor.
    const free = [property, 'ClusterName'].some((part) => part !== undefined && change.because.includes(part));
    if (!property || typeof name !== 'string' || free) return [];
    return [
      {
        stack: change.stack,
        what: `${change.path} (${property} ${name})`,
        why: 'it is replaced, but its fixed name belongs to the old one until that is gone, which CloudFormation refuses',
        remedy: 'change the name in the same deployment, or let CloudFormation choose it',
      },
    ];
  });
}

/** Changes in place that the service itself refuses. */
function limits(resources: readonly ResourceChange[]): Refusal[] {
  return resources.flatMap(({ stack, path, type, changes }): Refusal[] =>
    changes.flatMap(({ path: property, before, after }): Refusal[] => {
      const shrinks = Number(after) < Number(before);
      if (type === 'AWS::RDS::DBInstance' && property === 'AllocatedStorage' && shrinks) {
        return [
          {
            stack,
            what: `${path} storage ${String(before)} → ${String(after)} GiB`,
            why: 'RDS storage only grows',
            remedy: `keep ${String(before)} GiB`,
          },
        ];
      }
      if (type === 'AWS::EKS::Cluster' && property === 'Version') {
        const steps = minor(after) - minor(before);
        if (steps === 1) return [];
        return [
          {
            stack,
            what: `${path} Kubernetes ${String(before)} → ${String(after)}`,
            why: 'EKS upgrades one minor version at a time and never back',
            remedy: steps > 1 ? 'deploy each minor version on the way' : `keep ${String(before)}`,
          },
        ];
      }
      return [];
    }),
  );
}

function minor(version: unknown): number {
  return Number(String(version).split('.')[1]);
}

function outputChanges(
  stack: string,
  old: AssemblyStack | undefined,
  now: AssemblyStack | undefined,
  before: Resolver,
  after: Resolver,
): OutputChange[] {
  if (!old || !now) return [];
  const [left, right] = [old.template.Outputs ?? {}, now.template.Outputs ?? {}];
  // Exports and weak references are the wiring between stacks; they show where they are used.
  const isForPeople = (name: string) => !/^(ExportsOutput|PublishOutput)/.test(name);
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(isForPeople).flatMap((name) => {
    const was = left[name] && before.text(left[name].Value, old);
    const is = right[name] && after.text(right[name].Value, now);
    return was === is ? [] : [{ stack, name, before: was, after: is }];
  });
}

function parameterChanges(stack: string, old?: AssemblyStack, now?: AssemblyStack): OutputChange[] {
  if (!old || !now) return [];
  return differences(old.template.Parameters ?? {}, now.template.Parameters ?? {}).map(({ path, before, after }) => ({
    stack,
    name: path,
    before: before === undefined ? undefined : JSON.stringify(before),
    after: after === undefined ? undefined : JSON.stringify(after),
  }));
}
