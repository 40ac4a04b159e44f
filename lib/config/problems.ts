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

/** All problems of the configuration in one error. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    // What environments share has its problem in each of them.
    const lines = new Set(
      problems.map(
        ({ file, field, value, allowed }) =>
          `  ${file}: ${field} is ${JSON.stringify(value) ?? 'missing'}; allowed: ${allowed}`,
      ),
    );
    super(`${lines.size} problem${lines.size === 1 ? '' : 's'} in the configuration:\n${[...lines].join('\n')}`);
    this.name = 'ConfigurationError';
  }
}
