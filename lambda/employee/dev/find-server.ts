import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import { findServerBinary, startServer } from './mariadb-process';

const run = promisify(execFile);

export interface FoundServer {
  /** Of a user that may create databases, without a database. */
  readonly url: string;
  /** How it was found, for a person. */
  readonly how: string;
  stop(): Promise<void>;
}

/** A MySQL or MariaDB server to work with: one that is named, one that is installed, or one that can be had. */
export async function findServer(say: (line: string) => void): Promise<FoundServer> {
  const named = process.env.ERP_TEST_DB_URL;
  if (named) return { url: named, how: 'the server that ERP_TEST_DB_URL names', stop: () => Promise.resolve() };
  const failures: string[] = [];
  const binary = await privateServerBinary(say, failures);
  if (binary) {
    const server = await startServer(binary);
    return { url: server.url, how: `a private ${binary} on port ${server.port}`, stop: () => server.stop() };
  }
  if (has('docker', ['info'])) {
    try {
      return await startContainer(say);
    } catch (error) {
      failures.push(`docker run mysql:8.4 failed: ${(error as Error).message}`);
    }
  } else {
    failures.push('there is no Docker that answers');
  }
  throw new Error(
    `No MySQL or MariaDB server was found: ${failures.join('; ')}. Do one of these: set ERP_TEST_DB_URL to ` +
      'mysql://user:password@host:port/ of a server on which that user may create databases; install MariaDB so that ' +
      'mariadbd or mysqld is on the PATH; run as root on Debian or Ubuntu, where it is installed by apt-get; start Docker.',
  );
}

/** A server program, installed if need be. Tests that crash or encrypt the server start one of their own with it. */
export async function privateServerBinary(
  say: (line: string) => void,
  failures: string[] = [],
): Promise<string | undefined> {
  const binary = findServerBinary();
  if (binary) return binary;
  failures.push('neither mariadbd nor mysqld is on the PATH');
  if (process.getuid?.() !== 0 || !has('apt-get', ['--version'])) {
    failures.push('apt-get can install one only as root on Debian or Ubuntu');
    return undefined;
  }
  say('installing MariaDB with apt-get …');
  const apt = (...args: string[]) =>
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-y', '-q', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    await apt('update');
    // The server's programs alone start no service on this machine; older releases have them only in the whole.
    await apt('install', '--no-install-recommends', 'mariadb-server-core', 'mariadb-client-core').catch(() =>
      apt('install', '--no-install-recommends', 'mariadb-server'),
    );
  } catch (error) {
    failures.push(`apt-get failed: ${(error as Error).message.slice(0, 500)}`);
  }
  return findServerBinary();
}

async function startContainer(say: (line: string) => void): Promise<FoundServer> {
  say('starting mysql:8.4 with Docker …');
  const name = `erp-db-${randomBytes(4).toString('hex')}`;
  await run('docker', [
    ...['run', '--detach', '--rm', '--name', name, '--publish', '127.0.0.1::3306'],
    ...['--env', 'MYSQL_ALLOW_EMPTY_PASSWORD=yes', 'mysql:8.4', '--max-connections=300'],
  ]);
  const stop = async () => {
    await run('docker', ['rm', '--force', name]);
  };
  try {
    const { stdout } = await run('docker', ['port', name, '3306/tcp']);
    const url = `mysql://root@${stdout.trim().split('\n')[0]}/`;
    for (let attempt = 1; ; attempt++) {
      try {
        const connection = await createConnection(url);
        await connection.end();
        return { url, how: `a mysql:8.4 container at ${url}`, stop };
      } catch (error) {
        if (attempt === 120) throw error;
        await sleep(500);
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

function has(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}
