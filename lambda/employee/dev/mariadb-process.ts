import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2';

/** A private MariaDB or MySQL server on a temporary folder, which goes when this process does. */
export interface ServerProcess {
  /** Of its superuser, without a database: mysql://root@127.0.0.1:<port>/ */
  readonly url: string;
  readonly port: number;
  /** Ends the server at once, as a crash would. */
  kill(): Promise<void>;
  /** Asks the server to end, as a restart for maintenance would. */
  shutDown(): Promise<void>;
  /** Starts it again after `kill` or `shutDown`, on the same port and data. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/**
 * Keeps the server for as long as its own standard input is open: when the parent ends, even by SIGKILL, the server
 * and its folder go too. The word `keep` leaves the folder, for a restart.
 */
const KEEPER =
  '"$@" </dev/null & pid=$!; read -r word; kill "$pid" 2>/dev/null; wait "$pid"; [ "$word" = keep ] || rm -rf "$FOLDER"';

export function findServerBinary(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/libexec'];
  return folders.flatMap((folder) => ['mariadbd', 'mysqld'].map((name) => join(folder, name))).find(existsSync);
}

export async function startServer(binary: string, extra: readonly string[] = []): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'erp-db-'));
  try {
    const data = join(folder, 'data');
    initialize(binary, data);
    // Another process may take the free port before the server does.
    for (let attempt = 1; ; attempt++) {
      const server = new Server(binary, folder, data, await freePort(), extra);
      try {
        await server.start();
        return server;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Started as root, a server wants to be told whose it is. */
const asUser = (): string => `--user=${userInfo().username}`;

function initialize(binary: string, data: string): void {
  const command: [string, string[]] =
    basename(binary) === 'mysqld' && !/mariadb/i.test(execFileSync(binary, ['--version'], { encoding: 'utf8' }))
      ? [binary, ['--no-defaults', '--initialize-insecure', `--datadir=${data}`, asUser()]]
      : [
          'mariadb-install-db',
          [
            '--no-defaults',
            '--auth-root-authentication-method=normal',
            '--skip-test-db',
            `--datadir=${data}`,
            asUser(),
          ],
        ];
  try {
    execFileSync(command[0], command[1], { stdio: 'pipe' });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    throw new Error(`${command[0]} could not make a database folder: ${stderr?.toString().slice(-2000) || message}`, {
      cause: error,
    });
  }
}

class Server implements ServerProcess {
  readonly url: string;
  #keeper: ChildProcess | undefined;
  readonly #log: string;

  constructor(
    private readonly binary: string,
    private readonly folder: string,
    private readonly data: string,
    readonly port: number,
    private readonly extra: readonly string[],
  ) {
    this.url = `mysql://root@127.0.0.1:${port}/`;
    this.#log = join(folder, 'server.log');
  }

  async start(): Promise<void> {
    const { folder } = this;
    const keeper = spawn(
      '/bin/sh',
      [
        '-c',
        KEEPER,
        'keeper',
        this.binary,
        '--no-defaults',
        `--datadir=${this.data}`,
        `--socket=${join(folder, 'socket')}`,
        `--pid-file=${join(folder, 'pid')}`,
        `--log-error=${this.#log}`,
        `--port=${this.port}`,
        '--bind-address=127.0.0.1',
        '--skip-log-bin',
        // The folder that a package was built with need not exist, and a second port would collide.
        '--secure-file-priv=',
        '--loose-mysqlx=OFF',
        '--max-connections=300',
        '--innodb-buffer-pool-size=64M',
        // A test's data need not survive a power cut; a killed process loses nothing.
        '--innodb-flush-log-at-trx-commit=2',
        asUser(),
        ...this.extra,
      ],
      // A group of its own: Ctrl-C must reach the service first.
      { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: { ...process.env, FOLDER: folder } },
    );
    keeper.stdin?.on('error', () => undefined);
    keeper.unref();
    this.#keeper = keeper;
    const until = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#answers())) {
      if (keeper.exitCode !== null || Date.now() > until || this.#gaveUp()) {
        const log = this.#readLog();
        await this.#end('keep');
        throw new Error(`${this.binary} did not start: ${log.slice(-2000)}`);
      }
      await sleep(50);
    }
  }

  async kill(): Promise<void> {
    process.kill(Number(readFileSync(join(this.folder, 'pid'), 'utf8')), 'SIGKILL');
    await this.#end('keep');
  }

  shutDown(): Promise<void> {
    return this.#end('keep');
  }

  restart(): Promise<void> {
    rmSync(this.#log, { force: true });
    return this.start();
  }

  async stop(): Promise<void> {
    await this.#end('');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(word: string): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    if (!keeper || keeper.exitCode !== null) return;
    keeper.ref();
    const ended = once(keeper, 'exit');
    keeper.stdin?.end(`${word}\n`);
    await ended;
  }

  #readLog(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : 'it wrote no log';
  }

  #gaveUp(): boolean {
    return /\bAborting\b/.test(this.#readLog());
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const connection = createConnection({ host: '127.0.0.1', port: this.port, user: 'root', connectTimeout: 2000 });
      const done = (answer: boolean) => {
        connection.destroy();
        resolve(answer);
      };
      connection.on('error', () => done(false));
      connection.on('connect', () => done(true));
    });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
