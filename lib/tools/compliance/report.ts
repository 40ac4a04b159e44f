import type { Table } from '../../report/document';
import { markdownTable } from '../../report/markdown';
import { type AppliedAcknowledgement, reasonOf } from './acknowledgement';
import type { ValidationReport, Violation } from '../../assembly/validation-report';
import type { Evaluation } from './recorder';

export const STATES = ['Compliant', 'Non-Compliant', 'Suppressed', 'Error'] as const;
export type State = (typeof STATES)[number];

/** One rule and one resource, or one finding of the rule at the resource. */
export interface Row {
  readonly rule: string;
  readonly resource: string;
  readonly stack: string;
  readonly state: State;

  /** Why a suppressed finding stays. */
  readonly reason?: string;

  /** Where it is acknowledged: a construct path. */
  readonly acknowledgedAt?: string;

  /** Entry of the register, owner and review date. */
  readonly entry?: { readonly name: string; readonly owner: string; readonly review: string };

  readonly level: string;
  readonly info: string;
}

/** What one pack says about one environment. */
export interface PackReport {
  readonly pack: string;

  /** Every rule and resource it applies to, sorted. */
  readonly rows: readonly Row[];

  /** Evaluations that did not apply to their resource. */
  readonly notApplicable: number;

  /** Whether the pack tells what it found in order, or only what it found wrong. */
  readonly complete: boolean;
}

/** Where a report comes from; the same for the same commit. */
export interface ReportHeader {
  readonly environment: string;
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;

  /** SHA-256 of every template, by stack. */
  readonly templates: Readonly<Record<string, string>>;
}

/**
 * Rows of a pack whose evaluations were recorded. Whether a finding is suppressed is what the framework said, not what
 * the register hopes for.
 */
export function packRows(
  pack: string,
  evaluations: readonly Evaluation[],
  report: ValidationReport,
  applied: readonly AppliedAcknowledgement[],
): Row[] {
  const suppressed = new Map(
    (report.pluginReports.find(({ pluginName }) => pluginName === pack)?.suppressedViolations ?? []).flatMap(
      (violation) =>
        violation.violatingConstructs.map(({ constructPath }) => [`${violation.ruleName}|${constructPath}`, violation]),
    ),
  );
  const rows = evaluations
    .filter((evaluation) => evaluation.pack === pack)
    .flatMap(({ ids, resource, stack, result, level, info }) =>
      ids.map((rule): Row => {
        const by = suppressed.get(`${rule}|${resource}`);
        const row = { rule, resource, stack, level, info };
        // A rule that could not tell has not passed, whatever is acknowledged.
        if (!by || result === 'Error') return { ...row, state: result };
        return {
          ...row,
          state: 'Suppressed',
          reason: by.reason,
          ...source(by.acknowledgedId, by.acknowledgedAt, applied),
        };
      }),
    );
  return sorted(rows);
}

/** Rows of a plugin that only tells what is wrong. */
export function findingRows(
  plugin: string,
  report: ValidationReport,
  stackOf: (constructPath: string) => string,
  applied: readonly AppliedAcknowledgement[],
): Row[] {
  const { violations = [], suppressedViolations = [] } =
    report.pluginReports.find(({ pluginName }) => pluginName === plugin) ?? {};
  const rows = (violation: Violation, more: Pick<Row, 'state'> & Partial<Row>) =>
    violation.violatingConstructs.map(({ constructPath = '' }) => ({
      rule: violation.ruleName,
      resource: constructPath,
      stack: stackOf(constructPath),
      level: violation.severity === 'error' ? 'Error' : 'Warning',
      info: violation.description,
      ...more,
    }));
  return sorted([
    ...violations.flatMap((violation) => rows(violation, { state: 'Non-Compliant' })),
    ...suppressedViolations.flatMap((violation) =>
      rows(violation, {
        state: 'Suppressed',
        reason: violation.reason,
        ...source(violation.acknowledgedId, violation.acknowledgedAt, applied),
      }),
    ),
  ]);
}

/**
 * Rows of checks outside the framework, whose acknowledgements are of the same register. An acknowledgement that
 * acknowledges nothing is a row of its own, because no synth sees it.
 */
export function manifestRows(evaluations: readonly Evaluation[], applied: readonly AppliedAcknowledgement[]): Row[] {
  const open = evaluations.filter(({ result }) => result === 'Non-Compliant');
  const idle = applied.filter(({ id }) => !open.some(({ pack, ids }) => ids.some((own) => `${pack}::${own}` === id)));
  return sorted([
    ...evaluations.map(({ pack, ids: [id = ''], rule, resource, stack, result, level, info }) => {
      const found = applied.find((acknowledgement) => acknowledgement.id === `${pack}::${id}`);
      const row = { rule, resource, stack, level, info };
      if (result !== 'Non-Compliant' || !found) return { ...row, state: result };
      return {
        ...row,
        state: 'Suppressed' as const,
        reason: reasonOf(found.entry),
        ...source(found.id, found.at.node.path, applied),
      };
    }),
    ...idle.map(({ id, at, entry }) => ({
      rule: 'unused-acknowledgement',
      resource: at.node.path,
      stack: at.node.path.split('/')[0] ?? '',
      state: 'Non-Compliant' as const,
      level: 'Error',
      info: `The entry ${entry.name} acknowledges what no check finds: ${id}. Take it out of lib/tools/compliance/register.ts.`,
    })),
  ]);
}

function source(id: string, path: string | undefined, applied: readonly AppliedAcknowledgement[]): Partial<Row> {
  const found = applied.find((acknowledgement) => acknowledgement.id === id && acknowledgement.at.node.path === path);
  return {
    acknowledgedAt: path,
    ...(found && {
      entry: { name: found.entry.name, owner: found.entry.owner, review: found.entry.review },
    }),
  };
}

function sorted(rows: Row[]): Row[] {
  const key = ({ rule, resource, info }: Row) => `${rule}\n${resource}\n${info}`;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** How many rows of a report are in a state. */
export function count({ rows }: Pick<PackReport, 'rows'>, state: State): number {
  return rows.filter((row) => row.state === state).length;
}

/** The columns of cdk-nag 2, so that what read its reports reads these. */
export function toCsv({ rows }: PackReport): string {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return [
    'Rule ID,Resource ID,Compliance,Exception Reason,Rule Level,Rule Info',
    ...rows.map(({ rule, resource, state, reason = 'N/A', level, info }) =>
      [rule, resource, state, reason, level, info].map(quote).join(','),
    ),
    '',
  ].join('\n');
}

/** One pack's report for a program: header, counts and every row. */
export function toJson(header: ReportHeader, report: PackReport): string {
  return `${JSON.stringify({ header, ...packSummary(report), rows: report.rows }, undefined, 2)}\n`;
}

/** A pack without its rows, for a program. */
export function packSummary(report: PackReport) {
  const { pack, complete, notApplicable } = report;
  const summary = Object.fromEntries(STATES.map((state) => [state, count(report, state)]));
  return { pack, complete, summary: { ...summary, 'N/A': notApplicable } };
}

/** How many rows of which pack are in which state. */
export function packTable(packs: readonly PackReport[]): Table {
  return {
    columns: ['pack', 'compliant', 'non-compliant', 'suppressed', 'errors', 'N/A'],
    right: [1, 2, 3, 4, 5],
    rows: packs.map((report) => [
      report.pack,
      ...STATES.map((state) => (report.complete || state !== 'Compliant' ? String(count(report, state)) : 'not told')),
      report.complete ? String(report.notApplicable) : 'not told',
    ]),
  };
}

/** Everything of an environment that is no pass, with the pack that says so. */
export function openRows(packs: readonly PackReport[]): (Row & { readonly pack: string })[] {
  return packs.flatMap(({ pack, rows }) =>
    rows.filter(({ state }) => state === 'Non-Compliant' || state === 'Error').map((row) => ({ pack, ...row })),
  );
}

/** For a pull request: the table of packs, then whatever is open, then what is suppressed by which entry. */
export function toMarkdown(header: ReportHeader, packs: readonly PackReport[]): string {
  const open = openRows(packs);
  const entries = new Map<string, { owner: string; review: string; findings: number }>();
  for (const { entry } of packs.flatMap(({ rows }) => rows)) {
    if (!entry) continue;
    const findings = (entries.get(entry.name)?.findings ?? 0) + 1;
    entries.set(entry.name, { owner: entry.owner, review: entry.review, findings });
  }
  const orNothing = (content: Table) => (content.rows.length > 0 ? markdownTable(content) : 'Nothing.\n');
  return [
    `# Compliance of ${header.environment}`,
    '',
    `Commit \`${header.commit}\`. ${Object.entries(header.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    markdownTable(packTable(packs)),
    '## Open',
    '',
    orNothing({
      columns: ['pack', 'rule', 'resource', 'state', 'what'],
      rows: open.map(({ pack, rule, resource, state, info }) => [pack, rule, resource, state, info]),
    }),
    '## Acknowledged',
    '',
    orNothing({
      columns: ['entry of the register', 'findings', 'owner', 'review by'],
      right: [1],
      rows: [...entries]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { findings, owner, review }]) => [name, String(findings), owner, review]),
    }),
  ].join('\n');
}
