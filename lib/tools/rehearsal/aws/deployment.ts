import * as path from 'node:path';
import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { type AssemblyStack, type SynthesizedAssembly, type Template, readAssembly } from '../../../assembly/assembly';
import { stackPrefix } from '../../../config/environment';
import type { Verdict } from '../journal';
import type { Run } from '../programs';
import type { Rehearsal } from '../rehearsal';
import { CloudFormation, type StackState, failures } from './cloud-formation';
import { type Commands, tail } from './commands';
import type { Emulator } from './emulator';
import { type StandIn, type TemplateGap, standIn } from './stand-ins';
import { broughtBy, ownStacks, writeVariant } from './variant';

/** A problem and the side that it comes from. */
export interface Problem {
  readonly verdict: Verdict;
  readonly found: string;
}

/** What the emulator says when it, and not the template, is at the end of its knowledge. */
const EMULATOR =
  /Unrecognized resource types|Unsupported resource type|No delete handler|unsupported dynamic reference|object has no attribute|unsupported operand|Docker|is not supported/i;

/** What CloudFormation says when an update makes a resource anew. */
const REPLACED = 'creation of a new physical resource';

/** What the CDK CLI asks on a terminal before it changes permissions. */
const QUESTION = { asks: /\(y\/n\)/, answer: 'y' };

/** An environment in the emulated account, and the commands that change it. */
export class Deployment {
  /** The stack that people name, such as `ErpDev`. */
  readonly name: string;

  /** Stacks of the environment and those that it shares, upstream first. */
  readonly stacks: readonly AssemblyStack[];

  /** Stacks that a deployment by name brings. */
  readonly brought: readonly AssemblyStack[];

  readonly standIns: StandIn[] = [];
  readonly edits = new Set<TemplateGap>();
  readonly cloudFormation: CloudFormation;

  /** Gaps of checks that stand in the report already. */
  readonly toldGaps = new Set<string>();

  /** @param first assembly of the first deployment, as the app has written it */
  constructor(
    readonly rehearsal: Rehearsal,
    readonly emulator: Emulator,
    readonly commands: Commands,
    private readonly first: SynthesizedAssembly,
  ) {
    const { name } = rehearsal.environment.config;
    this.name = stackPrefix(name);
    this.stacks = ownStacks(first, name);
    this.brought = broughtBy(this.name, this.stacks);
    this.cloudFormation = new CloudFormation(this.regions, emulator);
  }

  get regions(): string[] {
    return [...new Set(this.stacks.map(({ region }) => region))];
  }

  /** Reads an assembly of the app and puts stand-ins into it. */
  withStandIns(directory: string): SynthesizedAssembly {
    const assembly = readAssembly(directory);
    const own = ownStacks(assembly, this.rehearsal.environment.config.name);
    const results = new Map(own.map((stack) => [stack.name, standIn(stack, this.emulator.types)]));
    const unknown = [...results.values()].flatMap((result) => result.unknown);
    if (unknown.length > 0)
      throw new Error(
        `The emulator does not know these, and GAPS in gaps.ts has no reason:\n  ${unknown.join('\n  ')}`,
      );
    this.standIns.splice(0, Infinity, ...[...results.values()].flatMap(({ standIns }) => standIns));
    for (const { edits } of results.values()) edits.forEach((edit) => this.edits.add(edit));
    const to = `${directory}-with-stand-ins`;
    return writeVariant(assembly, to, ({ name, template }) => results.get(name)?.template ?? template);
  }

  /** An assembly with other templates. */
  variant(name: string, of: SynthesizedAssembly, edit: (stack: AssemblyStack) => Template): SynthesizedAssembly {
    return writeVariant(of, path.join(this.rehearsal.folder, name.replaceAll(/\W+/g, '-')), edit);
  }

  async bootstrap(region: string): Promise<Run> {
    // Without an app it would synthesize into cdk.out, where somebody else may be at work.
    const args = ['bootstrap', `aws://${this.emulator.account}/${region}`, '--app', this.first.directory];
    const done = await this.commands.cdk(args);
    if (done.code !== 0) throw new Error(`cdk bootstrap failed:\n${tail(done)}`);
    return done;
  }

  /** Empties the account, so that the rest can be seen. */
  async startOver(): Promise<void> {
    await this.emulator.reset();
    for (const region of this.regions) await this.bootstrap(region);
  }

  /** Deploys on a terminal, with yes to all questions, and draws each stack into the timeline. */
  deploy(assembly: SynthesizedAssembly, what: string, names: readonly string[], options: readonly string[]) {
    const { journal } = this.rehearsal;
    let stack = '';
    const hear = (line: string) => {
      if (/^\s*(✅|❌)/.test(line) || /_FAILED/.test(line)) journal.say(`  ${line.trim()}`);
      stack = /(?:✅|❌) +(\w+)/.exec(line)?.[1] ?? stack;
      const seconds = Number(/Deployment time: ([\d.]+)s/.exec(line)?.[1]);
      if (seconds > 0 && stack)
        journal.spans.push({ lane: stack, what, start: journal.now() - seconds, end: journal.now(), verdict: 'ok' });
    };
    const args = ['deploy', ...names, ...options, '--app', assembly.directory];
    return this.commands.cdk(args, { terminal: QUESTION, hear });
  }

  /** What stands in the way of the stacks. undefined when they stand. */
  async problem(expected: readonly AssemblyStack[], done: Run): Promise<Problem | undefined> {
    const states = await this.cloudFormation.stacks();
    const missing = expected.filter(({ name }) => {
      const status = states.find((state) => state.name === name)?.status;
      return status !== 'CREATE_COMPLETE' && status !== 'UPDATE_COMPLETE';
    });
    if (done.code === 0 && missing.length === 0) return undefined;
    const reasons: string[] = [];
    for (const state of states.filter(({ name }) => missing.some((stack) => stack.name === name)))
      reasons.push(`${state.name} is ${state.status}: ${failures(await this.cloudFormation.events(state))}`);
    const names = missing.map(({ name }) => name).join(', ') || 'none';
    const found = [`exit code ${done.code}; missing: ${names}`, ...reasons, tail(done, 2)].join('\n');
    return { verdict: EMULATOR.test(found) ? 'gap' : 'fault', found };
  }

  async state(name: string): Promise<StackState | undefined> {
    return (await this.cloudFormation.stacks()).find((state) => state.name === name);
  }

  async events(name: string): Promise<StackEvent[]> {
    const state = await this.state(name);
    return state ? this.cloudFormation.events(state) : [];
  }

  /** Resources that something replaces while it works, as `stack/logicalId`. */
  async replacedBy<T>(work: () => Promise<T>): Promise<{ readonly done: T; readonly replaced: readonly string[] }> {
    const before = new Map<string, number>();
    for (const state of await this.cloudFormation.stacks())
      before.set(state.id, (await this.cloudFormation.events(state)).length);
    const done = await work();
    const replaced: string[] = [];
    for (const state of await this.cloudFormation.stacks()) {
      const events = (await this.cloudFormation.events(state)).slice(before.get(state.id));
      for (const { ResourceStatusReason = '', LogicalResourceId } of events) {
        if (ResourceStatusReason.includes(REPLACED)) replaced.push(`${state.name}/${LogicalResourceId}`);
      }
    }
    return { done, replaced };
  }
}
