import type { AssemblyStack, FoundResource } from './assembly';

/** A value of a template and the stack that it stands in. */
export interface Placed {
  readonly stack: AssemblyStack;
  readonly value: unknown;
}

/** Finds what values of templates refer to, over the borders of stacks. */
export class References {
  private readonly exports = new Map<string, Placed>();
  private readonly byName: ReadonlyMap<string, AssemblyStack>;

  constructor(stacks: readonly AssemblyStack[]) {
    this.byName = new Map(stacks.map((stack) => [stack.name, stack]));
    for (const stack of stacks) {
      for (const { Export, Value } of Object.values(stack.template.Outputs ?? {})) {
        if (typeof Export?.Name === 'string') this.exports.set(Export.Name, { stack, value: Value });
      }
    }
  }

  /** What `Fn::ImportValue` stands for; undefined where no stack exports the name. */
  imported(name: string): Placed | undefined {
    return this.exports.get(name);
  }

  /** What `Fn::GetStackOutput` stands for; undefined where there is no such output. */
  output(stackName: string, outputName: string): Placed | undefined {
    const stack = this.byName.get(stackName);
    const output = stack?.template.Outputs?.[outputName];
    return stack && output ? { stack, value: output.Value } : undefined;
  }

  /** Resources that a value of a stack's template refers to, at any depth. */
  resources(stack: AssemblyStack, value: unknown): FoundResource[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, below]): FoundResource[] => {
      const follow = (placed: Placed | undefined) => (placed ? this.resources(placed.stack, placed.value) : []);
      switch (key) {
        case 'Ref':
          return found(stack, String(below));
        case 'Fn::GetAtt':
          return found(stack, Array.isArray(below) ? String(below[0]) : String(below).replace(/\..*/, ''));
        case 'Fn::Sub': {
          const [text, variables] = [below].flat() as [string, unknown];
          return [
            ...[...text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)].flatMap(([, name = '']) => found(stack, name)),
            ...this.resources(stack, variables),
          ];
        }
        case 'Fn::ImportValue':
          return follow(this.imported(String(below)));
        case 'Fn::GetStackOutput': {
          const { StackName, OutputName } = below as { StackName: string; OutputName: string };
          return follow(this.output(StackName, OutputName));
        }
        default:
          return this.resources(stack, below);
      }
    });
  }
}

function found(stack: AssemblyStack, logicalId: string): FoundResource[] {
  const resource = stack.resources[logicalId];
  return resource ? [{ ...resource, stack, logicalId, properties: resource.Properties ?? {} }] : [];
}
