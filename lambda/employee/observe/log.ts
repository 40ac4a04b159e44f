import { writeSync } from 'node:fs';

export type Level = 'info' | 'warn' | 'error';
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** One JSON object per line, as CloudWatch Logs takes it. */
export function jsonLog(version: string, write: (line: string) => void): Log {
  return (level, message, fields) =>
    write(
      `${JSON.stringify({ time: new Date().toISOString(), level, message, service: 'employee', version, ...fields })}\n`,
    );
}

/**
 * Standard output, at once: an environment may be frozen as soon as it has answered. Not `console`, for which the
 * runtime may put a prefix in front, so that embedded metrics would no longer be pure JSON.
 */
export function writeOut(line: string): void {
  const bytes = Buffer.from(line);
  let written = 0;
  try {
    written = writeSync(1, bytes);
  } catch {
    // A full pipe that does not block (EAGAIN): the stream waits for room.
  }
  if (written < bytes.length) process.stdout.write(bytes.subarray(written));
}
