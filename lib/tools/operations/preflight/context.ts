import type { Environment } from '../../../config';
import type { AssemblyStack } from '../../../assembly/assembly';
import type { Aws } from '../aws';
import { type DeployedStack, stands } from '../deployed';
import type { Check } from '../../../report/findings';
import type { Request } from '../http';

/** What the checks before a deployment look at. */
export interface PreflightContext {
  readonly environment: Environment;

  /** Stacks of the environment, as they would be deployed. */
  readonly stacks: readonly AssemblyStack[];

  /** The same stacks as AWS has them today. */
  readonly deployed: readonly DeployedStack[];

  /** Account of the credentials. */
  readonly account: string;

  readonly aws: Aws;
  readonly request: Request;

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
