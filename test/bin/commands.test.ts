import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command as bench } from '../../bin/bench';
import { command as compliance } from '../../bin/compliance';
import { command as cost } from '../../bin/cost';
import { command as destroy } from '../../bin/destroy';
import { command as picture } from '../../bin/picture';
import { command as preflight } from '../../bin/preflight';
import { command as rehearse } from '../../bin/rehearse';
import { command as review } from '../../bin/review';
import { command as verify } from '../../bin/verify';
import { environmentNames } from '../../lib/config/files';
import { type CommandUsage, helpOf } from '../../lib/command/command';
import { EXIT_MEANINGS } from '../../lib/report/exit';
import { scripts } from '../../package.json';

const COMMANDS: readonly CommandUsage[] = [
  preflight,
  verify,
  rehearse,
  review,
  cost,
  compliance,
  destroy,
  picture,
  bench,
];
const DOCUMENT = join(__dirname, '..', '..', 'docs', 'commands.md');

function reference(): string {
  const meanings = Object.entries(EXIT_MEANINGS);
  const width = Math.max(...meanings.map(([, meaning]) => meaning.length));
  return [
    '# Commands',
    '',
    'Every command takes `--help`. What it reports goes to standard output, problems and progress to standard error; with',
    '`--json` standard output is one JSON value or nothing. Colours are for terminals, unless `NO_COLOR` is set. A problem is',
    'told without a stack; `--debug` adds it. `npm run --silent` keeps lines of npm itself out of what a program reads.',
    '',
    `| exit code | ${'meaning'.padEnd(width)} |`,
    `| --------- | ${'-'.repeat(width)} |`,
    ...meanings.map(([code, meaning]) => `| ${code.padEnd(9)} | ${meaning.padEnd(width)} |`),
    '',
    ...COMMANDS.flatMap((command) => [`## ${command.name}`, '', '```text', helpOf(command).trimEnd(), '```', '']),
  ].join('\n');
}

/** Text without the names of the environments, which anybody may add to, and without the line breaks that they shift. */
function withoutNames(text: string, names: readonly string[]): string {
  const lists = [', ', '|'].map((separator) => names.join(separator));
  return lists.reduce((rest, list) => rest.replaceAll(list, '…'), text).replace(/\s+/g, ' ');
}

test('the reference shows every command as its help does', () => {
  if (process.env.UPDATE_GOLDEN) writeFileSync(DOCUMENT, reference());
  const shown = withoutNames(readFileSync(DOCUMENT, 'utf8'), ['dev', 'prod']);
  expect(shown).toBe(withoutNames(reference(), environmentNames()));
});

test('every script that runs a file of bin runs the command of its name', () => {
  const files = Object.entries(scripts).flatMap(([name, line]) => {
    const [, file] = / bin\/(\w+)\.ts/.exec(line) ?? [];
    return file === undefined ? [] : [[name, file]];
  });
  expect(files.sort()).toEqual(COMMANDS.map(({ name }) => [name, name]).sort());
});

test('every command that reports has --json', () => {
  const reporting = COMMANDS.filter(({ reports }) => reports).map(({ name }) => name);
  expect(reporting).toEqual(['preflight', 'verify', 'rehearse', 'review', 'cost', 'compliance', 'destroy']);
});
