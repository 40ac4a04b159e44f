import { type Connection, createConnection } from 'mysql2';
import { type Log } from '../observe/log';
import { type Credentials } from './credentials';
import { classify } from './failure';

/** A user of the database, and what it may do in the one database that its credentials name. */
export interface DatabaseUser {
  readonly credentials: Credentials;
  /** Granted on all tables; none: what it may do is granted by the migrations, table by table. */
  readonly privileges: readonly string[];
  /** Whether it may pass on what it may do. */
  readonly grants?: boolean;
}

export interface UsersOptions {
  /** Of a user who may make users. */
  readonly admin: Credentials;
  readonly ca?: string;
  readonly log: Log;
}

/** What a migration does to tables and rows. */
export const SCHEMA_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'ALTER', 'DROP', 'INDEX'] as const;

/**
 * Makes what is missing of users and their databases. An existing user keeps its password while that is the one of its
 * secret, so that a rotation is not disturbed; after a restore it gets the secret's.
 */
export async function ensureUsers({ admin, ca, log }: UsersOptions, users: readonly DatabaseUser[]): Promise<void> {
  const connection = await open({ ...admin, database: undefined }, ca);
  try {
    const run = (sql: string, values: readonly string[] = []) => query(connection, sql, values);
    for (const { credentials, privileges, grants } of users) {
      const { user, password, database } = credentials;
      await run(`CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?${ca ? ' REQUIRE SSL' : ''}`, [user, password]);
      if (!(await mayLogIn(credentials, ca))) {
        await run("ALTER USER ?@'%' IDENTIFIED BY ?", [user, password]);
        log('warn', 'the password of a user was not the one of its secret, and is now', { user });
      }
      await run(`CREATE DATABASE IF NOT EXISTS ${quoted(database)} CHARACTER SET utf8mb4`);
      if (privileges.length > 0) {
        await run(
          `GRANT ${privileges.join(', ')} ON ${pattern(database)}.* TO ?@'%'${grants ? ' WITH GRANT OPTION' : ''}`,
          [user],
        );
      }
      log('info', 'the user is there', { user });
    }
  } finally {
    connection.destroy();
  }
}

async function mayLogIn(credentials: Credentials, ca: string | undefined): Promise<boolean> {
  try {
    // Not to a database, on which it may have no privilege yet.
    const connection = await open({ ...credentials, database: undefined }, ca);
    connection.destroy();
    return true;
  } catch (error) {
    if (classify(error) === 'denied') return false;
    throw error;
  }
}

function open(
  credentials: Omit<Credentials, 'database'> & { database: undefined },
  ca: string | undefined,
): Promise<Connection> {
  const connection = createConnection({
    ...credentials,
    ssl: ca ? { ca, verifyIdentity: true, minVersion: 'TLSv1.2' } : undefined,
    connectTimeout: 5000,
    charset: 'utf8mb4',
  });
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.on('connect', () => resolve(connection));
  });
}

function quoted(database: string): string {
  return `\`${database.replaceAll('`', '``')}\``;
}

/** In a GRANT the name of a database is a pattern. */
function pattern(database: string): string {
  return quoted(database.replaceAll(/[_%]/g, '\\$&'));
}

function query(connection: Connection, sql: string, values: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.query(sql, [...values], (error) => (error ? reject(error) : resolve()));
  });
}
