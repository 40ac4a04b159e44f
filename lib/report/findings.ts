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

/** Columns of words that a narrow terminal still shows side by side. */
const WIDTHS = { check: 22, result: 7, found: 56, fix: 74 };

/** The findings as a table, with a sum at the end. */
export function report(findings: readonly Finding[]): string {
  const widths = Object.values(WIDTHS);
  const row = (cells: readonly string[]) => {
    const wrapped = cells.map((cell, i) => wrap(cell, widths[i] ?? 0));
    const height = Math.max(...wrapped.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      wrapped
        .map((lines, i) => (lines[line] ?? '').padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    ).join('\n');
  };
  const count = (result: Result) => findings.filter((finding) => finding.result === result).length;
  const rows = findings.map((finding, i) =>
    row([
      findings[i - 1]?.check === finding.check ? '' : finding.check,
      finding.result,
      finding.found,
      finding.result === 'ok' ? '' : finding.fix,
    ]),
  );
  return [
    row(['CHECK', 'RESULT', 'WHAT WAS FOUND', 'HOW TO FIX']),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows,
    '',
    (['ok', 'warning', 'failed', 'not run'] as const).map((result) => `${count(result)} ${result}`).join(', '),
  ].join('\n');
}

/** Breaks text at spaces. A command that somebody copies stays whole as far as it has no spaces. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line ? `${line} ${word}` : word;
    }
    lines.push(line);
  }
  return lines;
}

/** `a, b and c`. */
export function enumerate(items: readonly string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
