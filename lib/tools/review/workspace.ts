import { execFile, execFileSync } from 'child_process';
import * as crypto from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { promisify } from 'util';

/** A mistake in how the command is used, or something on this side of AWS that went wrong; its message is for people. */
export class ReviewError extends Error {}

export interface WorkspaceProps {
  /** Root of the repository whose working tree is head. */
  readonly repository: string;

  /** Folder for what is worth keeping between runs. */
  readonly cache: string;

  /** Folder for what is not. */
  readonly temporary: string;

  /** Environment of the processes that synthesize. */
  readonly env: NodeJS.ProcessEnv;

  /** ISO 8601 date; a kept assembly of another day may carry other warnings. */
  readonly today: string;

  /** Whether compliance packs and CloudFormation Validate run. */
  readonly validation: boolean;

  /**
   * Context of the working tree's synth on top of its cdk.json. The base is what its own files say.
   *
   * @default - none
   */
  readonly context?: Readonly<Record<string, string>>;
}

/** Number of synthesized commits that are kept. */
const KEPT = 5;

/** Git, dependencies and synth of both sides. */
export class Workspace {
  private readonly worktrees = new Set<string>();

  constructor(private readonly props: WorkspaceProps) {}

  /** Output of a git command in the repository. */
  git(...args: string[]): string {
    try {
      return execFileSync('git', args, {
        cwd: this.props.repository,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }).trim();
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new ReviewError(`git ${args.join(' ')}: ${stderr?.trim() || (error as Error).message}`);
    }
  }

  /**
   * The commit to compare with.
   *
   * @param ref as the command line names it; without it, where the work left origin/main or main
   */
  baseCommit(ref: string | undefined): string {
    if (ref !== undefined) {
      const commit = this.commitOf(ref);
      if (commit) return commit;
      throw new ReviewError(`--base ${ref}: no such commit, branch or tag`);
    }
    for (const candidate of ['origin/main', 'main']) {
      if (this.commitOf(candidate)) return this.git('merge-base', candidate, 'HEAD');
    }
    throw new ReviewError('neither origin/main nor main exists; name a commit with --base');
  }

  private commitOf(ref: string): string | undefined {
    try {
      return this.git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
    } catch {
      return undefined;
    }
  }

  /** Whether files that git knows or would add differ from the last commit. */
  isDirty(): boolean {
    return this.git('status', '--porcelain') !== '';
  }

  /** Cloud assembly of a commit, kept for the next time. */
  async synthesizeCommit(commit: string): Promise<string> {
    const { cache, today, validation } = this.props;
    const kept = path.join(cache, 'assemblies', `${commit}-${today}-${validation ? 'validated' : 'plain'}`);
    if (fs.existsSync(kept)) return kept;
    const directory = path.join(this.props.temporary, `base-${commit.slice(0, 8)}`);
    this.worktrees.add(directory);
    this.git('worktree', 'add', '--detach', '--force', directory, commit);
    await this.installDependencies(directory, commit);
    const output = `${directory}-out`;
    const { env } = this.props;
    await synthesize({ directory, output, env, validation, name: commit.slice(0, 8) });
    keep(output, kept);
    this.cleanUp();
    return kept;
  }

  /** Cloud assembly of the working tree. */
  async synthesizeHead(): Promise<string> {
    const output = path.join(this.props.temporary, 'head-out');
    const { repository: directory, env, validation, context } = this.props;
    await synthesize({ directory, output, env, validation, context });
    return output;
  }

  /** Removes the worktrees; safe to call at any time and more than once. */
  cleanUp(): void {
    for (const directory of this.worktrees) {
      this.worktrees.delete(directory);
      fs.rmSync(directory, { recursive: true, force: true });
      this.git('worktree', 'prune');
    }
  }

  /** Dependencies by the commit's own lock file: head's where the two are equal, else installed once per lock file. */
  private async installDependencies(directory: string, commit: string): Promise<void> {
    const { repository, cache } = this.props;
    const lock = path.join(directory, 'package-lock.json');
    if (!fs.existsSync(lock)) throw new ReviewError(`${commit.slice(0, 8)} has no package-lock.json`);
    const headLock = path.join(repository, 'package-lock.json');
    const equal = fs.existsSync(headLock) && fs.readFileSync(lock).equals(fs.readFileSync(headLock));
    let modules = path.join(repository, 'node_modules');
    if (!equal) {
      const hash = crypto.createHash('sha256').update(fs.readFileSync(lock)).digest('hex').slice(0, 16);
      const installed = path.join(cache, 'dependencies', hash);
      modules = path.join(installed, 'node_modules');
      if (!fs.existsSync(modules)) await this.npmInstall(directory, installed, commit);
    }
    fs.symlinkSync(modules, path.join(directory, 'node_modules'));
  }

  private async npmInstall(directory: string, installed: string, commit: string): Promise<void> {
    const fresh = `${installed}.${crypto.randomUUID()}`;
    fs.mkdirSync(fresh, { recursive: true });
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      const from = path.join(directory, file);
      if (fs.existsSync(from)) fs.copyFileSync(from, path.join(fresh, file));
    }
    const npm = (command: string) =>
      run('npm', [command, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], {
        cwd: fresh,
        env: this.props.env,
      });
    try {
      // A lock file written on another platform may lack optional parts of this one, which `npm ci` refuses. `npm install`
      // adds them and keeps to every version that the file pins.
      await npm('ci').catch((error: unknown) => {
        if (!String((error as { stderr?: string }).stderr).includes('EUSAGE')) throw error;
        return npm('install');
      });
      fs.rmSync(installed, { recursive: true, force: true });
      fs.renameSync(fresh, installed);
    } catch (error) {
      fs.rmSync(fresh, { recursive: true, force: true });
      throw new ReviewError(`npm ci for ${commit.slice(0, 8)} failed:\n${lastLines(error)}`);
    }
  }
}

interface SynthOptions {
  /** Folder with a cdk.json. */
  readonly directory: string;

  /** Folder that the cloud assembly is written to; it is emptied first. */
  readonly output: string;

  /** Environment of the process. */
  readonly env: NodeJS.ProcessEnv;

  /** Whether compliance packs and CloudFormation Validate run. */
  readonly validation: boolean;

  /**
   * Context on top of the cdk.json's, as `-c` of the CDK CLI.
   *
   * @default - none
   */
  readonly context?: Readonly<Record<string, string>>;

  /**
   * Name of the folder in messages.
   *
   * @default - the working tree
   */
  readonly name?: string;
}

/**
 * Runs the app of a folder as its cdk.json says, without the CDK CLI.
 *
 * @throws ReviewError with the last lines that the app printed
 */
async function synthesize({
  directory,
  output,
  env,
  validation,
  context: given,
  name = 'the working tree',
}: SynthOptions): Promise<void> {
  const file = path.join(directory, 'cdk.json');
  if (!fs.existsSync(file)) throw new ReviewError(`${name} has no cdk.json, so there is no app to compare with`);
  const { app, context } = JSON.parse(fs.readFileSync(file, 'utf8')) as { app?: string; context?: object };
  if (!app) throw new ReviewError(`cdk.json of ${name} names no app`);
  fs.rmSync(output, { recursive: true, force: true });
  const settings = {
    ...context,
    ...given,
    // Open findings are part of the report, not a reason to have none.
    '@aws-cdk/core:failSynthOnValidationErrors': false,
  };
  try {
    await run('sh', ['-c', app], {
      cwd: directory,
      env: {
        ...env,
        CDK_OUTDIR: output,
        CDK_CONTEXT_JSON: JSON.stringify(settings),
        ...(validation ? {} : { CDK_VALIDATION: 'false' }),
      },
      maxBuffer: 2 ** 26,
    });
  } catch (error) {
    throw new ReviewError(`synth of ${name} failed:\n${lastLines(error)}`, { cause: error });
  }
  if (!fs.existsSync(path.join(output, 'manifest.json'))) {
    throw new ReviewError(`synth of ${name} wrote no cloud assembly: \`${app}\` does not follow CDK_OUTDIR`);
  }
  // Without the packs the report says nothing about compliance.
  if (!validation) fs.rmSync(path.join(output, 'validation-report.json'), { force: true });
}

const run = promisify(execFile);

function lastLines(error: unknown): string {
  const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message: string };
  return (stderr?.trim() || stdout?.trim() || message).split('\n').slice(-20).join('\n');
}

/** Moves an assembly into the cache without its archives, which nobody compares and which are large. */
function keep(output: string, kept: string): void {
  const folder = path.dirname(kept);
  fs.mkdirSync(folder, { recursive: true });
  for (const file of fs.readdirSync(output)) if (file.endsWith('.zip')) fs.rmSync(path.join(output, file));
  const fresh = `${kept}.${crypto.randomUUID()}`;
  fs.cpSync(output, fresh, { recursive: true });
  fs.rmSync(output, { recursive: true, force: true });
  if (fs.existsSync(kept)) fs.rmSync(fresh, { recursive: true, force: true });
  else fs.renameSync(fresh, kept);
  const age = (name: string) => fs.statSync(path.join(folder, name)).mtimeMs;
  const old = fs.readdirSync(folder).sort((a, b) => age(b) - age(a));
  for (const name of old.slice(KEPT)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
}
