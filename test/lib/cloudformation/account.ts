import type { AssemblyStack, Resource } from '../../../lib/assembly/assembly';
import { differences } from '../../../lib/assembly/difference';
import { replacementOf } from '../../../lib/tools/review/schema';
import { Graph, type Use, referencesIn, usesIn } from './graph';
import {
  CONTENT,
  DEFAULT_POLICY,
  EMPTIES,
  GLOBAL,
  GOES_ALONG,
  HELD_BY_SNAPSHOT,
  MAKES_LOG_GROUPS,
  NEVER_IN_USE,
  ONE_WAY,
  PROTECTIONS,
  USES_NOTHING,
  decidingProperties,
} from './tables';

/** What the model reads of a stack. */
export type ModelStack = Pick<AssemblyStack, 'name' | 'region' | 'template' | 'terminationProtection' | 'dependencies'>;

/** How an operation on a stack ended. */
export interface Outcome {
  /** `REFUSED` comes from the CDK CLI or from CloudFormation before anything has changed. */
  readonly status:
    | 'CREATE_COMPLETE'
    | 'ROLLBACK_COMPLETE'
    | 'ROLLBACK_FAILED'
    | 'UPDATE_COMPLETE'
    | 'UPDATE_FAILED'
    | 'UPDATE_ROLLBACK_COMPLETE'
    | 'UPDATE_ROLLBACK_FAILED'
    | 'DELETE_COMPLETE'
    | 'DELETE_FAILED'
    | 'REFUSED';

  /** What went wrong, one line per resource. */
  readonly reasons: readonly string[];
}

export interface ApplyOptions {
  /**
   * Resource that fails, after everything has been done that does not wait for it.
   *
   * @default - none
   */
  readonly failAt?: string;

  /**
   * Whether a failed update is taken back: `cdk deploy --rollback`.
   *
   * @default true
   */
  readonly rollback?: boolean;
}

export interface DeployOptions extends ApplyOptions {
  /**
   * Stack that `failAt` belongs to.
   *
   * @default - nothing fails
   */
  readonly failIn?: string;

  /** Whether the stacks that need nothing of a failed one are deployed all the same: with `--concurrency`, some are. */
  readonly others?: boolean;

  /** Only the named stacks, without those that they need. */
  readonly exclusively?: boolean;
}

/** Something that exists in the account. */
interface Thing {
  readonly logicalId: string;
  readonly resource: Resource;

  /** Its name where the template alone decides about it, and otherwise an id that no second creation gets. */
  readonly id: string;

  /** Where the name is taken; empty for everywhere. */
  readonly region: string;
}

type Things = ReadonlyMap<string, Thing>;

/** What stands in an output: its text in the template and the ids of what it names. */
interface OutputValue {
  readonly text: string;
  readonly ids: readonly string[];
}

/** A stack that exists. */
interface Standing {
  readonly stack: ModelStack;
  readonly outcome: Outcome;
  readonly things: Things;

  /** By what uses them: `import <name>` and `output <stack>.<name>`. */
  readonly outputs: ReadonlyMap<string, OutputValue>;

  /** Ids behind what was read of other stacks' outputs. */
  readonly read: ReadonlyMap<string, readonly string[]>;
}

/** What an operation has done to the resources of a stack so far. */
interface Progress {
  readonly graph: Graph;
  readonly things: Map<string, Thing>;
  readonly touched: string[];
  readonly made: Thing[];
  readonly replaced: Thing[];

  /** Changes in place that cannot be taken back. */
  readonly oneWay: string[];
  readonly reasons: string[];
}

interface RemoveOptions {
  readonly policyOf: (thing: Thing) => string;

  /** Resource whose deletion fails. */
  readonly failAt?: string;

  /** Resource whose creation failed, so that it has not begun to work. */
  readonly failed?: Thing;

  /** Everything of the stack, where that is more than what goes. */
  readonly all?: readonly Thing[];
}

const COMPLETE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE'];

/**
 * An account of AWS as CloudFormation and the CDK CLI treat it, in the worst order that dependencies allow. It knows of names,
 * policies, protections, contents and exports, and nothing of what a resource does.
 */
export class Account {
  private readonly things: Map<string, Thing>;
  private readonly stacks: Map<string, Standing>;

  /** What was kept and stands in something of another stack, by the id of that. */
  private readonly holds: Map<string, Thing>;
  private operations: number;

  constructor(other?: Account) {
    this.things = new Map(other?.things);
    this.stacks = new Map(other?.stacks);
    this.holds = new Map(other?.holds);
    this.operations = other?.operations ?? 0;
  }

  copy(): Account {
    return new Account(this);
  }

  /** Whether something has the name already. */
  private exists(thing: Thing): boolean {
    return this.things.has(nameOf(thing));
  }

  private add(thing: Thing): void {
    this.things.set(nameOf(thing), thing);
  }

  private drop(thing: Thing): void {
    this.things.delete(nameOf(thing));
  }

  /** Names that are taken and that another creation of the same template would want, as `type name`. */
  get takenNames(): string[] {
    return [...this.things.values()].map(({ id }) => id).filter(isFixed);
  }

  /** Names that are taken by what belongs to no stack. */
  get leftNames(): string[] {
    const owned = new Set([...this.stacks.values()].flatMap(({ things }) => [...things.values()]).map(nameOf));
    return [...this.things].filter(([name, { id }]) => isFixed(id) && !owned.has(name)).map(([, { id }]) => id);
  }

  /** Stacks that still use what an output of another stack named before, because they were left alone. */
  get staleStacks(): string[] {
    return [...this.stacks.values()]
      .filter(({ read }) => [...read].some(([of, ids]) => this.output(of)?.ids.join() !== ids.join()))
      .map(({ stack }) => stack.name);
  }

  /** Resources that a deployment of a stack would make, change or replace. */
  pending(stack: ModelStack): string[] {
    const account = this.copy();
    const before = account.stacks.get(stack.name);
    if (before && sameText(before.stack, stack)) return [];
    return account.change(stack, before, GENERATED).touched;
  }

  /** `cdk deploy` of some stacks of an app with those that they need. @returns the outcomes, by stack */
  deploy(app: readonly ModelStack[], names: readonly string[], options: DeployOptions = {}): Map<string, Outcome> {
    const { failIn, failAt, others = false, exclusively = false, rollback } = options;
    const outcomes = new Map<string, Outcome>();
    const failed = new Set<string>();
    for (const stack of exclusively ? app.filter(({ name }) => names.includes(name)) : withUpstream(app, names)) {
      if (failed.size > 0 && (!others || stack.dependencies.some((name) => failed.has(name)))) {
        failed.add(stack.name);
        continue;
      }
      const outcome = this.apply(stack, { failAt: stack.name === failIn ? failAt : undefined, rollback });
      outcomes.set(stack.name, outcome);
      if (!COMPLETE.includes(outcome.status)) failed.add(stack.name);
    }
    return outcomes;
  }

  /** `cdk deploy --exclusively` of one stack. */
  apply(stack: ModelStack, { failAt, rollback = true }: ApplyOptions = {}): Outcome {
    const refusal = this.clearAway(stack, rollback);
    if (refusal) return refusal;
    const before = this.stacks.get(stack.name);
    // The CLI compares templates, and leaves a stack alone that would be the same.
    if (before && before.outcome.status !== 'UPDATE_FAILED' && sameText(before.stack, stack)) {
      const outcome: Outcome = { status: 'UPDATE_COMPLETE', reasons: [] };
      this.stacks.set(stack.name, { ...before, stack, outcome });
      return outcome;
    }
    const operation = `${GENERATED}${++this.operations}`;
    const progress = this.change(stack, before, operation, failAt);
    const { graph, things, made, replaced, reasons, oneWay } = progress;
    const outputs = reasons.length === 0 ? this.outputsOf(graph, stack.name, things) : new Map<string, OutputValue>();
    if (before && reasons.length === 0) reasons.push(...this.exportsInUse(before, outputs));

    if (reasons.length === 0) {
      const outcome: Outcome = { status: before ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE', reasons };
      this.stacks.set(stack.name, { stack, outcome, things, outputs, read: this.readBy(graph) });
      if (before) this.cleanUp(before, things, replaced);
      return outcome;
    }
    const failed = failAt === undefined ? undefined : made.find(({ logicalId }) => logicalId === failAt);
    if (!before) return this.rollBackCreation(stack, graph, made, reasons, failed);
    if (!rollback) {
      const outcome: Outcome = { status: 'UPDATE_FAILED', reasons };
      this.stacks.set(stack.name, { ...before, outcome, things: new Map([...before.things, ...things]) });
      return outcome;
    }
    for (const thing of things.values()) {
      const old = before.things.get(thing.logicalId);
      if (old && old.id !== thing.id && !made.includes(thing)) {
        this.drop(thing);
        this.add(old);
      }
    }
    // What refuses to go is left behind, and the stack is complete all the same.
    this.remove(graph, made, { policyOf: rollbackPolicy, failed });
    const outcome: Outcome = {
      status: oneWay.length > 0 ? 'UPDATE_ROLLBACK_FAILED' : 'UPDATE_ROLLBACK_COMPLETE',
      reasons: [...reasons, ...oneWay],
    };
    this.stacks.set(stack.name, { ...before, outcome });
    return outcome;
  }

  /** `cdk destroy --exclusively` of one stack. */
  delete(name: string, { failAt }: Pick<ApplyOptions, 'failAt'> = {}): Outcome {
    const standing = this.stacks.get(name);
    if (!standing) return { status: 'DELETE_COMPLETE', reasons: [] };
    const { stack, things } = standing;
    const refusals = [
      ...(stack.terminationProtection ? [`${name}: is protected against termination`] : []),
      ...this.exportsInUse(standing, new Map()),
    ];
    if (refusals.length > 0) return { status: 'REFUSED', reasons: refusals };
    const stays = this.remove(Graph.of(stack.template), [...things.values()], { policyOf: deletionPolicy, failAt });
    const reasons = [...stays.values()].filter((reason) => reason !== undefined);
    const outcome: Outcome = { status: reasons.length > 0 ? 'DELETE_FAILED' : 'DELETE_COMPLETE', reasons };
    if (reasons.length === 0) this.stacks.delete(name);
    else this.stacks.set(name, { ...standing, outcome, things: only(things, (id) => stays.get(id) !== undefined) });
    return outcome;
  }

  /** The CLI deletes what a failed creation left, unless the stack may not be deleted, and stops before what it cannot update. */
  private clearAway({ name }: ModelStack, rollback: boolean): Outcome | undefined {
    const existing = this.stacks.get(name);
    if (!existing) return undefined;
    const { stack, outcome } = existing;
    const refuse = (...reasons: string[]): Outcome => ({ status: 'REFUSED', reasons });
    switch (outcome.status) {
      case 'ROLLBACK_COMPLETE':
        if (stack.terminationProtection) return refuse(`${name}: is protected against termination`);
        this.stacks.delete(name);
        return undefined;
      case 'UPDATE_FAILED':
        return rollback ? refuse(`${name}: is UPDATE_FAILED and goes on without a rollback only`) : undefined;
      case 'ROLLBACK_FAILED':
      case 'UPDATE_ROLLBACK_FAILED':
      case 'DELETE_FAILED':
        // Nothing about them has changed since.
        return refuse(...outcome.reasons);
      default:
        return undefined;
    }
  }

  /** Makes, changes and replaces in the order of the dependencies, until something fails. */
  private change(
    { name, region, template }: ModelStack,
    before: Standing | undefined,
    operation: string,
    failAt?: string,
  ): Progress {
    const graph = Graph.of(template);
    const progress: Progress = {
      graph,
      things: new Map(),
      touched: [],
      made: [],
      replaced: [],
      oneWay: [],
      reasons: [],
    };
    const { things, touched, made, replaced, reasons, oneWay } = progress;
    const missing = [...graph.reads].filter((of) => !this.output(of));
    reasons.push(...missing.map((of) => `${name}: there is no ${of}`));
    if (reasons.length > 0) return progress;
    const now = (of: string) => (of === 'AWS::StackId' ? [operation] : (this.output(of)?.ids ?? idsIn(things, of)));
    for (const logicalId of graph.order) {
      // Nothing waits for a resource that does not change.
      if (reasons.length > 0 && failAt !== undefined && graph.needs(logicalId).has(failAt)) continue;
      const resource = graph.resource(logicalId);
      const old = before?.things.get(logicalId);
      const changed = before && old && this.changes(old, before, resource, now);
      if (old && changed?.length === 0) {
        // Its policies may have changed.
        things.set(logicalId, { ...old, resource });
        continue;
      }
      const replace =
        !changed ||
        old.resource.Type !== resource.Type ||
        changed.some((path) => replacementOf(resource.Type, path) !== 'no');
      const named = physicalName(resource, now);
      const id = named ?? (replace ? `${resource.Type} ${operation}:${logicalId}` : old.id);
      const thing = { logicalId, resource, id, region: GLOBAL.test(resource.Type) ? '' : region };
      if ((id !== old?.id || replace) && this.exists(thing)) {
        reasons.push(`${logicalId}: ${id} already exists`);
        break;
      }
      const refused = replace ? [] : refusals(logicalId, old.resource, resource, changed);
      reasons.push(...refused);
      if (refused.length > 0) break;
      this.add(thing);
      things.set(logicalId, thing);
      touched.push(logicalId);
      if (replace) made.push(thing);
      if (replace && old) replaced.push(old);
      if (!replace && old.id !== id) this.drop(old);
      if (logicalId === failAt) reasons.push(`${logicalId}: failed`);
      else if (!replace) oneWay.push(...refusals(logicalId, resource, old.resource, changed));
    }
    return progress;
  }

  /** Where a resource differs from what stands, in its text or in what it names. */
  private changes(
    old: Thing,
    before: Standing,
    resource: Resource,
    now: (of: string) => readonly string[],
  ): readonly (readonly string[])[] {
    const then = (of: string) => before.read.get(of) ?? this.output(of)?.ids ?? idsIn(before.things, of);
    const moved = usesIn(resource.Properties).filter(
      ({ of }) => of !== 'AWS::StackId' && then(of).join() !== now(of).join(),
    );
    return [...textChanges(old.resource, resource), ...moved.map(({ path }) => path)];
  }

  private rollBackCreation(
    stack: ModelStack,
    graph: Graph,
    made: readonly Thing[],
    causes: readonly string[],
    failed?: Thing,
  ): Outcome {
    const stays = this.remove(graph, made, { policyOf: rollbackPolicy, failed });
    const failures = [...stays.values()].filter((reason) => reason !== undefined);
    const outcome: Outcome = {
      status: failures.length > 0 ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE',
      reasons: [...causes, ...failures],
    };
    const left = new Map(failures.length > 0 ? made.map((thing) => [thing.logicalId, thing] as const) : []);
    const things = only(left, (logicalId) => stays.has(logicalId));
    this.stacks.set(stack.name, { stack, outcome, things, outputs: new Map(), read: new Map() });
    return outcome;
  }

  /** After an update: deletes what was replaced or removed. What refuses is left behind, and the stack is complete all the same. */
  private cleanUp(before: Standing, things: Things, replaced: readonly Thing[]): void {
    const going = [...before.things.values()].filter(
      (thing) => !things.has(thing.logicalId) || replaced.includes(thing),
    );
    const policyOf = (thing: Thing) =>
      replaced.includes(thing)
        ? (thing.resource.UpdateReplacePolicy ?? DEFAULT_POLICY[thing.resource.Type] ?? 'Delete')
        : deletionPolicy(thing);
    this.remove(Graph.of(before.stack.template), going, { policyOf, all: [...before.things.values()] });
  }

  /** Deletes in the reverse order of creation. @returns what stays, with the reason unless its policy wants it */
  private remove(
    graph: Graph,
    going: readonly Thing[],
    { policyOf, failAt, failed, all = going }: RemoveOptions,
  ): Map<string, string | undefined> {
    const stays = new Map<string, string | undefined>();
    const held = new Set<string>();
    for (const thing of [...going].reverse()) {
      const { logicalId, resource } = thing;
      const policy = policyOf(thing);
      if (policy.startsWith('Retain') && !GOES_ALONG.includes(resource.Type)) {
        stays.set(logicalId, undefined);
        this.hold(thing);
        continue;
      }
      const user = going.find(
        (other) =>
          stays.has(other.logicalId) &&
          (stays.get(other.logicalId) === undefined
            ? !USES_NOTHING.includes(other.resource.Type) &&
              graph.references(other.logicalId).has(logicalId) &&
              !NEVER_IN_USE.includes(resource.Type)
            : graph.needs(other.logicalId).has(logicalId)),
      );
      const obstacle = held.has(logicalId)
        ? 'a snapshot names it'
        : user
          ? `${user.logicalId} stays and uses it`
          : logicalId === failAt
            ? 'failed'
            : (protection(resource) ?? this.holder(thing) ?? occupant(graph, all, thing, failed));
      if (obstacle !== undefined) {
        stays.set(logicalId, `${logicalId}: ${obstacle}`);
        continue;
      }
      const names = HELD_BY_SNAPSHOT[resource.Type];
      if (policy === 'Snapshot' && names) {
        for (const other of referencesIn(resource.Properties?.[names])) held.add(other);
      }
      // A group with a generated name is made anew as well, but nobody will ask for that name.
      if (!writerThatMakesItAnew(graph, all, thing)) this.drop(thing);
    }
    return stays;
  }

  /** What is kept goes on standing in what it names of other stacks. */
  private hold(thing: Thing): void {
    if (USES_NOTHING.includes(thing.resource.Type)) return;
    for (const { of } of usesIn(thing.resource.Properties)) {
      for (const id of this.output(of)?.ids ?? []) this.holds.set(id, thing);
    }
  }

  private holder({ id, resource }: Thing): string | undefined {
    const holder = NEVER_IN_USE.includes(resource.Type) ? undefined : this.holds.get(id);
    return holder && this.exists(holder) ? `${holder.id} was kept and uses it` : undefined;
  }

  private output(use: string): OutputValue | undefined {
    if (!/^(import|output) /.test(use)) return undefined;
    for (const { outputs } of this.stacks.values()) {
      const value = outputs.get(use);
      if (value) return value;
    }
    return undefined;
  }

  private outputsOf(graph: Graph, stack: string, things: Things): Map<string, OutputValue> {
    const outputs = new Map<string, OutputValue>();
    for (const [name, { Export, Value }, text] of graph.outputs) {
      const value = { text, ids: usesIn(Value).flatMap(({ of }) => this.output(of)?.ids ?? idsIn(things, of)) };
      outputs.set(`output ${stack}.${name}`, value);
      if (Export) outputs.set(`import ${String(Export.Name)}`, value);
    }
    return outputs;
  }

  private readBy(graph: Graph): Map<string, readonly string[]> {
    return new Map([...graph.reads].map((of) => [of, this.output(of)?.ids ?? []]));
  }

  /** Exports of a stack that others import and that go or change. */
  private exportsInUse({ stack, outputs }: Standing, after: ReadonlyMap<string, OutputValue>): string[] {
    const others = [...this.stacks.values()].filter((other) => other.stack.name !== stack.name);
    return [...outputs].flatMap(([use, { text, ids }]) => {
      const now = after.get(use);
      if (now && now.text === text && now.ids.join() === ids.join()) return [];
      const users = others.filter(({ stack: { template } }) => Graph.of(template).reads.has(use));
      return use.startsWith('import ') && users.length > 0
        ? [`${use.replace('import', 'export')}: is in use by ${users.map((user) => user.stack.name).join(', ')}`]
        : [];
    });
  }
}

function sameText(one: ModelStack, other: ModelStack): boolean {
  return Graph.of(one.template).text === Graph.of(other.template).text;
}

function withUpstream(app: readonly ModelStack[], names: readonly string[]): ModelStack[] {
  const wanted = new Set<string>();
  const order: ModelStack[] = [];
  const visit = (name: string) => {
    const stack = app.find((other) => other.name === name);
    if (!stack || wanted.has(name)) return;
    wanted.add(name);
    stack.dependencies.forEach(visit);
    order.push(stack);
  };
  names.forEach(visit);
  return order;
}

const nameOf = ({ region, id }: Thing) => `${region} ${id}`;

const deletionPolicy = ({ resource }: Thing) => resource.DeletionPolicy ?? DEFAULT_POLICY[resource.Type] ?? 'Delete';

/** For what the operation itself has made. */
const rollbackPolicy = (thing: Thing) => deletionPolicy(thing).replace('RetainExceptOnCreate', 'Delete');

function only(things: Things, keep: (logicalId: string) => boolean): Things {
  return new Map([...things].filter(([logicalId]) => keep(logicalId)));
}

function idsIn(things: Things, of: string): readonly string[] {
  const thing = things.get(of);
  return thing ? [thing.id] : [];
}

/** Marks what CloudFormation makes up, differently each time. */
const GENERATED = '<generated>';

const isFixed = (id: string) => !id.includes(GENERATED);

/** The type with the properties that tell the resource apart, where the template sets them. */
function physicalName(
  { Type, Properties = {} }: Resource,
  idsOf: (of: string) => readonly string[],
): string | undefined {
  const text = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return String(value);
    const uses: readonly Use[] = usesIn(value);
    const ids = uses.flatMap(({ of }) => idsOf(of));
    if (ids.length === 0) return JSON.stringify(value);
    const plain = uses.length === 1 && uses[0]!.path.length === 0;
    return `${plain ? '' : JSON.stringify(value)}(${ids.join()})`;
  };
  const deciding = decidingProperties(Type, Properties);
  return deciding && `${Type} ${deciding.map((property) => text(Properties[property])).join(' ')}`;
}

const compared = new WeakMap<Resource, WeakMap<Resource, readonly (readonly string[])[]>>();

/** Paths at which the texts of two resources differ. */
function textChanges(before: Resource, after: Resource): readonly (readonly string[])[] {
  if (before === after) return [];
  const known = compared.get(before) ?? new WeakMap<Resource, readonly (readonly string[])[]>();
  compared.set(before, known);
  let paths = known.get(after);
  if (!paths) {
    const [one, other] = [before, after].map(({ Type, Properties }) => ({ Type, ...Properties }));
    // Two synths give most resources the same text.
    const changes = JSON.stringify(one) === JSON.stringify(other) ? [] : differences(one, other);
    paths = changes.map(({ path }) =>
      path
        .replace(/\[[^\]]*\]/g, '')
        .split('.')
        .filter(Boolean),
    );
    known.set(after, paths);
  }
  return paths;
}

/** Changes in place that are never allowed. */
function refusals(
  logicalId: string,
  before: Resource,
  after: Resource,
  changed: readonly (readonly string[])[],
): string[] {
  return changed.flatMap((path) => {
    if (after.Type.startsWith('Custom::') && path[0] === 'ServiceToken') {
      return [`${logicalId}: another function cannot take over a custom resource`];
    }
    const name = path.join('.');
    if (ONE_WAY[after.Type]?.[name] === undefined) return [];
    const [from, to] = [before, after].map((resource) => path.reduce<unknown>(property, resource.Properties));
    return isLower(to, from) ? [`${logicalId}: ${name} does not go back from ${String(from)} to ${String(to)}`] : [];
  });
}

function isLower(one: unknown, other: unknown): boolean {
  return String(one).localeCompare(String(other), 'en', { numeric: true }) < 0;
}

const protections = new WeakMap<Resource, boolean>();

/** A property or attribute that makes the service refuse a deletion. */
function protection(resource: Resource): string | undefined {
  let on = protections.get(resource);
  if (on === undefined) protections.set(resource, (on = isProtected(resource)));
  return on ? 'is protected against deletion' : undefined;
}

function isProtected({ Properties = {} }: Resource): boolean {
  const attributes = Object.values(Properties)
    .flat()
    .map((entry) => (entry ?? {}) as { Key?: unknown; Value?: unknown })
    .map(({ Key, Value }) => [Key, Value]);
  return [...Object.entries(Properties), ...attributes].some(
    ([name, value]) => PROTECTIONS.test(String(name)) && [true, 'true', 'ACTIVE'].includes(value as string),
  );
}

/** Who has put something into a resource that nothing takes out again before the resource is deleted. */
function occupant(graph: Graph, made: readonly Thing[], thing: Thing, failed?: Thing): string | undefined {
  const emptiers = made.filter(
    (other) =>
      other !== failed && other.resource.Type === EMPTIES && graph.references(other.logicalId).has(thing.logicalId),
  );
  const writer = made.find((other) => {
    const { logicalId, resource } = other;
    const content = CONTENT[resource.Type];
    if (!content || content.into !== thing.resource.Type) return false;
    // What was never ready has never run, but what works while it is made may have come half-way.
    if (other === failed && content.continues) return false;
    const named = referencesIn(content.path.reduce<unknown>(property, resource.Properties));
    const reaches = [...named].some((other) => other === thing.logicalId || graph.needs(other).has(thing.logicalId));
    return reaches && !emptiers.some((emptier) => !content.continues || graph.needs(logicalId).has(emptier.logicalId));
  });
  return writer && `is not empty, because of ${writer.logicalId}`;
}

/** Whose role lets a service make a log group anew that it still had something to write to. */
function writerThatMakesItAnew(graph: Graph, made: readonly Thing[], { logicalId, resource }: Thing): boolean {
  if (resource.Type !== 'AWS::Logs::LogGroup') return false;
  return made.some((other) => {
    const references = graph.references(other.logicalId);
    // EKS and its add-ons know their groups by name alone, so they wait for them; others name them.
    const groups = /^AWS::EKS::(Addon|Cluster)$/.test(other.resource.Type) ? graph.direct(other.logicalId) : references;
    return (
      groups.has(logicalId) &&
      [...references].some((role) => graph.resource(role).Type === 'AWS::IAM::Role' && makesLogGroups(graph, role))
    );
  });
}

function makesLogGroups(graph: Graph, role: string): boolean {
  const own = graph.references(role);
  const policies = graph.order.filter(
    (logicalId) =>
      /^AWS::IAM::(Managed)?Policy$/.test(graph.resource(logicalId).Type) &&
      (own.has(logicalId) || referencesIn(graph.resource(logicalId).Properties?.Roles).has(role)),
  );
  const statements = policies
    .map((logicalId) => graph.resource(logicalId).Properties?.PolicyDocument as { Statement: Statement[] })
    .flatMap(({ Statement }) => Statement)
    .filter(({ Action }) => [Action].flat().some((action) => /^(\*|logs:(\*|Create\*|CreateLogGroup))$/.test(action)));
  if (statements.some(({ Effect, Resource: on }) => Effect === 'Deny' && on === '*')) return false;
  return statements.some(({ Effect }) => Effect === 'Allow') || MAKES_LOG_GROUPS.test(managedPolicies(graph, role));
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: unknown;
}

function managedPolicies(graph: Graph, role: string): string {
  return JSON.stringify(graph.resource(role).Properties?.ManagedPolicyArns ?? []);
}

function property(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | undefined)?.[name];
}
