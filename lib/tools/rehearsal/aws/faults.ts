import { createHash } from 'node:crypto';
import type { AssemblyStack, Resource, Template } from '../../../assembly/assembly';
import { References } from '../../../assembly/references';

/** A resource that shall not come up. */
export interface Fault {
  readonly stack: string;
  readonly logicalId: string;
}

/** How many resources `drawn` draws. */
const DRAWN = 10;

/**
 * Reads what `--fail` takes: `drawn`, `drawn:<seed>`, `each`, or `<stack>/<logicalId>`.
 *
 * @param stacks upstream first, which is the order of the faults
 * @param seed of a draw that names none
 * @throws Error with what is allowed
 */
export function parseFaults(texts: readonly string[], stacks: readonly AssemblyStack[], seed: string): Fault[] {
  const faults = texts.flatMap((text) => {
    const [what, given = seed] = text.split(':');
    if (what === 'drawn') return draw(stacks, given);
    return text === 'each' ? stacks.map(lastOf) : [faultNamed(text, stacks)];
  });
  return stacks.flatMap(({ name }) => faults.filter(({ stack }) => stack === name));
}

function faultNamed(text: string, stacks: readonly AssemblyStack[]): Fault {
  const [name = '', logicalId = ''] = text.split('/');
  const stack = stacks.find((one) => one.name === name);
  if (!stack) {
    const names = stacks.map((one) => one.name).join(', ');
    throw new Error(
      `--fail ${text}: allowed are drawn, drawn:<seed>, each, and <stack>/<logicalId> with one of ${names}`,
    );
  }
  if (!(logicalId in stack.resources)) {
    const ids = Object.keys(stack.resources).join(', ');
    throw new Error(`--fail ${text}: ${name} has no resource ${logicalId}; allowed are ${ids}`);
  }
  return { stack: name, logicalId };
}

/** Resources by chance, the same for the same seed and the same logical ids. */
function draw(stacks: readonly AssemblyStack[], seed: string): Fault[] {
  const rank = ({ stack, logicalId }: Fault) =>
    createHash('sha256').update(`${seed}/${stack}/${logicalId}`).digest('hex');
  return stacks
    .flatMap(({ name, resources }) => Object.keys(resources).map((logicalId) => ({ stack: name, logicalId })))
    .map((fault) => ({ fault, rank: rank(fault) }))
    .sort((one, other) => (one.rank < other.rank ? -1 : 1))
    .slice(0, DRAWN)
    .map(({ fault }) => fault);
}

/** Logical ids that a resource names, in its properties or as what it waits for. */
function needs(stack: AssemblyStack, { Properties, DependsOn = [] }: Resource): string[] {
  const named = new References([]).resources(stack, Properties).map(({ logicalId }) => logicalId);
  return [...named, ...[DependsOn].flat()];
}

/** Resources that are made after one because they need it, directly or not; it is one of them. */
function dependents(stack: AssemblyStack, logicalId: string): Set<string> {
  const needed = new Map(Object.entries(stack.resources).map(([id, resource]) => [id, needs(stack, resource)]));
  const after = new Set([logicalId]);
  for (let size = 0; size !== after.size;) {
    size = after.size;
    for (const [id, ids] of needed) if (ids.some((one) => after.has(one))) after.add(id);
  }
  return after;
}

/** A resource of the stack that nothing needs: all others stand when it fails. */
function lastOf(stack: AssemblyStack): Fault {
  const logicalId = Object.keys(stack.resources).findLast((id) => dependents(stack, id).size === 1);
  if (logicalId === undefined) throw new Error(`Every resource of ${stack.name} is needed by another one`);
  return { stack: stack.name, logicalId };
}

/**
 * Lets the creation of one resource fail when everything stands that CloudFormation may have made by then: it becomes a
 * custom resource whose function does not exist, and waits for all that does not need it.
 */
export function withFault(stack: AssemblyStack, logicalId: string): Template {
  const { template, resources, region } = stack;
  const after = dependents(stack, logicalId);
  const { Properties, ...attributes } = resources[logicalId] ?? { Type: '' };
  const failing: Resource = {
    ...attributes,
    Type: 'Custom::Fault',
    DependsOn: Object.keys(resources).filter((id) => !after.has(id)),
    Properties: { ServiceToken: `arn:aws:lambda:${region}:111122223333:function:fault`, Instead: Properties },
  };
  return { ...template, Resources: { ...resources, [logicalId]: failing } };
}
