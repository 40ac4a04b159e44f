/** How a command ends. */
export const EXIT = { fine: 0, problem: 1, usage: 2, loss: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code means, whichever command ends with it. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  [EXIT.fine]: 'done, and nothing to object to',
  [EXIT.problem]: 'something failed, is missing or could not be looked at',
  [EXIT.usage]: 'wrong usage, and nothing was done',
  [EXIT.loss]: 'something would be lost that no --accept names (`review`)',
};
