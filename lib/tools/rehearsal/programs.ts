import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

export interface ProgramOptions {
  /**
   * Folder that it runs in.
   *
   * @default - that of the logs
   */
  readonly cwd?: string;

  /**
   * Environment variables beside `PATH` and `HOME`; nothing of the command's own comes along.
   *
   * @default - none
   */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunOptions extends ProgramOptions {
  /** Seconds after which it is ended. */
  readonly limit: number;

  /**
   * Kills it.
   *
   * @default - only the limit does
   */
  readonly abort?: AbortSignal;

  /**
   * Hears each line as it comes.
   *
   * @default - nobody does
   */
  readonly hear?: (line: string) => void;

  /**
   * What to type when it asks something.
   *
   * @default - its input is empty
   */
  readonly reply?: { readonly to: RegExp; readonly with: string };
}

/** A program that runs beside the command. */
export interface Program {
  readonly pid: number;

  /** File with what it says. */
  readonly log: string;

  /** Its exit code, once it has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>;

  /** Whether it has ended. */
  readonly hasEnded: () => boolean;

  /** Ends it with all that it has started. */
  readonly stop: () => Promise<void>;
}

/** What a program said and how it ended. */
export interface Run {
  readonly command: string;
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

export interface ProgramsProps {
  /** Folder for logs; the programs have their home in it. */
  readonly folder: string;

  /** Search path of programs. */
  readonly path: string;

  /** Has something done when the command ends, however it ends. */
  readonly cleanUp: (work: () => void) => void;
}

/** Milliseconds that a program gets to end by itself. */
const GRACE = 5_000;

/** Becomes the program when it is told to, so that none runs that nobody guards. */
const WAITING = 'read -r go <&3 || exit 1; exec 3<&-; exec "$0" "$@"';

/** Kills a process group as soon as its input ends, which it does even when the command is killed. */
const GUARD = 'read -r line; kill -s KILL -- "-$0" 2>/dev/null';

/** Starts programs, each in a process group of its own, none of which survives the command. */
export class Programs {
  private readonly running = new Set<Program>();
  private readonly home: string;
  private logs = 0;

  constructor(private readonly props: ProgramsProps) {
    this.home = path.join(props.folder, 'home');
    fs.mkdirSync(this.home, { recursive: true });
    props.cleanUp(() => this.running.forEach(({ pid }) => signal(pid, 'SIGKILL')));
  }

  /** Starts a program that runs until it is stopped. */
  start(name: string, file: string, args: readonly string[] = [], options: ProgramOptions = {}): Program {
    const log = this.logOf(name);
    const output = fs.openSync(log, 'w');
    const child = this.spawn(file, args, options, ['ignore', output, output]);
    fs.closeSync(output);
    return this.watch(child, log);
  }

  /** Runs a program to its end. */
  async run(name: string, file: string, args: readonly string[], options: RunOptions): Promise<Run> {
    const started = performance.now();
    const { reply } = options;
    const child = this.spawn(file, args, options, [reply ? 'pipe' : 'ignore', 'pipe', 'pipe']);
    // It may end while it is told something.
    child.stdin?.on('error', () => {});
    const program = this.watch(child, this.logOf(name));
    const log = fs.createWriteStream(program.log);
    let output = '';
    let rest = '';
    const listen = (chunk: Buffer) => {
      const text = stripVTControlCharacters(chunk.toString()).replaceAll('\r', '\n');
      log.write(text);
      output += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach((line) => options.hear?.(line));
      // A question stands at the end of a line that does not end.
      if (reply?.to.test(rest)) {
        rest = '';
        child.stdin?.write(`${reply.with}\n`);
      }
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    const kill = () => signal(program.pid, 'SIGKILL');
    const timer = setTimeout(kill, options.limit * 1000);
    options.abort?.addEventListener('abort', kill);
    try {
      const code = (await program.ended) ?? 1;
      return { command: [file, ...args].join(' '), code, output, seconds: (performance.now() - started) / 1000 };
    } finally {
      clearTimeout(timer);
      options.abort?.removeEventListener('abort', kill);
      log.end();
    }
  }

  /** Ends all that still run. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.running].map(({ stop }) => stop()));
  }

  private logOf(name: string): string {
    return path.join(this.props.folder, `${String(++this.logs).padStart(3, '0')}-${name.replaceAll(/\W+/g, '-')}.log`);
  }

  private spawn(
    file: string,
    args: readonly string[],
    { cwd = this.props.folder, env }: ProgramOptions,
    stdio: ('ignore' | 'pipe' | number)[],
  ): ChildProcess {
    return spawn('sh', ['-c', WAITING, file, ...args], {
      cwd,
      stdio: [...stdio, 'pipe'],
      // A group of its own, so that what it starts ends with it.
      detached: true,
      env: { PATH: this.props.path, HOME: this.home, ...env },
    });
  }

  private watch(child: ChildProcess, log: string): Program {
    const pid = child.pid ?? 0;
    const guard =
      pid > 0
        ? spawn('sh', ['-c', GUARD, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
        : undefined;
    let over = false;
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      // What it leaves behind goes with it, and would hold its output open.
      child.once('exit', () => signal(pid, 'SIGKILL'));
      child.once('close', (code) => resolve(code));
    }).finally(() => {
      over = true;
      this.running.delete(program);
      guard?.kill('SIGKILL');
    });
    const stop = async () => {
      signal(pid, 'SIGTERM');
      await Promise.race([ended, pause(GRACE, undefined, { ref: false })]);
      signal(pid, 'SIGKILL');
      await ended;
    };
    const program: Program = { pid, log, ended, hasEnded: () => over, stop };
    // Whoever awaits it hears of it.
    ended.catch(() => {});
    if (pid > 0) this.running.add(program);
    const [, , , go] = child.stdio;
    if (go instanceof Writable) go.on('error', () => {}).end('go\n');
    return program;
  }
}

/** Signals a process group, if any of it is left. */
function signal(pid: number, name: NodeJS.Signals): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, name);
  } catch {
    // None is left.
  }
}
