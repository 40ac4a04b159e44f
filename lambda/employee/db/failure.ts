/** What a failed statement means for the connection and for trying again. */
export type Failure =
  /** The connection is gone; whether the statement was applied is unknown. */
  | 'lost'
  /** The connection is gone, and the statement certainly never reached the server. */
  | 'unsent'
  /** The server ends the connection, and says so in place of an answer: it has undone the statement or never begun it. */
  | 'ended'
  /** The call has no time left for a statement; nothing was sent. */
  | 'late'
  /** The server is a demoted writer: nothing was applied, and only another connection can help. */
  | 'readonly'
  /** The server undid the statement and asks to try again on the same connection. */
  | 'again'
  /** Another transaction holds the row for too long; nothing was applied. */
  | 'locked'
  /** The user or password is refused: rotated, most likely. */
  | 'denied'
  /** The statement itself is at fault. */
  | 'statement';

export interface DatabaseError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlState?: string;
  readonly fatal?: boolean;
}

/** Server errors by number: mysql2's table of names is left out of the bundle. */
const BY_NUMBER: Readonly<Record<number, Failure>> = {
  1044: 'denied', // access denied to the database
  1045: 'denied', // access denied for the user
  1053: 'ended', // server shutdown in progress
  1077: 'ended', // normal shutdown
  1158: 'lost', // network read error
  1159: 'lost', // network read timeout
  1160: 'lost', // network write error
  1161: 'lost', // network write timeout
  1205: 'locked', // lock wait timeout
  1213: 'again', // deadlock
  1290: 'readonly', // --read-only
  1615: 'again', // prepared statement needs to be prepared again
  1836: 'readonly', // read-only mode
  1927: 'ended', // connection was killed (MariaDB)
  3169: 'ended', // session was killed
  4031: 'ended', // disconnected for inactivity
};

export function classify(error: unknown): Failure {
  const { errno, code, fatal, message } = error as DatabaseError;
  // Checked before the errno: on a system error errno is the operating system's, a negative number.
  if (code === 'OUT_OF_TIME') return 'late';
  if (code === 'EPIPE' || message.includes('closed state')) return 'unsent';
  const known = errno === undefined ? undefined : BY_NUMBER[errno];
  if (known) return known;
  return fatal || (code !== undefined && /^(PROTOCOL_|ECONN|ETIMEDOUT|EHOST|ENET|ERR_STREAM)/.test(code))
    ? 'lost'
    : 'statement';
}

/** What may be logged of an error. The server's own messages quote values, which may be personal data. */
export function describe(error: unknown): Record<string, unknown> {
  const { name, message, code, errno, sqlState, stack } = error as DatabaseError;
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at '));
  return {
    error: name,
    reason: sqlState === undefined ? message : undefined,
    code,
    errno,
    sqlState,
    stack: frames?.slice(0, 6).map((line) => line.trim()),
  };
}
