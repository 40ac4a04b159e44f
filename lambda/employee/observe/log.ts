export type Level = 'info' | 'warn' | 'error';
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/**
 * One JSON object per line on standard output, which CloudWatch Logs takes as it is; `console` would let the runtime
 * put a prefix in front, and embedded metrics must be pure JSON.
 */
export function jsonLog(version: string, write: (line: string) => void = (line) => process.stdout.write(line)): Log {
  return (level, message, fields) =>
    write(
      `${JSON.stringify({ time: new Date().toISOString(), level, message, service: 'employee', version, ...fields })}\n`,
    );
}
