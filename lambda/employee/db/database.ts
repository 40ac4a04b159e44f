import { type Connection, type ConnectionOptions, type ResultSetHeader, createConnection } from 'mysql2';
import { interrupted, unavailable, unknownOutcome } from '../http/failures';
import { HttpError } from '../http/http-error';
import { type Log } from '../observe/log';
import { type Credentials, type CredentialsProvider } from './credentials';
import { classify, describe } from './failure';

/** The time a call may take and the part of it that the database took. */
export interface Budget {
  /** On the clock of performance.now(). */
  readonly deadline: number;
  databaseMs: number;
}

/** What a failed call may do again: a `write` only what certainly was not applied. */
export type Repeatable = 'read' | 'repeatable' | 'write';

export type SqlValue = string | number | Buffer | null;

export interface Session {
  rows<T>(sql: string, values: readonly SqlValue[]): Promise<T[]>;
  change(sql: string, values: readonly SqlValue[]): Promise<ResultSetHeader>;
  /** Runs `work` in one transaction, which is undone when it throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
}

export interface DatabaseOptions {
  readonly credentials: CredentialsProvider;
  readonly log: Log;
  /** The certificate authorities that the server's certificate is checked against; undefined: no TLS. */
  readonly ca?: string;
  /** Longest time of a log-in. @default 3000 */
  readonly connectTimeoutMs?: number;
  /** Longest time of one statement. @default 4000 */
  readonly statementTimeoutMs?: number;
  /** Idle time after which the connection is tried before it is trusted. @default 2000 */
  readonly idleMs?: number;
}

const PING_TIMEOUT_MS = 1000;

/**
 * The one connection of an execution environment. It is opened ahead of the first call, kept between calls, replaced
 * when it is lost, and what failed is done again only where that cannot apply a write twice.
 */
export class Database {
  #connection: Connection | undefined;
  #opening: Promise<Connection> | undefined;
  #openedAt = 0;
  #usedAt = 0;
  #closed = false;
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #watchedUntil = 0;
  #timeoutAt = 0;
  #onTimeout: (() => void) | undefined;

  readonly #connectTimeoutMs: number;
  readonly #statementTimeoutMs: number;
  readonly #idleMs: number;

  constructor(private readonly options: DatabaseOptions) {
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 3000;
    this.#statementTimeoutMs = options.statementTimeoutMs ?? 4000;
    this.#idleMs = options.idleMs ?? 2000;
  }

  /** Starts connecting; nothing waits for it, and a failure is met again by the first call. */
  open(): void {
    this.#connect().catch(() => undefined);
  }

  async run<T>(kind: Repeatable, budget: Budget, work: (session: Session, attempt: number) => Promise<T>): Promise<T> {
    const started = performance.now();
    let sent = false;
    // Lambda sends one call at a time; a local server does not, and two transactions on one connection would mix.
    const before = this.#last;
    let done = (): void => undefined;
    this.#last = new Promise((resolve) => (done = resolve));
    await before;
    try {
      for (let attempt = 1; ; attempt++) {
        const connection = await this.#acquire(budget, started, sent);
        try {
          const result = await work(this.#session(connection, budget), attempt);
          this.#usedAt = performance.now();
          return result;
        } catch (error) {
          if (error instanceof HttpError) throw error;
          this.#decide(kind, connection, error, attempt);
          sent ||= kind !== 'read' && classify(error) === 'lost';
        }
      }
    } finally {
      done();
      budget.databaseMs += performance.now() - started;
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    if (!connection) return Promise.resolve();
    const ended = new Promise<void>((resolve) => connection.end(() => resolve()));
    return within(ended, PING_TIMEOUT_MS).catch(() => connection.destroy());
  }

  /** Returns when the work may be tried again, throws otherwise. */
  #decide(kind: Repeatable, connection: Connection, error: unknown, attempt: number): void {
    const failure = classify(error);
    if (failure === 'statement') throw error;
    if (failure !== 'again' && failure !== 'locked') this.#drop(connection);
    const unknown = failure === 'lost' && kind !== 'read';
    const repeat =
      failure === 'again' ? attempt < 4 : failure !== 'locked' && attempt < 2 && (!unknown || kind === 'repeatable');
    this.options.log(repeat ? 'info' : 'warn', repeat ? 'trying again' : 'database failure', {
      failure,
      attempt,
      ...describe(error),
    });
    if (repeat) return;
    if (failure === 'locked') throw unavailable('the record is being changed by another request', 1);
    if (!unknown) throw unavailable('the database is not available');
    throw kind === 'write' ? unknownOutcome() : interrupted();
  }

  /** `sent`: a repeatable change was sent before, so that nothing can be said of what was applied. */
  async #acquire(budget: Budget, started: number, sent: boolean): Promise<Connection> {
    const held = this.#connection;
    if (held) {
      if (performance.now() - this.#usedAt < this.#idleMs) return held;
      if (await this.#answers(held)) return held;
      this.#drop(held);
    }
    for (;;) {
      // A connection that was begun before the environment was frozen may have timed out while it slept.
      const inherited = this.#opening !== undefined && this.#openedAt < started;
      try {
        return await within(this.#connect(), budget.deadline - performance.now());
      } catch (error) {
        if (inherited && performance.now() < budget.deadline) continue;
        this.options.log('error', 'the database cannot be reached', describe(error));
        throw sent ? interrupted() : unavailable('the database is not available');
      }
    }
  }

  #connect(): Promise<Connection> {
    if (this.#opening) return this.#opening;
    this.#openedAt = performance.now();
    const opening = this.#login(false)
      .catch((error: unknown) => {
        // A rotated password: the secret is read again, once.
        if (classify(error) === 'denied') return this.#login(true);
        throw error;
      })
      .finally(() => {
        this.#opening = undefined;
      });
    this.#opening = opening;
    return opening;
  }

  async #login(refresh: boolean): Promise<Connection> {
    const credentials = await this.options.credentials(refresh);
    const connection = createConnection(this.#connectionOptions(credentials));
    // 'error' events come from a broken connection at any time; without a listener they would end the process.
    const forget = () => this.#forget(connection);
    connection.on('error', forget);
    const wait = Math.max(1, Math.floor(this.#statementTimeoutMs / 1000) - 1);
    const ready = new Promise<void>((resolve, reject) => {
      connection.on('error', reject);
      // Sent with the log-in; a statement that waits longer than this is undone by the server, not left behind.
      connection.query(`SET SESSION innodb_lock_wait_timeout = ${wait}`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    try {
      await within(ready, this.#connectTimeoutMs);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    // Without these a connection that the server closed while nothing was asked stays in use, and every call fails.
    // It is not destroyed here: that would keep mysql2 from telling the statement that is waiting for its answer.
    connection.on('end', forget);
    (connection as unknown as { stream: NodeJS.EventEmitter }).stream.on('close', forget);
    if (this.#closed) {
      connection.destroy();
      throw new Error('The database was closed.');
    }
    this.#connection = connection;
    this.#usedAt = performance.now();
    return connection;
  }

  #connectionOptions(credentials: Credentials): ConnectionOptions {
    return {
      ...credentials,
      // mysql2 checks the host name only when verifyIdentity says so.
      ssl: this.options.ca ? { ca: this.options.ca, verifyIdentity: true, minVersion: 'TLSv1.2' } : undefined,
      connectTimeout: this.#connectTimeoutMs,
      charset: 'utf8mb4',
      // DATETIME is UTC by convention and is read as text, so that neither time zone changes it.
      dateStrings: true,
      // A BIGINT past 2^53 is no id that a client could send.
      supportBigNumbers: false,
      multipleStatements: false,
      enableKeepAlive: true,
    };
  }

  #forget(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  #drop(connection: Connection): void {
    this.#forget(connection);
    connection.destroy();
  }

  /**
   * Calls `onTimeout` unless it is replaced or removed within `ms`. One timer serves many statements: it is looked at
   * only when it fires, because arming one for each statement would cost a tenth of a short statement. Not mysql2's own
   * timeout either, which does not cover the preparation of a statement.
   */
  #watch(ms: number, onTimeout: () => void): void {
    this.#timeoutAt = performance.now() + ms;
    this.#onTimeout = onTimeout;
    if (this.#watchedUntil > performance.now() && this.#watchedUntil <= this.#timeoutAt) return;
    this.#arm(ms);
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#watchedUntil = performance.now() + ms;
    this.#timer = setTimeout(() => {
      this.#watchedUntil = 0;
      if (!this.#onTimeout) return;
      const left = this.#timeoutAt - performance.now();
      if (left > 1) this.#arm(left);
      else this.#onTimeout();
    }, ms).unref();
  }

  #answers(connection: Connection): Promise<boolean> {
    const answer = new Promise<boolean>((resolve) => connection.ping((error) => resolve(!error)));
    return within(answer, PING_TIMEOUT_MS).catch(() => false);
  }

  #session(connection: Connection, budget: Budget): Session {
    const timeout = (): number => {
      const left = budget.deadline - performance.now();
      if (left < 1) throw unavailable('the database is too slow');
      return Math.ceil(Math.min(this.#statementTimeoutMs, left));
    };
    const timed = <T>(ms: number, start: (done: (error: unknown, result: unknown) => void) => void): Promise<T> =>
      new Promise((resolve, reject) => {
        this.#watch(ms, () => {
          this.#drop(connection);
          reject(new TimeoutError(ms));
        });
        start((error, result) => {
          this.#onTimeout = undefined;
          if (error) reject(error);
          else resolve(result as T);
        });
      });
    const execute = async <T>(sql: string, values: readonly SqlValue[]): Promise<T> =>
      timed(timeout(), (done) => connection.execute(sql, values as SqlValue[], done));
    const control = (sql: string, ms: number): Promise<unknown> => timed(ms, (done) => connection.query(sql, done));
    const transaction = async <T>(work: () => Promise<T>): Promise<T> => {
      await control('START TRANSACTION', timeout());
      try {
        const result = await work();
        await control('COMMIT', timeout());
        return result;
      } catch (error) {
        // A connection that may still be inside the transaction must not serve another call.
        await control('ROLLBACK', PING_TIMEOUT_MS).catch(() => this.#drop(connection));
        throw error;
      }
    };
    return { rows: execute, change: execute, transaction };
  }
}

class TimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
  constructor(ms: number) {
    super(`timed out after ${Math.round(ms)} ms`);
  }
}

/** Rejects when `promise` takes longer than `ms`; the promise itself goes on. */
function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimeoutError(ms)), Math.max(ms, 1));
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
