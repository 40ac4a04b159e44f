import type { AssembledStack, Resource } from './assembled';

/** A resource and where it stands. */
export interface Address {
  readonly stack: AssembledStack;
  readonly logicalId: string;
  readonly resource: Resource;
}

/** Finds the resources that a value of a template refers to, over the borders of stacks. */
export class References {
  private readonly exports = new Map<string, { stack: AssembledStack; value: unknown }>();
  private readonly byName: ReadonlyMap<string, AssembledStack>;

  constructor(private readonly stacks: readonly AssembledStack[]) {
    this.byName = new Map(stacks.map((stack) => [stack.name, stack]));
    for (const stack of stacks) {
      for (const output of Object.values(stack.template.Outputs ?? {})) {
        const { Export, Value } = output as { Export?: { Name?: unknown }; Value: unknown };
        if (typeof Export?.Name === 'string') this.exports.set(Export.Name, { stack, value: Value });
      }
    }
  }

  ofType(type: string): Address[] {
    return this.stacks.flatMap((stack) =>
      Object.entries(stack.template.Resources ?? {})
        .filter(([, resource]) => resource.Type === type)
        .map(([logicalId, resource]) => ({ stack, logicalId, resource })),
    );
  }

  /** Resources that a value of a stack's template refers to, at any depth. */
  addresses(stack: AssembledStack, value: unknown): Address[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, below]): Address[] => {
      if (key === 'Ref') return this.address(stack, below);
      if (key === 'Fn::GetAtt')
        return this.address(stack, Array.isArray(below) ? below[0] : String(below).split('.')[0]);
      if (key === 'Fn::ImportValue') {
        const found = this.exports.get(String(below));
        return found ? this.addresses(found.stack, found.value) : [];
      }
      if (key === 'Fn::GetStackOutput') {
        const { StackName, OutputName } = below as { StackName: string; OutputName: string };
        const other = this.byName.get(StackName);
        const output = other?.template.Outputs?.[OutputName] as { Value: unknown } | undefined;
        return other && output ? this.addresses(other, output.Value) : [];
      }
      return this.addresses(stack, below);
    });
  }

  private address(stack: AssembledStack, logicalId: unknown): Address[] {
    const resource = stack.template.Resources?.[String(logicalId)];
    return resource ? [{ stack, logicalId: String(logicalId), resource }] : [];
  }
}
