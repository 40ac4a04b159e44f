import { createHash } from 'node:crypto';
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
 * Runs a change, of several statements in one transaction. Without an Idempotency-Key it is done at most once, and only what certainly was not
 * applied is tried again. With one, the change and its answer are stored in one transaction, so that a repeated request, by the caller
 * or by this service after a lost connection, gets the first answer and changes nothing.
 * `value` is what was read from the body; a change that throws is not stored.
 */
export async function changeOnce(
  call: Call,
  value: unknown,
  change: (session: Session) => Promise<Answer>,
  statements: 'one' | 'several' = 'several',
): Promise<Answer> {
  const key = call.request.header('idempotency-key');
  if (key === undefined) {
    return call.database.run('write', call, (session) =>
      statements === 'one' ? change(session) : session.transaction(() => change(session)),
    );
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new HttpError(
      400,
      `Idempotency-Key must be 1 to ${LIMITS.idempotencyKey} printable ASCII characters without spaces, such as a UUID`,
    );
  }
  const { method, path } = call.request;
  const hash = createHash('sha256')
    .update(`${method} ${path} ${JSON.stringify(value)}`)
    .digest();
  const answer = await call.database.run('repeatable', call, (session) => claim(session, key, hash, change));
  await cleanUp(call);
  return answer;
}

async function claim(
  session: Session,
  key: string,
  hash: Buffer,
  change: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  // The second round is for a key whose stored answer has expired and was removed.
  for (let round = 1; round <= 2; round++) {
    try {
      return await session.transaction(() => claimAndChange(session, key, hash, change));
    } catch (error) {
      if (!(error instanceof KeyTaken)) throw error;
    }
    const [stored] = await session.rows<StoredRow>(
      `SELECT request_hash, status, location, body, created_at < UTC_TIMESTAMP(6) - INTERVAL ? HOUR AS expired
       FROM idempotency_keys WHERE id = ?`,
      [LIMITS.idempotencyHours, key],
    );
    if (stored && !stored.expired) return replay(stored, hash);
    await session.change(
      'DELETE FROM idempotency_keys WHERE id = ? AND created_at < UTC_TIMESTAMP(6) - INTERVAL ? HOUR',
      [key, LIMITS.idempotencyHours],
    );
  }
  throw unavailable('another request with the same Idempotency-Key was undone just now', 1);
}

class KeyTaken extends Error {}

async function claimAndChange(
  session: Session,
  key: string,
  hash: Buffer,
  change: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  try {
    // Waits for a request with the same key that is still at work.
    await session.change(
      `INSERT INTO idempotency_keys (id, request_hash, status, body, created_at) VALUES (?, ?, 0, '', UTC_TIMESTAMP(6))`,
      [key, hash],
    );
  } catch (error) {
    const { errno } = error as DatabaseError;
    if (errno === 1062) throw new KeyTaken();
    if (errno === 1205) {
      throw new HttpError(409, 'a request with the same Idempotency-Key is still at work; try again in 1 s', [], {
        'retry-after': '1',
      });
    }
    throw error;
  }
  const answer = await change(session);
  await session.change('UPDATE idempotency_keys SET status = ?, location = ?, body = ? WHERE id = ?', [
    answer.status,
    answer.headers?.location ?? null,
    answer.body ?? '',
    key,
  ]);
  return answer;
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
