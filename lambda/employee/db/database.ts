import { type Connection, type ConnectionOptions, type ResultSetHeader, createConnection } from 'mysql2';
import { interrupted, unavailable, unknownOutcome } from '../http/failures';
import { HttpError } from '../http/http-error';
import { type Log } from '../observe/log';
import { type Credentials, type CredentialsProvider } from './credentials';
import { type Failure, classify, describe } from './failure';

/** The time a call may take and the part of it that the database took. */
export interface Budget {
  /** On the clock of performance.now(). */
  readonly deadline: number;
  databaseMs: number;
}

/**
 * What a failed call may do again: a `write` only what certainly was not applied. What is `repeatable-within` the call alone
 * cannot be repeated by its caller, who has no key to find out what became of it.
 */
export type Repeatable = 'read' | 'repeatable' | 'repeatable-within' | 'write';

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

/** Waits between attempts: 25 to 50 ms first, twice as long each time, up to a server's restart of seconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 800;
/** With less time left an attempt would only end in a timeout, and a change in doubt. */
const LEAST_ATTEMPT_MS = 50;

/**
 * The one connection of an execution environment. It is opened ahead of the first call, kept between calls, replaced
 * when it is lost. What failed is done again for as long as the call has time, where that cannot apply a write twice.
 */
export class Database {
  #connection: Connection | undefined;
  #opening: Promise<Connection> | undefined;
  #usedAt = 0;
  #closed = false;
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #watchedUntil = 0;
  #timeoutAt = 0;
  #onTimeout: (() => void) | undefined;
  readonly #known = new WeakMap<Error, Failure>();

  readonly #connectTimeoutMs: number;
  readonly #statementTimeoutMs: number;
  readonly #idleMs: number;
  /** Shorter than a statement may take, so that the server undoes what waits in vain. */
  readonly #lockWaitSeconds: number;

  constructor(private readonly options: DatabaseOptions) {
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 3000;
    this.#statementTimeoutMs = options.statementTimeoutMs ?? 4000;
    this.#idleMs = options.idleMs ?? 2000;
    this.#lockWaitSeconds = Math.max(1, Math.floor(this.#statementTimeoutMs / 1000) - 1);
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
        let connection: Connection | undefined;
        try {
          connection = await this.#acquire(budget);
          const result = await work(this.#session(connection, budget), attempt);
          this.#usedAt = performance.now();
          return result;
        } catch (error) {
          if (error instanceof HttpError) throw error;
          const failure = connection ? this.#failureOf(error) : 'unreachable';
          sent ||= kind !== 'read' && failure === 'lost';
          if (connection && !CONNECTION_STAYS.has(failure)) this.#drop(connection);
          await this.#pauseOrThrow({ kind, failure, attempt, sent }, error, budget);
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

  /** What is known beyond the error itself: where in a transaction it happened. */
  #failureOf(error: unknown): Failure {
    return this.#known.get(error as Error) ?? classify(error);
  }

  /** Returns when it is time to try again, throws when that could apply a change twice or no time is left. */
  async #pauseOrThrow({ kind, failure, attempt, sent }: FailedAttempt, error: unknown, budget: Budget): Promise<void> {
    if (failure === 'statement') throw error;
    const inDoubt = () => (kind === 'repeatable' ? interrupted() : unknownOutcome());
    if (failure === 'late') throw sent ? inDoubt() : unavailable('the database is too slow');
    // The first loss of a held connection is met at once: the server is most likely there.
    const longest = attempt === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 2, 8));
    // Not all at the same moment, because every execution environment meets a restart at once.
    const pause = longest / 2 + (Math.random() * longest) / 2;
    const unknown = sent && kind === 'write';
    // Who waited for a row in vain may have to wait as long again.
    const attemptMs = failure === 'locked' ? this.#lockWaitSeconds * 1000 : LEAST_ATTEMPT_MS;
    const repeat = !unknown && performance.now() + pause + attemptMs < budget.deadline;
    this.options.log(repeat ? 'info' : 'warn', repeat ? 'trying again' : 'database failure', {
      failure,
      attempt,
      ...describe(error),
    });
    if (repeat) {
      if (pause > 0) await sleep(pause);
      return;
    }
    if (sent) throw inDoubt();
    if (failure === 'locked') throw unavailable('the record is being changed by another request', 1);
    throw unavailable('the database is not available');
  }

  async #acquire(budget: Budget): Promise<Connection> {
    const held = this.#connection;
    if (held) {
      if (performance.now() - this.#usedAt < this.#idleMs) return held;
      if (await this.#answers(held)) return held;
      this.#drop(held);
    }
    return within(this.#connect(), budget.deadline - performance.now());
  }

  #connect(): Promise<Connection> {
    if (this.#opening) return this.#opening;
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
    const ready = new Promise<void>((resolve, reject) => {
      connection.on('error', reject);
      // Sent with the log-in; a statement that waits longer than this is undone by the server, not left behind.
      connection.query(`SET SESSION innodb_lock_wait_timeout = ${this.#lockWaitSeconds}`, (error) => {
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
      if (left < 1) throw new OutOfTime();
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
      let committing = false;
      try {
        await control('START TRANSACTION', timeout());
        const result = await work();
        const left = timeout();
        committing = true;
        await control('COMMIT', left);
        return result;
      } catch (error) {
        const failure = classify(error);
        // What was never told to commit is undone when its connection ends; what was, may be applied whatever came back.
        if (!committing && failure === 'lost') this.#known.set(error as Error, 'ended');
        if (committing && failure === 'ended') this.#known.set(error as Error, 'lost');
        // A connection that may still be inside the transaction must not serve another call.
        await control('ROLLBACK', PING_TIMEOUT_MS).catch(() => this.#drop(connection));
        throw error;
      }
    };
    return { rows: execute, change: execute, transaction };
  }
}

interface FailedAttempt {
  readonly kind: Repeatable;
  readonly failure: Failure | 'unreachable';
  /** From 1. */
  readonly attempt: number;
  /** Whether this or an earlier attempt sent a change of which nothing can be said. */
  readonly sent: boolean;
}

/** After these the connection still serves. */
const CONNECTION_STAYS: ReadonlySet<Failure | 'unreachable'> = new Set(['again', 'locked', 'late', 'statement']);

/** Nothing was sent, because the call has no time for an answer. */
class OutOfTime extends Error {
  readonly code = 'OUT_OF_TIME';
}

class TimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
  constructor(ms: number) {
    super(`timed out after ${Math.round(ms)} ms`);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Rejects when `promise` takes longer than `ms`; the promise itself goes on. */
function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimeoutError(ms)), Math.max(ms, 1));
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
