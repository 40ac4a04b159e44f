/** For a DATETIME column, in UTC: `2026-01-31 08:30:00.123`. */
export function toSqlTime(time: Date): string {
  return time.toISOString().slice(0, 23).replace('T', ' ');
}

/** A DATETIME column, `2026-01-31 08:30:00.123456` in UTC, as RFC 3339; the predecessor's rows may hold none. */
export function fromSqlTime(text: string | null): string | null {
  return text === null ? null : `${text.slice(0, 23).replace(' ', 'T')}Z`;
}
