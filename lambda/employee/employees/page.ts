import { LIMITS } from '../contract/limits';
import { type SqlValue } from '../db/database';
import { type Answer } from '../http/event';
import { type Call } from './call';

/** What a load balancer takes from a Lambda is 1 MB, status and headers included. */
const MAX_SENT_BYTES = 1_000_000;

/** The runtime sends the body as a JSON string, in which every quote of the JSON takes a second byte. */
function fits(body: string): boolean {
  // A character of the body is at most three bytes as it is sent.
  return body.length * 3 <= MAX_SENT_BYTES || Buffer.byteLength(JSON.stringify(body)) <= MAX_SENT_BYTES;
}

export interface Listing<R> {
  /** A SELECT that ends in its WHERE clause. */
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Column that orders and pages, as the SELECT's tables know it. */
  readonly id: string;
  /** @default - oldest first */
  readonly newestFirst?: boolean;
  readonly show: (row: R) => unknown;
  /** Filters to repeat for the next page. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
}

/** One page, read by one statement. */
export async function pageOf<R extends { readonly id: number }>(
  call: Call,
  { limit = LIMITS.pageDefault, after }: { readonly limit?: number; readonly after?: number },
  { sql, values, id, newestFirst, show, query = {} }: Listing<R>,
): Promise<Answer> {
  const beyond = after === undefined ? '' : ` AND ${id} ${newestFirst ? '<' : '>'} ?`;
  const rows = await call.database.run('read', call, (session) =>
    session.rows<R>(`${sql}${beyond} ORDER BY ${id} ${newestFirst ? 'DESC' : 'ASC'} LIMIT ?`, [
      ...values,
      ...(after === undefined ? [] : [after]),
      String(limit + 1),
    ]),
  );
  return page(rows, limit, query, show);
}

/**
 * A page of `rows`, of which one more than `limit` was asked for. `query` are the filters to repeat for the next page,
 * whose address is relative, so that it holds behind any path prefix.
 */
export function page<R extends { readonly id: number }>(
  rows: readonly R[],
  limit: number,
  query: Readonly<Record<string, string | number | undefined>>,
  show: (row: R) => unknown,
): Answer {
  let shown = rows.length > limit ? rows.slice(0, limit) : rows;
  let body = JSON.stringify(shown.map(show));
  // Long texts in four-byte scripts or of many quotes: rare, so that halving is good enough.
  while (!fits(body) && shown.length > 1) {
    shown = shown.slice(0, shown.length >> 1);
    body = JSON.stringify(shown.map(show));
  }
  const last = shown.at(-1);
  if (last === undefined || shown.length === rows.length) return { status: 200, body };
  const next = Object.entries<string | number | undefined>({ ...query, limit, after: last.id })
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return { status: 200, body, headers: { link: `<?${next.join('&')}>; rel="next"` } };
}
