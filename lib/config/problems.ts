import { inspect } from 'util';

/** One thing that is wrong with what people wrote, in terms they can act on. */
export interface Problem {
  /** File, relative to the repository. */
  readonly file: string;

  /** Path of the field in the file, such as `services.notification.port`. */
  readonly field: string;

  /** The value found. */
  readonly value: unknown;

  /** What is allowed instead. */
  readonly allowed: string;
}

/** All problems of the configuration in one error, each once and in one line. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    // What environments share has its problem in each of them.
    const lines = new Set(
      problems.map(
        ({ file, field, value, allowed }) =>
          `  ${file}: ${printable(field || '""')} is ${shown(value)}; allowed: ${allowed}`,
      ),
    );
    super(`${lines.size} problem${lines.size === 1 ? '' : 's'} in the configuration:\n${[...lines].join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

const MAX_SHOWN = 200;

/** A value as people would write it, on one line. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  let text: string | undefined;
  try {
    text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  } catch {
    // A config is code, so a value may be what JSON does not know.
  }
  return printable(text ?? inspect(value, { breakLength: Infinity }));
}

function printable(text: string): string {
  const line = text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
