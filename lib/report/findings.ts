import { tableLines } from './terminal';

/** `not run` is no pass: what could not be looked at may be wrong. */
export type Result = 'ok' | 'warning' | 'failed' | 'not run';

/** What a check says. Everything but `ok` comes with a way out. */
export type Outcome =
  | { readonly result: 'ok'; readonly found: string }
  | { readonly result: Exclude<Result, 'ok'>; readonly found: string; readonly fix: string };

/** One line of the report. */
export type Finding = Outcome & { readonly check: string };

/** One thing to look at. */
export interface Check<Context> {
  readonly title: string;
  readonly run: (context: Context) => Promise<Outcome | readonly Outcome[]>;
}

export const ok = (found: string): Outcome => ({ result: 'ok', found });
export const warning = (found: string, fix: string): Outcome => ({ result: 'warning', found, fix });
export const failed = (found: string, fix: string): Outcome => ({ result: 'failed', found, fix });
export const notRun = (found: string, fix: string): Outcome => ({ result: 'not run', found, fix });

/** The failed outcomes if there are any, and otherwise one that says what holds. */
export function allOk(problems: readonly Outcome[], found: string): readonly Outcome[] {
  return problems.length > 0 ? problems : [ok(found)];
}

/**
 * Runs checks beside each other and lists what they found in their order. A check that cannot look is `not run`.
 *
 * @param explain what an error means to whoever runs the command
 */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  explain: (error: unknown) => Outcome,
): Promise<Finding[]> {
  const outcomes = await Promise.all(
    checks.map(async ({ title, run }) => {
      try {
        return [await run(context)].flat().map((outcome) => ({ check: title, ...outcome }));
      } catch (error) {
        return [{ check: title, ...explain(error) }];
      }
    }),
  );
  return outcomes.flat();
}

/** Lines for checks that nobody tries because of an earlier finding. */
export function skipped<Context>(checks: readonly Check<Context>[], found: string, fix: string): Finding[] {
  return checks.map(({ title }) => ({ check: title, ...notRun(found, fix) }));
}

/** 0 when nothing failed and everything was looked at, otherwise 1. */
export function exitCode(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ result }) => result === 'failed' || result === 'not run') ? 1 : 0;
}

/** Characters that a narrow terminal still shows side by side: check, result, what was found, how to fix it. */
const WIDTHS = [22, 7, 56, 74];

const RESULTS: readonly Result[] = ['ok', 'warning', 'failed', 'not run'];

/** The findings as a table, with a sum at the end. */
export function report(findings: readonly Finding[]): string {
  const rows = findings.map((finding, i) => [
    findings[i - 1]?.check === finding.check ? '' : finding.check,
    finding.result,
    finding.found,
    finding.result === 'ok' ? '' : finding.fix,
  ]);
  const counts = countResults(findings);
  return [
    ...tableLines({ columns: ['CHECK', 'RESULT', 'WHAT WAS FOUND', 'HOW TO FIX'], rows, widths: WIDTHS }),
    '',
    RESULTS.map((result) => `${counts[result]} ${result}`).join(', '),
  ].join('\n');
}

/** The findings for a program: how many have which result, and each of them. */
export function findingsData(findings: readonly Finding[]) {
  return { results: countResults(findings), findings };
}

function countResults(findings: readonly Finding[]): Readonly<Record<Result, number>> {
  const count = (result: Result) => findings.filter((finding) => finding.result === result).length;
  return { ok: count('ok'), warning: count('warning'), failed: count('failed'), 'not run': count('not run') };
}

/** `a, b and c`. */
export function enumerate(items: readonly string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
