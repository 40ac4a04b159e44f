import { parseContext } from '../config/run';
import { EXIT } from '../tools/review/report';
import { ReviewError } from '../tools/review/workspace';

/** A mistake in how a command is used. */
export class UsageError extends Error {}

/** Context out of `-c` arguments. */
export function contextOf(pairs?: readonly string[]): Record<string, string> {
  try {
    return parseContext(pairs);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * Runs a command and ends the process with its exit code.
 *
 * @param main throws UsageError, and ReviewError for what went wrong outside of the program
 * @param usage text behind the message of a wrong usage
 */
export function runCommand(main: () => Promise<number>, usage: string): void {
  main().then(
    (code) => process.exit(code),
    (error: Error & { code?: string }) => {
      const isUsage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') === true;
      const text = isUsage
        ? `${error.message}\n\n${usage}`
        : error instanceof ReviewError
          ? error.message
          : error.stack;
      process.stderr.write(`${text}\n`);
      process.exit(isUsage ? EXIT.usage : EXIT.error);
    },
  );
}
