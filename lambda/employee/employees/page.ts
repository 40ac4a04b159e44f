import { LIMITS } from '../contract/limits';
import { type Answer } from '../http/event';

/** What a load balancer takes from a Lambda is 1 MB, counted with the escapes that JSON in JSON needs. */
const MAX_PAGE_BYTES = 700_000;

/**
 * A page of `rows`, of which one more than `limit` was asked for. `query` are the filters to repeat for the next page,
 * whose address is relative, so that it holds behind any path prefix.
 */
export function page<R extends { readonly id: number }>(
  rows: readonly R[],
  limit: number,
  query: Readonly<Record<string, string | undefined>>,
  show: (row: R) => unknown,
): Answer {
  let shown = rows.length > limit ? rows.slice(0, limit) : rows;
  let body = JSON.stringify(shown.map(show));
  // Names of 100 characters in four-byte scripts: rare, so that halving is good enough.
  while (Buffer.byteLength(body) > MAX_PAGE_BYTES && shown.length > 1) {
    shown = shown.slice(0, shown.length >> 1);
    body = JSON.stringify(shown.map(show));
  }
  const last = shown.at(-1);
  if (last === undefined || shown.length === rows.length) return { status: 200, body };
  const next = Object.entries({ ...query, limit: String(limit), after: String(last.id) })
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return { status: 200, body, headers: { link: `<?${next.join('&')}>; rel="next"` } };
}

export function pageSize(limit: number | undefined): number {
  return limit ?? LIMITS.pageDefault;
}
