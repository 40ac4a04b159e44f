import { assemble } from '../assembly/app';
import { type AssemblyStack, type SynthesizedAssembly, stacksOf } from '../assembly/assembly';
import { type Environment, readEnvironments } from '../config';
import { environmentId } from '../config/environment';
import { environmentNames } from '../config/files';
import {
  type Command,
  type CommandContext,
  type CommandUsage,
  type Options,
  UsageError,
  defineCommand,
} from './command';
import type { ExitCode } from '../report/exit';

/** What every command of one environment works with. */
export interface EnvironmentContext<O extends Options = Options> extends CommandContext<O> {
  readonly environment: Environment;
  readonly assembly: SynthesizedAssembly;

  /** Stacks of the environment, upstream first. */
  readonly stacks: readonly AssemblyStack[];
}

/** A command about one environment, without what all of them share. */
export interface EnvironmentCommand<O extends Options = Options> extends Omit<CommandUsage, 'arguments' | 'builds'> {
  /**
   * Options beside those of every command.
   *
   * @default - none
   */
  readonly options?: O;

  /** Does the command's work, with the environment synthesized. */
  readonly run: (context: EnvironmentContext<O>) => ExitCode | Promise<ExitCode>;
}

/** A command that takes the name of an environment and looks at what it synthesizes to. */
export function environmentCommand<O extends Options>({ run, ...usage }: EnvironmentCommand<O>): Command<O> {
  return defineCommand({
    ...usage,
    builds: true,
    arguments: { name: 'environment', usage: '<environment>', help: environmentNames().join(', ') },
    run: (context) => {
      const name = environmentIn(context.arguments);
      const [environment] = readEnvironments({ context: (key) => context.context[key], only: name });
      if (!environment) throw new Error(`There is no config of ${name}`);
      const assembly = context.progress.blocking(`synthesizing ${environmentId(name)}`, () =>
        assemble({ environments: [environment], directory: context.temporaryFolder(), today: context.today }),
      );
      return run({ ...context, environment, assembly, stacks: stacksOf(assembly, name) });
    },
  });
}

/** @throws UsageError unless the arguments name one environment */
function environmentIn(given: readonly string[]): string {
  const [wanted, ...more] = given;
  const names = environmentNames();
  const allowed = `allowed are ${names.join(', ')}`;
  if (wanted === undefined) throw new UsageError(`Which environment? ${allowed}`);
  if (more.length > 0) throw new UsageError(`One environment at a time; got ${given.join(', ')}`);
  if (!names.includes(wanted)) throw new UsageError(`There is no environment ${wanted}; ${allowed}`);
  return wanted;
}
