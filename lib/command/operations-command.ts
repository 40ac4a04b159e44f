import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { parseArgs } from 'util';
import { CONFIGS, type Environment, loadEnvironments } from '../config';
import { ENVIRONMENTS, type EnvironmentName } from '../config/environment';
import { ConfigurationError } from '../config/problems';
import { CONTEXT_HELP, CONTEXT_OPTION, configsForRun, parseContext } from '../config/run';
import { assemble } from '../assembly/app';
import { type AssemblyStack, type SynthesizedAssembly, stacksOf } from '../assembly/assembly';
import { Aws } from '../tools/operations/aws';

/** What the process gives to a command. */
export interface Terminal {
  readonly args: readonly string[];

  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;

  /** ISO 8601 date. */
  readonly today: string;

  readonly say: (text: string) => void;
}

/** What every command of an environment works with. */
export interface CommandContext extends Terminal {
  readonly environment: Environment;
  readonly assembly: SynthesizedAssembly;

  /** Stacks of the environment, upstream first. */
  readonly stacks: readonly AssemblyStack[];

  readonly aws: Aws;

  /** Options given, each `true` or its text. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

export interface Command {
  readonly name: string;

  /** Options it takes beside the environment, with a line of help each. */
  readonly options?: Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly help: string }>>;

  /** @returns the exit code */
  readonly run: (context: CommandContext) => Promise<number>;
}

/**
 * Runs a command: reads its arguments, loads the environment, synthesizes it.
 *
 * @returns exit code: what the command says, 1 when the configuration is wrong, 2 when the arguments are
 */
export async function runCommand({ name, options = {}, run }: Command, terminal: Terminal): Promise<number> {
  const usage = [
    `Usage: npm run ${name} -- <environment>${Object.keys(options)
      .map((option) => ` [--${option}${options[option]?.type === 'string' ? ' <value>' : ''}]`)
      .join('')}`,
    `Environments: ${ENVIRONMENTS.join(', ')}`,
    ...Object.entries(options).map(([option, { help }]) => `--${option}: ${help}`),
    `-c, --context: ${CONTEXT_HELP}`,
  ].join('\n');
  const refuse = (problem: string) => {
    terminal.say(`${problem}\n${usage}`);
    return 2;
  };

  let parsed;
  let chosen: CommandContext['options'];
  let given: Record<string, string>;
  try {
    parsed = parseArgs({
      args: [...terminal.args],
      options: { ...options, context: CONTEXT_OPTION },
      allowPositionals: true,
    });
    const { context, ...own } = parsed.values;
    chosen = own;
    given = parseContext(context);
  } catch (error) {
    return refuse((error as Error).message);
  }
  const [wanted, ...more] = parsed.positionals;
  if (wanted === undefined) return refuse('Which environment?');
  if (more.length > 0) return refuse(`One environment at a time; got ${parsed.positionals.join(', ')}`);
  const environmentName = ENVIRONMENTS.find((one): one is EnvironmentName => one === wanted);
  if (!environmentName) return refuse(`There is no environment ${wanted}`);

  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-assembly-'));
  try {
    const [environment] = loadEnvironments(configsForRun([CONFIGS[environmentName]], (key) => given[key]));
    if (!environment) throw new Error(`There is no config of ${environmentName}`);
    const assembly = assemble({ environments: [environment], directory, today: terminal.today });
    return await run({
      ...terminal,
      environment,
      assembly,
      stacks: stacksOf(assembly, environmentName),
      aws: new Aws(environment.config.region, terminal.env.AWS_ENDPOINT_URL),
      options: chosen,
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    terminal.say(error.message);
    return 1;
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
