import type { Output, Resource, Template } from '../../../lib/assembly/assembly';

/** A place where a value of a template takes something from elsewhere. */
export interface Use {
  /** Names of the properties and positions down to the place. */
  readonly path: readonly string[];

  /** A logical id or pseudo parameter, `import <name>` or `output <stack>.<name>`. */
  readonly of: string;
}

const known = new WeakMap<object, readonly Use[]>();

/** What a value of a template takes from elsewhere. */
export function usesIn(value: unknown): readonly Use[] {
  if (typeof value !== 'object' || value === null) return [];
  let uses = known.get(value);
  if (!uses) known.set(value, (uses = findUses(value, [])));
  return uses;
}

function findUses(node: unknown, path: readonly string[]): Use[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, below]: [string, unknown]): Use[] => {
    const further = () => findUses(below, [...path, key]);
    switch (key) {
      case 'Ref':
        return [{ path, of: String(below) }];
      case 'Fn::GetAtt':
        return [{ path, of: Array.isArray(below) ? String(below[0]) : String(below).split('.')[0]! }];
      case 'Fn::Sub': {
        const names = String([below].flat()[0]).matchAll(/\$\{([A-Za-z0-9:]+)/g);
        return [...[...names].map(([, of]) => ({ path, of: of! })), ...further()];
      }
      case 'Fn::ImportValue':
        return [{ path, of: `import ${String(below)}` }];
      case 'Fn::GetStackOutput': {
        const { StackName, OutputName } = below as Record<string, string>;
        return [{ path, of: `output ${StackName}.${OutputName}` }];
      }
      default:
        return further();
    }
  });
}

/** Names and logical ids that a value of a template refers to. */
export function referencesIn(value: unknown): ReadonlySet<string> {
  return new Set(usesIn(value).map(({ of }) => of));
}

const graphs = new WeakMap<object, Graph>();

/** Which resource of a template waits for which. */
export class Graph {
  /** The one of a template; most templates are deployed many times. */
  static of(template: Template): Graph {
    let graph = graphs.get(template);
    if (!graph) graphs.set(template, (graph = new Graph(template)));
    return graph;
  }

  /** Logical ids, each behind what it waits for. */
  readonly order: readonly string[];

  /** What the template takes from outputs of other stacks, as uses name it. */
  readonly reads: ReadonlySet<string>;

  /** The template as the CLI compares it. */
  readonly text: string;

  readonly outputs: readonly (readonly [name: string, output: Output, text: string])[];

  private readonly resources: Readonly<Record<string, Resource>>;
  private readonly referenced = new Map<string, ReadonlySet<string>>();
  private readonly waitsFor = new Map<string, ReadonlySet<string>>();
  private readonly needed = new Map<string, ReadonlySet<string>>();

  private constructor(template: Template) {
    const { Resources = {}, Outputs = {} } = template;
    this.text = JSON.stringify(template);
    this.resources = Resources;
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
    Object.keys(Resources).forEach(visit);
    this.order = order;
    this.outputs = Object.entries(Outputs).map(([name, output]) => [name, output, JSON.stringify(output.Value)]);
    const uses = usesIn([Resources, Outputs]).map(({ of }) => of);
    this.reads = new Set(uses.filter((of) => /^(import|output) /.test(of)));
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
      const named = [...referencesIn(this.resource(logicalId).Properties)];
      found = new Set(named.filter((other) => other in this.resources));
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
