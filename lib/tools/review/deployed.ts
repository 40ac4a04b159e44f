import type { TemplateDiff } from '@aws-cdk/cloudformation-diff';
import {
  type Assembly,
  type AssemblyStack,
  type Resource,
  type Template,
  selectEnvironments,
} from '../../assembly/assembly';
import { ReviewError } from './workspace';

/**
 * What is deployed in the account of the credentials, as an assembly to compare with. Assets of deployed templates are in
 * a bucket, so the chart of both sides is head's, and there is no validation report.
 *
 * @param folder head's cloud assembly
 */
export async function deployedAssembly(
  folder: string,
  head: Assembly,
  environments: readonly string[],
): Promise<Assembly> {
  // The AWS SDK behind it takes a second to load, and only this comparison needs it.
  const { DiffMethod, NonInteractiveIoHost, StackSelectionStrategy, Toolkit } = await import('@aws-cdk/toolkit-lib');
  const toolkit = new Toolkit({ ioHost: new NonInteractiveIoHost({ logLevel: 'error' }) });
  const names = selectEnvironments(head, environments).stacks.map(({ name }) => name);
  try {
    const source = await toolkit.fromAssemblyDirectory(folder);
    const diffs = await toolkit.diff(source, {
      method: DiffMethod.TemplateOnly(),
      stacks: { strategy: StackSelectionStrategy.PATTERN_MUST_MATCH, patterns: names },
    });
    return beforeDiffs(head, diffs);
  } catch (error) {
    throw new ReviewError(`the deployed templates cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Head without what the differences add: the state that they start from. */
export function beforeDiffs(head: Assembly, diffs: Readonly<Record<string, TemplateDiff>>): Assembly {
  const stacks = head.stacks.flatMap((stack): AssemblyStack[] => {
    const diff = Object.entries(diffs).find(([name]) => name.split(' ')[0] === stack.name)?.[1];
    if (!diff) return [];
    const before = (section: string, changes: Readonly<Record<string, { oldValue?: unknown }>>) => {
      const result = new Map(Object.entries(stack.template[section] ?? {}) as [string, unknown][]);
      for (const [name, { oldValue }] of Object.entries(changes)) {
        if (oldValue === undefined) result.delete(name);
        else result.set(name, oldValue);
      }
      return Object.fromEntries(result);
    };
    const resources = before('Resources', diff.resources.changes) as Record<string, Resource>;
    const template: Template = {
      ...stack.template,
      Resources: resources,
      Outputs: before('Outputs', diff.outputs.changes) as Template['Outputs'],
      Parameters: before('Parameters', diff.parameters.changes),
    };
    return Object.keys(resources).length === 0 ? [] : [{ ...stack, template, resources }];
  });
  return { stacks, assets: withHeadsCharts(head, stacks) };
}

/** Assets by hash, with head's chart for the hashes of charts that only the account has. */
function withHeadsCharts(head: Assembly, stacks: readonly AssemblyStack[]): Assembly['assets'] {
  const hashes = ({ resources }: AssemblyStack) =>
    Object.values(resources).flatMap(
      ({ Properties }) => /([0-9a-f]{64})\.zip/.exec(JSON.stringify(Properties?.ChartAssetURL ?? ''))?.[1] ?? [],
    );
  const result = new Map(head.assets);
  const [chart] = head.stacks.flatMap(hashes).map((hash) => head.assets.get(hash));
  for (const hash of stacks.flatMap(hashes)) if (chart && !result.has(hash)) result.set(hash, chart);
  return result;
}
