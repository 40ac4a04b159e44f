import type { Assembly, AssemblyStack } from './assembly';

/** Matches the content hash in the address of an asset. */
const ASSET_HASH = /\b[0-9a-f]{64}\b/g;

/**
 * Turns what only a deployment knows into words: a reference to the target group of a service becomes
 * `<ErpDevEdge.LoadBalancer.Targets.notification>`, wherever it stands and however many stacks it passes through.
 */
export class Placeholders {
  private readonly stacks: ReadonlyMap<string, AssemblyStack>;
  private readonly exports = new Map<string, { stack: AssemblyStack; value: unknown }>();

  /**
   * @param isNew whether the resource is another one than before, so that its references stand for new values
   */
  constructor(
    assembly: Assembly,
    private readonly isNew: (stack: string, logicalId: string) => boolean = () => false,
  ) {
    this.stacks = new Map(assembly.stacks.map((stack) => [stack.name, stack]));
    for (const stack of assembly.stacks) {
      for (const { Export, Value } of Object.values(outputs(stack))) {
        if (typeof Export?.Name === 'string') this.exports.set(Export.Name, { stack, value: Value });
      }
    }
  }

  /** A template value of a stack without any intrinsic function. */
  resolve(value: unknown, stack: AssemblyStack): unknown {
    return this.visit(value, stack, stack);
  }

  /** The same as one text. */
  text(value: unknown, stack: AssemblyStack): string {
    const resolved = this.resolve(value, stack);
    return typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
  }

  /** `stack` is where the value stands, `reader` the stack whose reader gets to see it. */
  private visit(value: unknown, stack: AssemblyStack, reader: AssemblyStack): unknown {
    if (typeof value === 'string') return value.replace(ASSET_HASH, (hash) => `asset-${hash.slice(0, 8)}`);
    if (Array.isArray(value)) return value.map((item) => this.visit(item, stack, reader));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name && (name === 'Ref' || name === 'Condition' || name.startsWith('Fn::'))) {
      return this.intrinsic(name, argument, stack, reader);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, this.visit(item, stack, reader)]));
  }

  private intrinsic(name: string, argument: unknown, stack: AssemblyStack, reader: AssemblyStack): unknown {
    const visit = (value: unknown) => this.visit(value, stack, reader);
    const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
    switch (name) {
      case 'Ref':
        return this.reference(String(argument), undefined, stack, reader);
      case 'Fn::GetAtt': {
        const [logicalId, ...attribute] = Array.isArray(argument) ? argument : String(argument).split('.');
        return this.reference(String(logicalId), attribute.join('.'), stack, reader);
      }
      case 'Fn::ImportValue': {
        const found = this.exports.get(String(visit(argument)));
        return found ? this.visit(found.value, found.stack, reader) : `<export ${String(argument)}>`;
      }
      case 'Fn::GetStackOutput': {
        const { StackName, OutputName } = argument as { StackName: string; OutputName: string };
        const producer = this.stacks.get(StackName);
        const output = producer && outputs(producer)[OutputName];
        return producer && output ? this.visit(output.Value, producer, reader) : `<${StackName} output ${OutputName}>`;
      }
      case 'Fn::Join': {
        const [separator, items] = argument as [string, unknown];
        return list(visit(items)).map(asText).join(separator);
      }
      case 'Fn::Sub': {
        const [text, variables] = list(argument) as [string, Record<string, unknown>?];
        return (visit(text) as string).replace(/\$\{([^!}][^}]*)\}/g, (_, key: string) => {
          if (variables && key in variables) return asText(visit(variables[key]));
          const [logicalId = '', ...attribute] = key.split('.');
          return this.reference(logicalId, attribute.join('.') || undefined, stack, reader);
        });
      }
      case 'Fn::Select': {
        const [index, items] = argument as [number | string, unknown];
        const resolved = visit(items);
        return Array.isArray(resolved) ? resolved[Number(index)] : `<item ${index} of ${asText(resolved)}>`;
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        const resolved = asText(visit(text));
        return resolved.includes(separator) ? resolved.split(separator) : `<${resolved} split at ${separator}>`;
      }
      case 'Fn::Base64':
        return visit(argument);
      default:
        return `<${name.replace('Fn::', '')} ${asText(visit(argument))}>`;
    }
  }

  private reference(
    logicalId: string,
    attribute: string | undefined,
    stack: AssemblyStack,
    reader: AssemblyStack,
  ): string {
    if (logicalId === 'AWS::Region') return stack.region;
    if (logicalId === 'AWS::Partition') return 'aws';
    if (logicalId === 'AWS::URLSuffix') return 'amazonaws.com';
    if (logicalId === 'AWS::StackName') return stack.name;
    if (logicalId.startsWith('AWS::')) return `<${logicalId.slice(5)}>`;
    const known = stack.paths.get(logicalId)?.replaceAll('/', '.') ?? logicalId;
    const name = [stack === reader ? undefined : stack.name, known, attribute].filter(Boolean).join('.');
    return `<${this.isNew(stack.name, logicalId) ? 'new ' : ''}${name}>`;
  }
}

/** Outputs of a stack. */
export function outputs(
  stack: AssemblyStack,
): Record<string, { Value: unknown; Export?: { Name: unknown }; Description?: string }> {
  return (stack.template.Outputs ?? {}) as ReturnType<typeof outputs>;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
