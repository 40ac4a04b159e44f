import { type Connection, createConnection } from 'mysql2';
import { type Log } from '../observe/log';
import { type Credentials } from './credentials';
import { classify } from './failure';
import { SERVICE_GRANTS } from './grants';
import { MIGRATIONS } from './migrations';

export interface MigrateOptions {
  readonly credentials: Credentials;
  readonly ca?: string;
  readonly log: Log;
  /**
   * User who gets what the service needs.
   *
   * @default - nothing is granted, because the service is the same user
   */
  readonly serviceUser?: string;
}

/** What a migration may do. DDL commits by itself, so every step of a migration must be safe to run again. */
export interface Schema {
  run(sql: string): Promise<void>;
  rows<T>(sql: string): Promise<T[]>;
  hasColumn(table: string, column: string): Promise<boolean>;
  hasIndex(table: string, index: string): Promise<boolean>;
}

export interface Migration {
  /** Never changed once released: it is the name under which the migration counts as applied. */
  readonly name: string;
  /**
   * How it changes tables that are there. INSTANT changes no row. INPLACE lets others read and write meanwhile. COPY
   * lets others read only: what changes a column's type has no other way. A statement that can do better says so itself.
   */
  readonly online: 'INSTANT' | 'INPLACE' | 'COPY';
  apply(schema: Schema): Promise<void>;
}

/** One migrator per database: locks are the server's, whose databases have nothing to do with each other. */
const LOCK = "CONCAT('erp_migrations_', SHA1(DATABASE()))";
const LOCK_SECONDS = 120;

/**
 * While a statement waits for a table that a transaction uses, everybody who comes later waits behind it. So it gives up
 * well before the callers do, lets them through, and tries again.
 */
const TABLE_WAIT_SECONDS = 3;
const TABLE_ATTEMPTS = 20;

const CLAUSES: Readonly<Record<Migration['online'], readonly string[]>> = {
  INSTANT: ['ALGORITHM=INSTANT'],
  INPLACE: ['ALGORITHM=INPLACE', 'LOCK=NONE'],
  COPY: ['ALGORITHM=COPY', 'LOCK=SHARED'],
};

/** Applies what is missing, in order, one migrator at a time; returns the names of what was applied. */
export async function migrate(
  { credentials, ca, log, serviceUser }: MigrateOptions,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  const connection = createConnection({
    ...credentials,
    ssl: ca ? { ca, verifyIdentity: true, minVersion: 'TLSv1.2' } : undefined,
    connectTimeout: 5000,
    charset: 'utf8mb4',
  });
  connection.on('error', () => undefined);
  const rows = <T>(sql: string) => query<T>(connection, sql);
  try {
    const [lock] = await rows<{ got: number | null }>(`SELECT GET_LOCK(${LOCK}, ${LOCK_SECONDS}) AS got`);
    if (lock?.got !== 1) {
      throw new Error(
        `Another migration has been running for more than ${LOCK_SECONDS} s; deploy again when it is done.`,
      );
    }
    await rows(
      `SET SESSION lock_wait_timeout = ${TABLE_WAIT_SECONDS}, SESSION innodb_lock_wait_timeout = ${TABLE_WAIT_SECONDS}`,
    );
    await rows(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         name VARCHAR(100) CHARACTER SET ascii NOT NULL PRIMARY KEY, applied_at DATETIME(6) NOT NULL)`,
    );
    const done = new Set((await rows<{ name: string }>('SELECT name FROM schema_migrations')).map(({ name }) => name));
    const applied: string[] = [];
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      const started = performance.now();
      await migration.apply(schema(rows, migration.online));
      await rows(`INSERT INTO schema_migrations (name, applied_at) VALUES ('${migration.name}', UTC_TIMESTAMP(6))`);
      applied.push(migration.name);
      log('info', 'migration applied', { migration: migration.name, ms: Math.round(performance.now() - started) });
    }
    if (serviceUser !== undefined) await grant(rows, serviceUser);
    log('info', 'the schema is up to date', { applied: applied.length, known: migrations.length });
    return applied;
  } finally {
    // Ends the lock too.
    connection.destroy();
  }
}

/** Not a REVOKE first, which would take from the service that is running what it needs. */
async function grant(rows: Schema['rows'], user: string): Promise<void> {
  const tables = await rows<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  for (const { name } of tables) {
    const privileges = SERVICE_GRANTS[name];
    if (privileges !== undefined) await rows(`GRANT ${privileges} ON ${name} TO '${user}'@'%'`);
  }
}

/** `sql` with what it does to a table that is there, where it changes one and does not say so itself. */
function online(sql: string, how: Migration['online']): string {
  if (/\bALGORITHM\s*=/i.test(sql)) return sql;
  if (/^\s*ALTER\s+TABLE\b/i.test(sql)) return `${sql}, ${CLAUSES[how].join(', ')}`;
  return /^\s*CREATE\s+(UNIQUE\s+)?INDEX\b/i.test(sql) ? `${sql} ${CLAUSES[how].join(' ')}` : sql;
}

function schema(rows: Schema['rows'], how: Migration['online']): Schema {
  const exists = async (view: string, name: string, table: string, value: string) => {
    const found = await rows(
      `SELECT 1 FROM information_schema.${view}
       WHERE table_schema = DATABASE() AND table_name = '${table}' AND ${name} = '${value}' LIMIT 1`,
    );
    return found.length > 0;
  };
  return {
    run: async (sql) => {
      for (let attempt = 1; ; attempt++) {
        try {
          await rows(online(sql, how));
          return;
        } catch (error) {
          if (classify(error) !== 'locked' || attempt === TABLE_ATTEMPTS) throw error;
        }
      }
    },
    rows,
    hasColumn: (table, column) => exists('columns', 'column_name', table, column),
    hasIndex: (table, index) => exists('statistics', 'index_name', table, index),
  };
}

function query<T>(connection: Connection, sql: string): Promise<T[]> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error: Error | null, result: unknown) => {
      if (error) reject(error);
      else resolve(result as T[]);
    });
  });
}
