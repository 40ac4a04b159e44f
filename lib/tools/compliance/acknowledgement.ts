import * as cdk from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Environment } from '../../config';
import type { EnvironmentStacks } from '../../platform/platform';

/** Who answers for an acknowledgement and renews or removes it by its review date. */
export const OWNERS = ['platform', 'security', 'data', 'application'] as const;
export type Owner = (typeof OWNERS)[number];

/** A finding that stays, and why that is right for this resource. */
export interface Acknowledgement {
  /** Unique; errors call the entry by it. */
  readonly name: string;

  /**
   * Exact ids, with the pack in front, such as `AwsSolutions::AwsSolutions-IAM5[Action::s3:List*]`. Ids that carry names
   * of the construct they belong to are computed from it.
   */
  readonly ids: readonly string[] | ((at: IConstruct, environment: EnvironmentStacks) => readonly string[]);

  /**
   * The config or values that make it true, never the name of an environment. Where they hold, every id must have its
   * finding, and where they do not, the entry is not there.
   *
   * @default - it is true in every environment
   */
  readonly when?: (environment: Environment) => boolean;

  /** What it applies to in an environment: those constructs and everything below them. */
  readonly at: (environment: EnvironmentStacks) => readonly (IConstruct | undefined)[];

  /** Why this resource may be as it is. */
  readonly reason: string;

  /** What limits the risk instead. */
  readonly control: string;

  readonly owner: Owner;

  /** ISO 8601 date by which somebody looks at the entry again. */
  readonly review: string;
}

/** An acknowledgement on one construct. */
export interface AppliedAcknowledgement {
  readonly entry: Acknowledgement;
  readonly id: string;
  readonly at: IConstruct;
}

/** Ids of one rule that several packs have under the same name. */
export function inPacks(packs: readonly string[], rule: string): string[] {
  return packs.map((pack) => `${pack}::${pack}-${rule}`);
}

/** What is wrong with the entries themselves, each in a sentence that names the entry. */
function problemsOf(entries: readonly Acknowledgement[]): string[] {
  return entries.flatMap(({ name, reason, control, review }, i) => {
    const problems: string[] = [];
    const problem = (text: string) => problems.push(`${name || `entry ${i + 1}`}: ${text}`);
    if (!name.trim()) problem('has no name');
    if (entries.findIndex((other) => other.name === name) < i) problem('the name is in use already');
    if (!reason.trim()) problem('has no reason; say why this resource may be as it is');
    if (!control.trim()) problem('has no compensating control; say what limits the risk instead');
    if (!/^\d{4}-\d{2}-\d{2}$/.test(review) || Number.isNaN(Date.parse(review)))
      problem(`has the review date ${JSON.stringify(review)}; give a date such as 2027-06-30`);
    return problems;
  });
}

/** What an entry applies to in an environment: nothing where its condition does not hold, undefined where it holds for nothing. */
export function selected({ when, at }: Acknowledgement, stacks: EnvironmentStacks): IConstruct[] | undefined {
  if (when?.(stacks.environment) === false) return [];
  const constructs = at(stacks).filter((construct) => construct !== undefined);
  return constructs.length > 0 ? constructs : undefined;
}

/**
 * Acknowledges what the entries say, on the constructs they select.
 *
 * @returns every pair of id and construct
 * @throws Error that names each entry in which something is missing, wrong or said twice
 */
export function acknowledge(
  environments: readonly EnvironmentStacks[],
  entries: readonly Acknowledgement[],
): AppliedAcknowledgement[] {
  const problems = problemsOf(entries);
  const applied = new Map<string, AppliedAcknowledgement>();
  for (const entry of entries) {
    for (const { at, environment } of environments.flatMap((environment) =>
      (selected(entry, environment) ?? []).map((at) => ({ at, environment })),
    )) {
      for (const id of typeof entry.ids === 'function' ? entry.ids(at, environment) : entry.ids) {
        const key = `${at.node.path}|${id}`;
        const other = applied.get(key);
        if (!id.includes('::')) problems.push(`${entry.name}: ${id} lacks its pack; write <pack>::${id}`);
        else if (other)
          problems.push(`${entry.name}: ${other.entry.name} acknowledges ${id} at ${at.node.path} already`);
        else applied.set(key, { entry, id, at });
      }
    }
  }
  if (problems.length > 0) {
    throw new Error(
      `The register of acknowledgements (lib/tools/compliance/register.ts) is not in order:\n  ${problems.join('\n  ')}`,
    );
  }
  for (const { entry, id, at } of applied.values()) {
    cdk.Validations.of(at).acknowledge({ id, reason: reasonOf(entry) });
  }
  return [...applied.values()];
}

/** What findings and reports show of an entry. */
export function reasonOf({ reason, control }: Acknowledgement): string {
  return `${reason} Instead: ${control}`;
}

/** Entries whose review date lies before a day. */
export function overdue(entries: readonly Acknowledgement[], today: string): Acknowledgement[] {
  return entries.filter(({ review }) => review < today);
}
