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

/** A line may hold up its call for as long as this; what reads the pipe is seldom slower. */
const LONGEST_WAIT_MS = 500;
/** Of lines that wait for a reader that does not read. */
const MOST_WAITING_BYTES = 1_000_000;

const pause = new Int32Array(new SharedArrayBuffer(4));
const waiting: Buffer[] = [];
let waitingBytes = 0;
let lost = 0;

/**
 * Standard output, at once: an environment may be frozen as soon as it has answered. Not `console`, for which the
 * runtime may put a prefix in front, so that embedded metrics would no longer be pure JSON. Not `process.stdout` when
 * the pipe is full either: what is written past it would overtake.
 */
export function writeOut(line: string): void {
  // Who has waited in vain once does not hold up the calls that follow.
  const patient = waiting.length === 0;
  add(line);
  drain(patient);
  if (waiting.length > 0) setTimeout(() => drain(false), 50).unref();
}

function add(line: string): void {
  // Whole lines, because half of one would spoil the next.
  if (waitingBytes + line.length > MOST_WAITING_BYTES) {
    lost++;
    return;
  }
  const bytes = Buffer.from(lost > 0 ? lostLine() + line : line);
  waiting.push(bytes);
  waitingBytes += bytes.length;
}

function lostLine(): string {
  const line = JSON.stringify({ time: new Date().toISOString(), level: 'error', message: 'log lines were lost', lost });
  lost = 0;
  return `${line}\n`;
}

/** Writes in order what waits; a `patient` one waits for room. */
function drain(patient: boolean): void {
  let until = 0;
  for (let next = waiting[0]; next; next = waiting[0]) {
    try {
      const written = writeSync(1, next);
      until = 0;
      waitingBytes -= written;
      if (written < next.length) waiting[0] = next.subarray(written);
      else waiting.shift();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        // Nobody will ever read it.
        waiting.length = 0;
        waitingBytes = 0;
        return;
      }
      if (!patient) return;
      until ||= performance.now() + LONGEST_WAIT_MS;
      if (performance.now() > until) return;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
