import type { AssemblyStack } from '../../../assembly/assembly';
import type { OperationContext } from '../context';
import { stands } from '../deployed';
import type { Check } from '../../../report/findings';

/** What the checks before a deployment look at. */
export interface PreflightContext extends OperationContext {
  /** Account of the credentials. */
  readonly account: string;

  /** ISO 8601 date. */
  readonly today: string;

  /** Whether a package is installed in the wanted version. */
  readonly installed: (name: string, version: string) => boolean;
}

export type PreflightCheck = Check<PreflightContext>;

/** Stacks that a deployment would create. */
export function missingStacks({ deployed }: PreflightContext): AssemblyStack[] {
  return deployed.filter((stack) => !stands(stack)).map(({ stack }) => stack);
}
