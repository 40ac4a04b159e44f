import type { AssemblyStack } from './assembly';
import { References } from './references';

/** Something that only a deployment knows: the identifier of a resource, one of its attributes, or a pseudo parameter. */
export interface Unknown {
  /** Stack that it belongs to. */
  readonly stack: AssemblyStack;

  /** Stack whose reader gets to see it. */
  readonly reader: AssemblyStack;

  /** Logical id of a resource or parameter, or a name such as `AWS::AccountId`. */
  readonly name: string;

  /** Such as `Endpoint.Port`; undefined for what `Ref` stands for. */
  readonly attribute?: string;
}

/** What a reader gets in place of what only a deployment knows. */
export interface Answers {
  readonly reference: (unknown: Unknown) => string;

  /** For a function whose result the templates do not tell, said in words such as `export Edge:Group`. */
  readonly result: (words: string) => string;

  /**
   * For texts as they stand in templates.
   *
   * @default - as they are
   */
  readonly text?: (text: string) => string;
}

/** Takes the intrinsic functions out of template values, over the borders of stacks. */
export class Resolver {
  private readonly references: References;

  constructor(
    stacks: readonly AssemblyStack[],
    private readonly answers: Answers,
  ) {
    this.references = new References(stacks);
  }

  /** A value of a stack's template without any intrinsic function. */
  resolve(value: unknown, stack: AssemblyStack): unknown {
    return this.visit(value, stack, stack);
  }

  /** The same as one text. */
  text(value: unknown, stack: AssemblyStack): string {
    return asText(this.resolve(value, stack));
  }

  /** `stack` is where the value stands, `reader` the stack whose reader gets to see it. */
  private visit(value: unknown, stack: AssemblyStack, reader: AssemblyStack): unknown {
    if (typeof value === 'string') return this.answers.text?.(value) ?? value;
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
    const { result } = this.answers;
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
        const found = this.references.imported(String(visit(argument)));
        return found ? this.visit(found.value, found.stack, reader) : result(`export ${String(argument)}`);
      }
      case 'Fn::GetStackOutput': {
        const { StackName, OutputName } = argument as { StackName: string; OutputName: string };
        const found = this.references.output(StackName, OutputName);
        return found ? this.visit(found.value, found.stack, reader) : result(`${StackName} output ${OutputName}`);
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
        return Array.isArray(resolved) ? resolved[Number(index)] : result(`item ${index} of ${asText(resolved)}`);
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        const resolved = asText(visit(text));
        return resolved.includes(separator) ? resolved.split(separator) : result(`${resolved} split at ${separator}`);
      }
      case 'Fn::Base64':
        return visit(argument);
      default:
        return result(`${name.replace('Fn::', '')} ${asText(visit(argument))}`);
    }
  }

  private reference(name: string, attribute: string | undefined, stack: AssemblyStack, reader: AssemblyStack): string {
    switch (name) {
      case 'AWS::Region':
        return stack.region;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return stack.name;
      default:
        return this.answers.reference({ stack, reader, name, attribute });
    }
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
