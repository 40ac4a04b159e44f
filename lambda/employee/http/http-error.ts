import { type Problem } from '../contract/problems';

/** An answer that is not the one the caller wanted; thrown from anywhere below the handler. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: readonly Problem[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
