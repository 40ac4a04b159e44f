import { createHash, randomUUID } from 'node:crypto';
import { LIMITS } from '../contract/limits';
import { type Session } from '../db/database';
import { type DatabaseError, describe } from '../db/failure';
import { type Answer } from '../http/event';
import { unavailable } from '../http/failures';
import { HttpError } from '../http/http-error';
import { type Call } from './call';

interface StoredRow {
  readonly request_hash: Buffer;
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
  readonly expired: number;
}

/** How often an execution environment removes expired answers. */
const CLEANUP_MS = 600_000;
let cleanedAt = 0;

/**
 * Runs a change. With an Idempotency-Key, the change and its answer are stored in one transaction, so that a repeated
 * request, by the caller or by this service after a lost connection, gets the first answer and changes nothing. A change
 * of several statements gets a key of this call's own when the caller sends none: by it the call finds out after a lost
 * connection whether the change was made; one that is in doubt when its time ends is answered with 504. A change of one statement without a key is done at most once, and a
 * connection that breaks before it is confirmed is answered with 504.
 * `value` is what was read from the body; a change that throws is not stored.
 */
export async function changeOnce(
  call: Call,
  value: unknown,
  change: Change,
  statements: 'one' | 'several' = 'several',
): Promise<Answer> {
  const key = call.request.header('idempotency-key');
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new HttpError(
      400,
      `Idempotency-Key must be 1 to ${LIMITS.idempotencyKey} printable ASCII characters without spaces, such as a UUID`,
    );
  }
  if (key === undefined && statements === 'one') return call.database.run('write', call, change);
  return changeByKey(call, value, change, key);
}

type Change = (session: Session) => Promise<Answer>;

async function changeByKey(call: Call, value: unknown, change: Change, sent: string | undefined): Promise<Answer> {
  const key = sent === undefined ? `call ${randomUUID()}` : keyOf(call.caller.subject, sent);
  const { method, path } = call.request;
  const hash = createHash('sha256')
    .update(`${method} ${path} ${JSON.stringify(value)}`)
    .digest();
  const kind = sent === undefined ? 'repeatable-within' : 'repeatable';
  const answer = await call.database.run(kind, call, (session, attempt) =>
    // Nobody else knows a key of this call's own: at first there is nothing to look for.
    store(session, { key, hash, known: sent !== undefined || attempt > 1 }, change),
  );
  await cleanUp(call);
  if (sent === undefined && answer.headers) delete (answer.headers as Record<string, string>)['idempotency-replayed'];
  return answer;
}

/** One caller's keys are nobody else's: who guesses a key must not use it up. Hashed, because both together are too long. */
function keyOf(subject: string, sent: string): string {
  return createHash('sha256').update(`${subject} ${sent}`).digest('base64url');
}

interface Claim {
  readonly key: string;
  readonly hash: Buffer;
  /** Whether an answer may be stored under the key. */
  readonly known: boolean;
}

/**
 * The change comes first and its answer is stored with one statement: whoever comes second with a key waits for the row
 * that the first changes, or for the key itself, and finds the first one's answer in place of its own outcome.
 */
async function store(session: Session, { key, hash, known }: Claim, change: Change): Promise<Answer> {
  // The second round is for a key whose stored answer has expired and was removed.
  for (let round = 1; round <= 2; round++) {
    try {
      return await session.transaction(async () => {
        const answer = await change(session);
        await record(session, key, hash, answer);
        return answer;
      });
    } catch (error) {
      const refused = error instanceof HttpError;
      if (!known || !(refused || error instanceof KeyTaken)) throw error;
      const stored = await find(session, key);
      if (stored && !stored.expired) return replay(stored, hash);
      if (refused) throw error;
    }
    await session.change(
      'DELETE FROM idempotency_keys WHERE id = ? AND created_at < UTC_TIMESTAMP(6) - INTERVAL ? HOUR',
      [key, LIMITS.idempotencyHours],
    );
  }
  throw unavailable('another request with the same Idempotency-Key was undone just now', 1);
}

class KeyTaken extends Error {}

async function record(session: Session, key: string, hash: Buffer, answer: Answer): Promise<void> {
  try {
    await session.change(
      `INSERT INTO idempotency_keys (id, request_hash, status, location, body, created_at)
       VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6))`,
      [key, hash, answer.status, answer.headers?.location ?? null, answer.body ?? ''],
    );
  } catch (error) {
    if ((error as DatabaseError).errno === 1062) throw new KeyTaken();
    throw error;
  }
}

async function find(session: Session, key: string): Promise<StoredRow | undefined> {
  const [stored] = await session.rows<StoredRow>(
    `SELECT request_hash, status, location, body, created_at < UTC_TIMESTAMP(6) - INTERVAL ? HOUR AS expired
     FROM idempotency_keys WHERE id = ?`,
    [LIMITS.idempotencyHours, key],
  );
  return stored;
}

function replay(stored: StoredRow, hash: Buffer): Answer {
  if (!stored.request_hash.equals(hash)) {
    throw new HttpError(422, 'the Idempotency-Key was used for another request; use a new key for a new request');
  }
  const headers: Record<string, string> = { 'idempotency-replayed': 'true' };
  if (stored.location !== null) headers.location = stored.location;
  return { status: stored.status, body: stored.body, headers };
}

async function cleanUp(call: Call): Promise<void> {
  const now = performance.now();
  if (now - cleanedAt < CLEANUP_MS) return;
  cleanedAt = now;
  try {
    await call.database.run('repeatable', call, (session) =>
      session.change(
        'DELETE FROM idempotency_keys WHERE created_at < UTC_TIMESTAMP(6) - INTERVAL ? HOUR ORDER BY created_at LIMIT 1000',
        [LIMITS.idempotencyHours],
      ),
    );
  } catch (error) {
    // The change itself is done; what could not be removed now is removed later.
    call.log('warn', 'expired idempotency keys were not removed', describe(error));
  }
}
