import type { AssemblyStack, Resource } from '../../../lib/assembly/assembly';
import { identifierProperties, nameProperty } from '../../../lib/tools/review/schema';

/** What the model reads of a stack. */
export type ModelStack = Pick<AssemblyStack, 'name' | 'template' | 'terminationProtection'>;

/** How an operation on a stack ended. */
export interface Outcome {
  /** `REFUSED` comes from the CDK CLI: a stack of a failed creation stands in the way and cannot be deleted. */
  readonly status: 'CREATE_COMPLETE' | 'ROLLBACK_COMPLETE' | 'ROLLBACK_FAILED' | 'REFUSED';

  /** What went wrong, one line per resource. */
  readonly reasons: readonly string[];
}

export interface CreateOptions {
  /**
   * Resource whose creation fails, after everything that does not wait for it has been made.
   *
   * @default - none
   */
  readonly failAt?: string;
}

/** Something that exists in the account. */
interface Thing {
  readonly logicalId: string;
  readonly resource: Resource;

  /** Its name where the template alone decides about it, and otherwise an id that no second creation gets. */
  readonly id: string;
}

/** What a resource puts into another one, which then cannot be deleted as long as it is there. */
interface Content {
  /** Where in the properties the other one is named. */
  readonly path: readonly string[];

  /** Type of the other one. */
  readonly into: string;

  /** Whether more may come until the resource is deleted, or all has come when it is made. */
  readonly continues: boolean;
}

const BUCKET = 'AWS::S3::Bucket';

/** Resources that begin to write by themselves. */
const CONTENT: Readonly<Record<string, Content>> = {
  'AWS::Backup::BackupSelection': { path: ['BackupPlanId'], into: 'AWS::Backup::BackupVault', continues: true },
  'AWS::CloudFront::Distribution': { path: ['DistributionConfig', 'Logging'], into: BUCKET, continues: true },
  'AWS::CodePipeline::Pipeline': { path: ['ArtifactStore'], into: BUCKET, continues: true },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { path: ['LoadBalancerAttributes'], into: BUCKET, continues: true },
  'AWS::S3::Bucket': { path: ['LoggingConfiguration'], into: BUCKET, continues: true },
  'Custom::CDKBucketDeployment': { path: ['DestinationBucketName'], into: BUCKET, continues: false },
};

/** Custom resource that empties the buckets it names when it is deleted. */
const EMPTIES = 'Custom::S3AutoDeleteObjects';

/** What a snapshot goes on naming: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithOptionGroups.html */
const HELD_BY_SNAPSHOT: Readonly<Record<string, string>> = { 'AWS::RDS::DBInstance': 'OptionGroupName' };

/** Deleted whoever uses it: deletion is only scheduled. */
const NEVER_IN_USE = ['AWS::KMS::Key'];

/** Policies of AWS that allow logs:CreateLogGroup, so that a service makes a group anew that was deleted before its last line. */
const MAKES_LOG_GROUPS =
  /:policy\/(service-role\/AWSLambda(Basic|VPCAccess)ExecutionRole|CloudWatchAgentServerPolicy|CloudWatchLogsFullAccess)"/;

/**
 * An account of AWS as CloudFormation and the CDK CLI treat it when a stack is created, in the worst order that dependencies
 * allow. It knows of names, policies, protections and contents, and nothing of what a resource does.
 */
export class Account {
  private readonly things = new Map<string, Thing>();
  private readonly stacks = new Map<string, { readonly stack: ModelStack; readonly outcome: Outcome }>();
  private creations = 0;

  /** Names that are taken and that another creation of the same template would want, as `type name`. */
  get takenNames(): string[] {
    return [...this.things.values()].filter(({ id }) => isFixed(id)).map(({ id }) => id);
  }

  /** `cdk deploy` of a stack that does not exist, or whose creation failed before. */
  create(stack: ModelStack, { failAt }: CreateOptions = {}): Outcome {
    const refusal = this.clearAway(stack.name);
    if (refusal) return refusal;
    const creation = ++this.creations;
    const graph = new Graph(stack);
    const ids = new Map<string, string>();
    const made: Thing[] = [];
    const reasons: string[] = [];
    for (const logicalId of graph.order) {
      if (failAt !== undefined && graph.needs(logicalId).has(failAt)) continue;
      const resource = graph.resource(logicalId);
      const id = physicalId(resource, `${GENERATED}${creation}:${logicalId}`, (other) => ids.get(other));
      if (this.things.has(id)) {
        reasons.push(`${logicalId}: ${id} already exists`);
        break;
      }
      const thing = { logicalId, resource, id };
      this.things.set(id, thing);
      ids.set(logicalId, id);
      made.push(thing);
      if (logicalId === failAt) reasons.push(`${logicalId}: failed`);
    }
    const outcome: Outcome =
      reasons.length === 0
        ? { status: 'CREATE_COMPLETE', reasons }
        : this.rollBack(
            graph,
            made,
            reasons,
            made.find(({ logicalId }) => logicalId === failAt),
          );
    this.stacks.set(stack.name, { stack, outcome });
    return outcome;
  }

  /** The CLI deletes what a failed creation left, unless the stack may not be deleted. */
  private clearAway(name: string): Outcome | undefined {
    const existing = this.stacks.get(name);
    if (!existing) return undefined;
    const { stack, outcome } = existing;
    if (outcome.status === 'CREATE_COMPLETE') throw new Error(`${name} stands already; the model knows no updates`);
    const refuse = (...reasons: string[]): Outcome => ({ status: 'REFUSED', reasons });
    if (stack.terminationProtection) return refuse(`${name}: is protected against termination`);
    // Nothing about them has changed since.
    if (outcome.status === 'ROLLBACK_FAILED') return refuse(...outcome.reasons);
    this.stacks.delete(name);
    return undefined;
  }

  private rollBack(graph: Graph, made: readonly Thing[], causes: readonly string[], failed?: Thing): Outcome {
    const stays = new Map<string, string | undefined>();
    const held = new Set<string>();
    for (const thing of [...made].reverse()) {
      const { logicalId, resource, id } = thing;
      const policy = resource.DeletionPolicy ?? DEFAULT_POLICY[resource.Type] ?? 'Delete';
      if (policy === 'Retain') {
        stays.set(logicalId, undefined);
        continue;
      }
      const user = made.find(
        (other) =>
          stays.has(other.logicalId) &&
          (stays.get(other.logicalId) === undefined
            ? graph.references(other.logicalId).has(logicalId) && !NEVER_IN_USE.includes(resource.Type)
            : graph.needs(other.logicalId).has(logicalId)),
      );
      const obstacle = held.has(logicalId)
        ? 'a snapshot names it'
        : user
          ? `${user.logicalId} stays and uses it`
          : (protection(resource) ?? occupant(graph, made, thing, failed));
      if (obstacle !== undefined) {
        stays.set(logicalId, `${logicalId}: ${obstacle}`);
        continue;
      }
      const names = HELD_BY_SNAPSHOT[resource.Type];
      if (policy === 'Snapshot' && names) {
        for (const other of referencesIn(resource.Properties?.[names])) held.add(other);
      }
      // A group with a generated name is made anew as well, but nobody will ask for that name.
      if (!writerThatMakesItAnew(graph, made, thing)) this.things.delete(id);
    }
    const failures = [...stays.values()].filter((reason) => reason !== undefined);
    return {
      status: failures.length > 0 ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE',
      reasons: [...causes, ...failures],
    };
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
const DEFAULT_POLICY: Readonly<Record<string, string>> = { 'AWS::RDS::DBInstance': 'Snapshot' };

/** Marks what CloudFormation makes up, differently each time. */
const GENERATED = '<generated>';

const isFixed = (id: string) => !id.includes(GENERATED);

/** The type with what the schema calls the resource's identifier or name, where the template sets it. */
function physicalId(
  { Type, Properties = {} }: Resource,
  generated: string,
  idOf: (logicalId: string) => string | undefined,
): string {
  const identifier = identifierProperties(Type)?.every((name) => Properties[name] !== undefined)
    ? identifierProperties(Type)
    : undefined;
  const name = nameProperty(Type);
  const deciding = identifier ?? (name !== undefined && Properties[name] !== undefined ? [name] : undefined);
  if (!deciding) return `${Type} ${generated}`;
  const [stackId = ''] = generated.split(':');
  const text = (value: unknown): string => {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null) return String(value);
    const referred = [...referencesIn(value)].map((other) => (other === 'AWS::StackId' ? stackId : idOf(other)));
    return referred.some((id) => id !== undefined) ? `(${referred.join()})` : JSON.stringify(value);
  };
  return `${Type} ${deciding.map((property) => text(Properties[property])).join(' ')}`;
}

/** A property or attribute that makes the service refuse a deletion. */
function protection({ Properties = {} }: Resource): string | undefined {
  const on = [true, 'true', 'ACTIVE'];
  const property = Object.keys(Properties).find(
    (name) =>
      /^(DeletionProtection(Enabled)?|DisableApiTermination)$/.test(name) && on.includes(Properties[name] as string),
  );
  const attribute = Object.values(Properties)
    .flat()
    .find((entry) => {
      const { Key, Value } = (entry ?? {}) as { Key?: unknown; Value?: unknown };
      return typeof Key === 'string' && /deletion_protection/.test(Key) && on.includes(Value as string);
    });
  return (property ?? attribute) === undefined ? undefined : 'is protected against deletion';
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

/** Logical ids that a value of a template refers to. */
function referencesIn(value: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, below] of Object.entries(node)) {
      if (key === 'Ref' && typeof below === 'string') found.add(below);
      else if (key === 'Fn::GetAtt') found.add(Array.isArray(below) ? String(below[0]) : String(below).split('.')[0]!);
      else if (key === 'Fn::Sub') {
        const [text] = [below].flat();
        for (const [, name] of String(text).matchAll(/\$\{([A-Za-z0-9:]+)/g)) found.add(name!);
      }
      visit(below);
    }
  };
  visit(value);
  return found;
}

/** Which resource of a template waits for which. */
class Graph {
  /** Logical ids, each behind what it waits for. */
  readonly order: readonly string[];

  private readonly resources: Readonly<Record<string, Resource>>;
  private readonly referenced = new Map<string, ReadonlySet<string>>();
  private readonly waitsFor = new Map<string, ReadonlySet<string>>();
  private readonly needed = new Map<string, ReadonlySet<string>>();

  constructor({ template }: ModelStack) {
    this.resources = template.Resources ?? {};
    const order: string[] = [];
    const visit = (logicalId: string) => {
      if (this.needed.has(logicalId)) return;
      const needs = new Set<string>();
      this.needed.set(logicalId, needs);
      for (const next of this.direct(logicalId)) {
        visit(next);
        needs.add(next);
        this.needs(next).forEach((further) => needs.add(further));
      }
      order.push(logicalId);
    };
    Object.keys(this.resources).forEach(visit);
    this.order = order;
  }

  resource(logicalId: string): Resource {
    const resource = this.resources[logicalId];
    if (!resource) throw new Error(`The template has no ${logicalId}`);
    return resource;
  }

  /** What the properties of a resource name. */
  references(logicalId: string): ReadonlySet<string> {
    let found = this.referenced.get(logicalId);
    if (!found) {
      found = new Set(
        [...referencesIn(this.resource(logicalId).Properties)].filter((other) => other in this.resources),
      );
      this.referenced.set(logicalId, found);
    }
    return found;
  }

  /** What a resource waits for at once. */
  direct(logicalId: string): ReadonlySet<string> {
    let found = this.waitsFor.get(logicalId);
    if (!found) {
      found = new Set([...this.references(logicalId), ...[this.resource(logicalId).DependsOn ?? []].flat()]);
      this.waitsFor.set(logicalId, found);
    }
    return found;
  }

  /** What a resource waits for, at whatever distance. */
  needs(logicalId: string): ReadonlySet<string> {
    return this.needed.get(logicalId) ?? new Set();
  }
}
