import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CommanderError, Command as Parser, Option as ParserOption } from 'commander';
import { CONTEXT_HELP, parseContext } from '../config/run';
import { EXIT, EXIT_MEANINGS, type ExitCode } from '../report/exit';
import { explainError } from './explain';
import { Progress, type ProgressStream } from './progress';

/** A mistake in how a command is used. */
export class UsageError extends Error {}

/** An option that a command takes beside those of every command. */
export interface Option {
  /** One line of help. */
  readonly help: string;

  /**
   * Name of the option's value in the help.
   *
   * @default - the option is given or not
   */
  readonly value?: string;

  /**
   * Whether the option may be given more than once.
   *
   * @default - the last one counts
   */
  readonly repeated?: true;

  /**
   * Value without the option.
   *
   * @default - undefined
   */
  readonly default?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** Values of options, by name as the command line spells it. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { readonly repeated: true }
    ? readonly string[]
    : O[K] extends { readonly default: string }
      ? string
      : O[K] extends { readonly value: string }
        ? string | undefined
        : boolean;
};

/** What a command takes beside options; it says itself which and how many, with a UsageError. */
export interface Arguments {
  /** Name in the usage and the help, such as `environment`. */
  readonly name: string;

  /** How the usage writes it, such as `<environment>`. */
  readonly usage: string;

  /** One line of help. */
  readonly help: string;
}

/** What the process gives to a command. */
export interface Terminal {
  /** Arguments after the name of the command. */
  readonly args: readonly string[];

  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;

  /** ISO 8601 date. */
  readonly today: string;

  /** Standard output: what the command reports. */
  readonly out: ProgressStream;

  /** Standard error: problems and progress. */
  readonly err: ProgressStream;

  /** Has something done if the process ends before the command does, such as on Ctrl+C. */
  readonly onExit: (cleanUp: () => void) => void;
}

/** What a command works with. */
export interface CommandContext<O extends Options = Options> {
  readonly arguments: readonly string[];
  readonly options: OptionValues<O>;

  /** Values of `-c`. */
  readonly context: Readonly<Record<string, string>>;

  readonly env: Terminal['env'];
  readonly today: string;

  /** Whether whoever reads the report sees ANSI colours. */
  readonly colour: boolean;

  /** Whether the report is to be JSON. */
  readonly json: boolean;

  readonly progress: Progress;

  /** Prints a line while the command is at work; with `--json` it does not get between the report. */
  readonly say: (text: string) => void;

  /** Prints a line about what is wrong on standard error. */
  readonly complain: (text: string) => void;

  /** Prints the report: as text, or with `--json` as one JSON value, of which only the one asked for is made. */
  readonly report: (text: () => string, json: () => unknown) => void;

  /** Has something done when the command ends, however it ends. */
  readonly cleanUp: (work: () => void) => void;

  /** A new folder that goes when the command ends. */
  readonly temporaryFolder: () => string;
}

/** What a command takes and means; its help is made of that. */
export interface CommandUsage {
  /** Its script in package.json. */
  readonly name: string;

  /** What the command is for, in one sentence. */
  readonly summary: string;

  /** What stands behind `npm run <name> --` in examples, each with what it does. */
  readonly examples: Readonly<Record<string, string>>;

  /**
   * What the command takes beside options.
   *
   * @default - nothing
   */
  readonly arguments?: Arguments;

  /**
   * Options beside those of every command.
   *
   * @default - none
   */
  readonly options?: Options;

  /** Whether the command builds the app, so that `-c` counts. */
  readonly builds: boolean;

  /** Whether the command has a report, so that there is `--json`. */
  readonly reports: boolean;

  /**
   * What exit codes mean where the command says more than `EXIT_MEANINGS`.
   *
   * @default - as for every command
   */
  readonly exitCodes?: Readonly<Partial<Record<ExitCode, string>>>;
}

/** A command, for `npm run <name>`. */
export interface Command<O extends Options = Options> extends CommandUsage {
  /**
   * Options beside those of every command.
   *
   * @default - none
   */
  readonly options?: O;

  /** Does the command's work; what it throws is explained and ends the process with an error code. */
  readonly run: (context: CommandContext<O>) => ExitCode | Promise<ExitCode>;
}

/** A command whose options have the types that they are described with. */
export function defineCommand<O extends Options>(command: Command<O>): Command<O> {
  return command;
}

/**
 * Runs a command.
 *
 * @returns exit code: what the command says, 2 when it throws a UsageError, 1 when it throws anything else
 */
export async function runCommand<O extends Options>(command: Command<O>, terminal: Terminal): Promise<ExitCode> {
  const { args, env, today, out, err } = terminal;
  const print = (stream: ProgressStream, text: string) => stream.write(text.endsWith('\n') ? text : `${text}\n`);
  let debug = false;
  const cleanUps: (() => void)[] = [];
  const cleanUp = () => cleanUps.splice(0).forEach((work) => work());
  terminal.onExit(cleanUp);
  try {
    const given = parse(command, args);
    if (given === 'help') {
      print(out, helpOf(command));
      return EXIT.fine;
    }
    const { json } = given;
    debug = given.debug;
    return await command.run({
      ...given,
      env,
      today,
      colour: out.isTTY === true && !env.NO_COLOR,
      progress: new Progress(err),
      say: (text) => print(json ? err : out, text),
      complain: (text) => print(err, text),
      report: (text, value) => print(out, json ? JSON.stringify(value(), undefined, 2) : text()),
      cleanUp: (work) => cleanUps.push(work),
      temporaryFolder: () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), `erp-${command.name}-`));
        cleanUps.push(() => fs.rmSync(folder, { recursive: true, force: true }));
        return folder;
      },
    });
  } catch (error) {
    const isUsage = error instanceof UsageError;
    print(err, isUsage ? `${error.message}\n\n${helpOf(command)}` : explainError(error, debug));
    return isUsage ? EXIT.usage : EXIT.problem;
  } finally {
    cleanUp();
  }
}

type Given<O extends Options> = Pick<CommandContext<O>, 'arguments' | 'options' | 'context' | 'json'> & {
  readonly debug: boolean;
};

/** @throws UsageError */
function parse<O extends Options>(command: Command<O>, args: readonly string[]): Given<O> | 'help' {
  const parser = parserOf(command);
  try {
    parser.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return 'help';
    const message = error.message.replace(/^error: /, '');
    throw new UsageError(`${message.charAt(0).toUpperCase()}${message.slice(1)}`);
  }
  const values = parser.opts();
  const options = Object.entries<Option>(command.options ?? {}).map(([name, { value, repeated }]) => {
    const option = parser.options.find(({ long }) => long === `--${name}`);
    const given: unknown = values[option?.attributeName() ?? ''];
    // The parser takes --no-x for "x is false".
    return [name, value === undefined ? given === !option?.negate : (given ?? (repeated ? [] : undefined))];
  });
  return {
    arguments: parser.args,
    options: Object.fromEntries(options) as OptionValues<O>,
    context: contextOf(values.context as string[] | undefined),
    json: values.json === true,
    debug: values.debug === true,
  };
}

function contextOf(pairs?: readonly string[]): Record<string, string> {
  try {
    return parseContext(pairs);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The whole help of a command. */
export function helpOf(command: CommandUsage): string {
  const { name, examples, exitCodes = {} } = command;
  const lines = Object.entries(examples).map(([rest, what]) => [`npm run ${name}${rest && ` -- ${rest}`}`, what]);
  const width = Math.max(...lines.map(([line = '']) => line.length));
  const codes = Object.values(EXIT).filter((code) => code !== EXIT.loss || exitCodes[code] !== undefined);
  return [
    parserOf(command).helpInformation(),
    'Examples:',
    ...lines.map(([line = '', what]) => `  ${line.padEnd(width)}  ${what}`),
    '',
    `exit code: ${codes.map((code) => `${code} ${exitCodes[code] ?? EXIT_MEANINGS[code]}`).join('; ')}`,
    '',
  ].join('\n');
}

function parserOf({ name, summary, arguments: taken, options = {}, builds, reports }: CommandUsage): Parser {
  const parser = new Parser(`npm run ${name} --`)
    .description(summary)
    .usage([taken?.usage, '[options]'].filter(Boolean).join(' '))
    // Otherwise as wide as the terminal, and the reference would depend on who wrote it.
    .configureHelp({ helpWidth: 120 })
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .exitOverride();
  // What the command says is clearer than "missing argument" and "too many".
  if (taken) parser.argument(`[${taken.name}...]`, taken.help);
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  for (const [option, { help, value, repeated, default: fallback }] of Object.entries(options)) {
    const flags = value === undefined ? `--${option}` : `--${option} <${value}>`;
    const parsed = new ParserOption(flags, help).default(fallback, fallback);
    parser.addOption(repeated ? parsed.argParser(collect) : parsed);
  }
  if (builds) parser.option('-c, --context <key=value>', CONTEXT_HELP, collect);
  if (reports) parser.option('--json', 'the report as JSON on standard output, all else on standard error');
  return parser.option('--debug', 'show where an error comes from').helpOption('-h, --help', 'this text');
}
