import type { Assembly, AssemblyStack } from './assembly';
import type { ReleaseChange } from './cluster';
import { CONSEQUENCES, DURATIONS, OTHER, PER_STACK } from './durations';
import type { ResourceChange } from './resources';

/** What a deployment of the change is like. */
export interface Operations {
  readonly environment: string;

  /** Stacks with changes, in the order of their deployment; those in one step may go at once. */
  readonly steps: readonly (readonly string[])[];

  /** Minutes on the longest chain of resources that wait for each other. */
  readonly minutes: number;

  /** Resources and releases on that chain that take a minute or more. */
  readonly longest: readonly string[];

  readonly notes: readonly string[];
  readonly downtime: readonly string[];

  /** Why deploying the old code does not restore the old state. */
  readonly oneWay: readonly string[];
}

/** Order, duration and consequences of what changes in one environment. */
export function planOperations(
  environment: string,
  base: Assembly,
  head: Assembly,
  resources: readonly ResourceChange[],
  releases: readonly ReleaseChange[],
): Operations {
  const inEnvironment = ({ environment: other }: AssemblyStack) => other === environment;
  const stacks = [
    ...head.stacks,
    ...base.stacks.filter((old) => !head.stacks.some(({ name }) => name === old.name)),
  ].filter(inEnvironment);
  const changed = stacks.filter(({ name }) => resources.some(({ stack }) => stack === name));
  const { minutes, longest } = criticalPath(stacks, resources);
  const found = resources.filter(({ stack }) => stacks.some(({ name }) => name === stack)).flatMap(consequences);
  const pods = releases.flatMap(({ objects }) =>
    objects.flatMap(({ kind, name, restart }) => (restart ? [{ kind, name, ...restart }] : [])),
  );
  const unique = (items: readonly (string | undefined)[]) =>
    [...new Set(items)].filter((item): item is string => item !== undefined);
  return {
    environment,
    steps: order(changed, stacks),
    minutes,
    longest,
    notes: unique([
      ...found.map(({ note }) => note),
      ...pods.map(({ kind, name, pods: count, how }) => `${kind} ${name}: ${count} pods restart; ${how}`),
    ]),
    downtime: unique([
      ...found.map(({ downtime }) => downtime),
      ...pods.filter(({ downtime }) => downtime).map(({ kind, name }) => `${kind} ${name}: its only pod restarts`),
    ]),
    oneWay: unique([
      ...found.map(({ oneWay }) => oneWay),
      ...resources
        .filter(({ loses, stack }) => loses !== undefined && stacks.some(({ name }) => name === stack))
        .map(
          ({ path, fate, effect, loses }) =>
            `${path} is ${effect}; ${fate === 'deleted' ? `gone: ${loses}` : `its data is ${fate}, outside of the stack`}`,
        ),
    ]),
  };
}

function consequences({ type, effect, changes, stack, path }: ResourceChange) {
  const of = effect === 'may be replaced' ? 'replaced' : effect;
  return CONSEQUENCES.filter(
    (rule) =>
      rule.type === type &&
      rule.effect === of &&
      (rule.property === undefined || changes.some((change) => change.path.startsWith(rule.property ?? ''))),
  ).map(({ note, downtime, oneWay }) => {
    const name = (text?: string) => text && `${stack}/${path}: ${text}`;
    return { note: name(note), downtime: name(downtime), oneWay: name(oneWay) };
  });
}

/** Stacks in steps: each after those it depends on, directly or through stacks without changes. */
function order(changed: readonly AssemblyStack[], all: readonly AssemblyStack[]): string[][] {
  const depth = new Map<string, number>();
  const depthOf = (stack: AssemblyStack): number => {
    const known = depth.get(stack.name);
    if (known !== undefined) return known;
    const below = stack.dependencies.map((name) => {
      const other = all.find((candidate) => candidate.name === name);
      return other ? depthOf(other) + (changed.includes(other) ? 1 : 0) : 0;
    });
    const own = Math.max(0, ...below);
    depth.set(stack.name, own);
    return own;
  };
  const steps: string[][] = [];
  for (const stack of changed) (steps[depthOf(stack)] ??= []).push(stack.name);
  return steps.filter(Boolean).map((step) => step.sort());
}

interface Chain {
  readonly minutes: number;
  readonly links: readonly string[];
}

const longer = (a: Chain, b: Chain): Chain => (b.minutes > a.minutes ? b : a);
const NOTHING: Chain = { minutes: 0, links: [] };

/** Longest chain of changed resources through the references within stacks and the dependencies between them. */
function criticalPath(
  stacks: readonly AssemblyStack[],
  changes: readonly ResourceChange[],
): { minutes: number; longest: readonly string[] } {
  const ofStack = new Map<string, Chain>();
  const chainOf = (stack: AssemblyStack): Chain => {
    const known = ofStack.get(stack.name);
    if (known) return known;
    const before = stack.dependencies
      .flatMap((name) => stacks.find((other) => other.name === name) ?? [])
      .map(chainOf)
      .reduce(longer, NOTHING);
    const own = changes.filter((change) => change.stack === stack.name);
    const inside = insideStack(stack, own);
    const chain =
      own.length === 0
        ? before
        : { minutes: before.minutes + inside.minutes + PER_STACK, links: [...before.links, ...inside.links] };
    ofStack.set(stack.name, chain);
    return chain;
  };
  const { minutes, links } = stacks.map(chainOf).reduce(longer, NOTHING);
  return { minutes: Math.ceil(minutes), longest: links };
}

function insideStack(stack: AssemblyStack, changes: readonly ResourceChange[]): Chain {
  const byId = new Map(changes.map((change) => [change.logicalId, change]));
  const chains = new Map<string, Chain>();
  const chainOf = (logicalId: string): Chain => {
    const known = chains.get(logicalId);
    if (known) return known;
    chains.set(logicalId, NOTHING);
    const before = dependenciesOf(stack, logicalId).map(chainOf).reduce(longer, NOTHING);
    const change = byId.get(logicalId);
    const minutes = change ? minutesOf(change) : 0;
    const link = change && minutes >= 1 ? [`${stack.name}/${change.path} (${minutes} min)`] : [];
    const chain = { minutes: before.minutes + minutes, links: [...before.links, ...link] };
    chains.set(logicalId, chain);
    return chain;
  };
  const updates = Object.keys(stack.resources).map(chainOf).reduce(longer, NOTHING);
  // What goes, goes after everything new has arrived.
  const removals = changes
    .filter(({ effect, fate }) => fate === 'deleted' && effect !== 'changed')
    .map((change): Chain => {
      const { remove } = DURATIONS[change.type] ?? OTHER;
      return { minutes: remove, links: remove >= 1 ? [`${stack.name}/${change.path} deleted (${remove} min)`] : [] };
    })
    .reduce(longer, NOTHING);
  return { minutes: updates.minutes + removals.minutes, links: [...updates.links, ...removals.links] };
}

function minutesOf({ type, effect }: ResourceChange): number {
  const { create, update } = DURATIONS[type] ?? OTHER;
  return effect === 'changed' ? update : effect === 'removed' ? 0 : create;
}

function dependenciesOf(stack: AssemblyStack, logicalId: string): string[] {
  const resource = stack.resources[logicalId];
  if (!resource) return [];
  const text = JSON.stringify(resource);
  const names = [
    ...[...text.matchAll(/\{"Ref":"(\w+)"\}/g)].map(([, id]) => id),
    ...[...text.matchAll(/\{"Fn::GetAtt":\["(\w+)"/g)].map(([, id]) => id),
    ...[resource.DependsOn ?? []].flat(),
  ];
  return [...new Set(names)].filter(
    (id): id is string => id !== undefined && id !== logicalId && id in stack.resources,
  );
}
