import type { Assembly } from '../../assembly/assembly';
import type { ValidationReport } from '../../assembly/validation-report';

/** One rule at one construct. */
export interface Finding {
  readonly rule: string;
  readonly construct: string;
  readonly description: string;

  /** Why it is acknowledged; undefined for an open finding. */
  readonly reason?: string;
}

/** How the findings of the compliance packs differ. */
export interface FindingsChange {
  /** Open findings that base has not. */
  readonly added: readonly Finding[];

  /** Open findings of base that are gone without an acknowledgement. */
  readonly fixed: readonly Finding[];

  /** Findings that head acknowledges and base does not. */
  readonly acknowledged: readonly Finding[];

  /** Acknowledgements of base that head no longer has. */
  readonly withdrawn: readonly Finding[];

  /** Open findings of head. */
  readonly open: number;

  /** Why there is no comparison. */
  readonly unknown?: string;
}

/** Compares what the packs and CloudFormation Validate say about two assemblies. */
export function compareFindings(base: Assembly, head: Assembly): FindingsChange {
  const none = { added: [], fixed: [], acknowledged: [], withdrawn: [], open: 0 };
  if (!base.validation && !head.validation) return none;
  if (!base.validation || !head.validation) {
    return { ...none, unknown: `${base.validation ? 'head' : 'base'} has no validation report` };
  }
  const [before, after] = [findings(base.validation, base), findings(head.validation, head)];
  const open = (all: Map<string, Finding>, id: string) => all.get(id)?.reason === undefined && all.has(id);
  const acknowledged = (all: Map<string, Finding>, id: string) => all.get(id)?.reason !== undefined;
  const pick = (all: Map<string, Finding>, accept: (id: string) => boolean) =>
    [...all].flatMap(([id, finding]) => (accept(id) ? [finding] : []));
  return {
    added: pick(after, (id) => open(after, id) && !open(before, id)),
    fixed: pick(before, (id) => open(before, id) && !after.has(id)),
    acknowledged: pick(after, (id) => acknowledged(after, id) && !acknowledged(before, id)),
    withdrawn: pick(before, (id) => acknowledged(before, id) && !acknowledged(after, id)),
    open: pick(after, (id) => open(after, id)).length,
  };
}

function findings({ pluginReports }: ValidationReport, { stacks }: Assembly): Map<string, Finding> {
  const inScope = (construct: string) => stacks.some(({ name }) => name === construct.split('/')[0]);
  const found = new Map<string, Finding>();
  for (const { violations = [], suppressedViolations = [] } of pluginReports) {
    for (const { ruleName: rule, description, violatingConstructs, reason } of [
      ...violations.map((violation) => ({ ...violation, reason: undefined })),
      ...suppressedViolations,
    ]) {
      for (const { constructPath = '' } of violatingConstructs) {
        const construct = constructPath.replace(/\/(Resource|Default)$/, '');
        if (inScope(construct)) found.set(`${rule} ${construct}`, { rule, construct, description, reason });
      }
    }
  }
  return found;
}
