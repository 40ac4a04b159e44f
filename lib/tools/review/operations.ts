import type { Assembly, AssemblyStack } from '../../assembly/assembly';
import type { ReleaseChange } from './cluster';
import { CriticalPath, type Link } from './critical-path';
import { CONSEQUENCES, durationOf } from './durations';
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
  const { seconds, links } = chainOf(stacks, resources);
  const found = resources.filter(({ stack }) => stacks.some(({ name }) => name === stack)).flatMap(consequences);
  const pods = releases.flatMap(({ objects }) =>
    objects.flatMap(({ kind, name, restart }) => (restart ? [{ kind, name, ...restart }] : [])),
  );
  const unique = (items: readonly (string | undefined)[]) =>
    [...new Set(items)].filter((item): item is string => item !== undefined);
  return {
    environment,
    steps: order(changed, stacks),
    minutes: Math.ceil(seconds / 60),
    longest: links
      .filter((link) => link.seconds >= 60)
      .map(
        (link) => `${link.stack}/${link.path}${link.deleted ? ' deleted' : ''} (${Math.round(link.seconds / 60)} min)`,
      ),
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
            `${path} ${effect === 'may be replaced' ? '' : 'is '}${effect}; ${fate === 'deleted' ? `gone: ${loses}` : `its data is ${fate}, outside of the stack`}`,
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

/** Longest chain of changed resources. */
function chainOf(stacks: readonly AssemblyStack[], changes: readonly ResourceChange[]) {
  return new CriticalPath(stacks, (stack) => {
    const own = changes.filter((change) => change.stack === stack.name);
    if (own.length === 0) return undefined;
    const durations = own.map((change) => ({
      change,
      of: durationOf(stack.resources[change.logicalId] ?? { Type: change.type }),
    }));
    return {
      seconds: new Map(
        durations.map(({ change, of }) => [
          change.logicalId,
          change.effect === 'changed' ? of.update : change.effect === 'removed' ? 0 : of.create,
        ]),
      ),
      removals: durations
        .filter(({ change: { fate, effect } }) => fate === 'deleted' && effect !== 'changed')
        .map(({ change, of }): Link => ({
          stack: change.stack,
          path: change.path,
          seconds: of.remove,
          deleted: true,
        })),
    };
  }).toEnd();
}
