import * as path from 'node:path';
import type { Run } from '../programs';
import type { Rehearsal } from '../rehearsal';
import type { Emulator } from './emulator';

/** Seconds that one command may take. */
const LIMIT = 900;

/** Gives a program a terminal, as a person has one, on every system that has Python. */
const ON_A_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

export interface CommandOptions {
  /**
   * Have a terminal, and type this whenever it asks what `asks` describes.
   *
   * @default - pipes and no input, as in a pipeline
   */
  readonly terminal?: { readonly asks: RegExp; readonly answer: string };

  /**
   * Hears each line as it comes.
   *
   * @default - nobody does
   */
  readonly hear?: (line: string) => void;
}

/** Runs commands as people do, in the checkout and against the emulator. */
export class Commands {
  constructor(
    private readonly rehearsal: Rehearsal,
    private readonly emulator: Emulator,
    private readonly python: string,
  ) {}

  /** The CDK CLI. */
  cdk(args: readonly string[], options?: CommandOptions): Promise<Run> {
    const cli = path.join(this.rehearsal.repository, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    return this.run(['cdk', ...args], process.execPath, [cli, ...args], options);
  }

  /** A command of this repository: `npm run <name> -- <args>`. */
  own(name: string, args: readonly string[], options?: CommandOptions): Promise<Run> {
    const all = ['run', '--silent', name, '--', ...args];
    return this.run(['npm run', name, '--', ...args], 'npm', all, options);
  }

  /** A Python program with the AWS SDK. */
  script(name: string, script: string, args: readonly string[], region: string): Promise<Run> {
    const { programs } = this.rehearsal;
    const python = path.join(this.python, 'bin', 'python');
    const env = { ...this.emulator.env, AWS_REGION: region, AWS_DEFAULT_REGION: region };
    return programs.run(name, python, [script, ...args], { env, limit: LIMIT });
  }

  /** The AWS CLI. */
  aws(args: readonly string[]): Promise<Run> {
    return this.run(['aws', ...args], path.join(this.python, 'bin', 'python'), ['-m', 'awscli', ...args]);
  }

  private run(shown: readonly string[], file: string, args: readonly string[], options: CommandOptions = {}) {
    const { programs, journal, repository } = this.rehearsal;
    const { terminal, hear } = options;
    journal.say(`$ ${shown.join(' ')}`);
    const common = { cwd: repository, env: this.emulator.env, limit: LIMIT, hear };
    const name = shown.slice(0, 2).join(' ');
    if (!terminal) return programs.run(name, file, args, common);
    const python = path.join(this.python, 'bin', 'python');
    const reply = { to: terminal.asks, with: terminal.answer };
    return programs.run(name, python, ['-c', ON_A_TERMINAL, file, ...args], { ...common, reply });
  }
}

/** Last lines of what a program said. */
export function tail({ output }: Run, count = 6): string {
  return output.trim().split('\n').filter(Boolean).slice(-count).join('\n');
}
