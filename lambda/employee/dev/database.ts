import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { parseDatabaseUrl } from '../db/credentials';
import { migrate } from '../db/migrator';
import { type Log } from '../observe/log';

export interface FreshDatabase {
  /** With the database: what DATABASE_URL takes. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A new, empty database with a name of its own on a server, so that many can work side by side. */
export async function createDatabase(serverUrl: string): Promise<FreshDatabase> {
  const name = `erp_${randomBytes(6).toString('hex')}`;
  const run = async (sql: string) => {
    const connection = await createConnection(serverUrl);
    await connection.query(sql);
    await connection.end();
  };
  await run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`DROP DATABASE IF EXISTS ${name}`) };
}

/** The same with the service's schema in it. */
export async function createMigratedDatabase(serverUrl: string, log: Log = () => undefined): Promise<FreshDatabase> {
  const database = await createDatabase(serverUrl);
  await migrate({ credentials: parseDatabaseUrl(database.url), log });
  return database;
}
