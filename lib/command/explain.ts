import { inspect } from 'node:util';

/** Errors that JavaScript itself throws: a defect in this repository, not in what people wrote. */
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * What an error says to whoever runs the command: its message, which names the problem and what to change.
 *
 * @param debug whether the person asked for the stack and the causes
 */
export function explainError(error: unknown, debug: boolean): string {
  if (debug) return inspect(error);
  if (!(error instanceof Error)) return String(error);
  const isDefect = DEFECTS.some((defect) => error instanceof defect);
  return isDefect ? `${error.name}: ${error.message}\n--debug says where` : error.message;
}
