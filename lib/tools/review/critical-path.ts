import type { AssemblyStack } from '../../assembly/assembly';
import { References } from '../../assembly/references';
import { PER_STACK, durationOf } from './durations';

/** A resource that others wait for. */
export interface Link {
  readonly stack: string;
  readonly path: string;
  readonly seconds: number;

  /** Whether it is waited for because it goes. */
  readonly deleted?: boolean;
}

/** Resources that come one after the other. */
export interface Chain {
  readonly seconds: number;
  readonly links: readonly Link[];
}

/** What a deployment does in one stack. */
export interface Work {
  /** Seconds by logical id; a resource without an entry takes no time. */
  readonly seconds: ReadonlyMap<string, number>;

  /**
   * What goes, which it does after everything new has arrived.
   *
   * @default - nothing
   */
  readonly removals?: readonly Link[];
}

const NOTHING: Chain = { seconds: 0, links: [] };
const longest = (chains: readonly Chain[]): Chain =>
  chains.reduce((one, other) => (other.seconds > one.seconds ? other : one), NOTHING);
const append = (chain: Chain, link: Link): Chain => ({
  seconds: chain.seconds + link.seconds,
  links: [...chain.links, link],
});

/**
 * Longest chains of a deployment: through the references within stacks and the dependencies between them, when whatever
 * may go at once does (`--concurrency`).
 */
export class CriticalPath {
  private readonly ofStack = new Map<string, Chain>();
  private readonly ofResource = new Map<string, Chain>();
  private readonly references: References;

  /**
   * @param workOf what the deployment does in a stack; undefined when it leaves the stack alone
   */
  constructor(
    private readonly stacks: readonly AssemblyStack[],
    private readonly workOf: (stack: AssemblyStack) => Work | undefined,
  ) {
    this.references = new References(stacks);
  }

  /** Until the whole deployment is over. */
  toEnd(): Chain {
    return longest(this.stacks.map((stack) => this.toStack(stack)));
  }

  /** Until a stack is done. */
  toStack(stack: AssemblyStack): Chain {
    const known = this.ofStack.get(stack.name);
    if (known) return known;
    const work = this.workOf(stack);
    let chain = this.beforeStack(stack);
    if (work) {
      chain = longest([
        this.startOf(stack),
        ...Object.keys(stack.resources).map((logicalId) => this.toResource(stack, logicalId)),
      ]);
      const [last] = [...(work.removals ?? [])].sort((one, other) => other.seconds - one.seconds);
      if (last) chain = append(chain, last);
    }
    this.ofStack.set(stack.name, chain);
    return chain;
  }

  /** Until a resource is there. */
  toResource(stack: AssemblyStack, logicalId: string): Chain {
    const key = `${stack.name}/${logicalId}`;
    const known = this.ofResource.get(key);
    if (known) return known;
    // A cycle would be no template that CloudFormation takes; it must not hang a review all the same.
    this.ofResource.set(key, NOTHING);
    const before = longest([
      this.startOf(stack),
      ...this.waitedFor(stack, logicalId).map((other) => this.toResource(stack, other)),
    ]);
    const seconds = this.workOf(stack)?.seconds.get(logicalId) ?? 0;
    const chain =
      seconds > 0
        ? append(before, { stack: stack.name, path: stack.paths.get(logicalId) ?? logicalId, seconds })
        : before;
    this.ofResource.set(key, chain);
    return chain;
  }

  /** Logical ids that a resource waits for in its stack. */
  private waitedFor(stack: AssemblyStack, logicalId: string): string[] {
    const { DependsOn = [], ...resource } = stack.resources[logicalId] ?? {};
    const referred = this.references
      .resources(stack, resource)
      .filter((other) => other.stack === stack)
      .map((other) => other.logicalId);
    const depended = [DependsOn].flat().filter((id) => id in stack.resources);
    return [...new Set([...referred, ...depended])].filter((id) => id !== logicalId);
  }

  private startOf(stack: AssemblyStack): Chain {
    const before = this.beforeStack(stack);
    return { ...before, seconds: before.seconds + PER_STACK };
  }

  private beforeStack(stack: AssemblyStack): Chain {
    return longest(
      stack.dependencies
        .flatMap((name) => this.stacks.find((other) => other.name === name) ?? [])
        .map((other) => this.toStack(other)),
    );
  }
}

/** Longest chains when none of the stacks is there yet. */
export function firstDeployment(stacks: readonly AssemblyStack[]): CriticalPath {
  return new CriticalPath(stacks, ({ resources }) => ({
    seconds: new Map(Object.entries(resources).map(([id, resource]) => [id, durationOf(resource).create])),
  }));
}
