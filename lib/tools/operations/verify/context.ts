import type { Environment } from '../../../config';
import type { AssemblyStack } from '../../../assembly/assembly';
import type { Aws } from '../aws';
import type { ClusterAccess } from '../cluster-access';
import type { DeployedStack } from '../deployed';
import type { Check } from '../../../report/findings';
import type { Request } from '../http';

/** What the checks after a deployment look at. */
export interface VerifyContext {
  readonly environment: Environment;
  readonly stacks: readonly AssemblyStack[];
  readonly deployed: readonly DeployedStack[];
  readonly aws: Aws;

  readonly request: Request;
}

/** The same with a way into the cluster. */
export interface ClusterContext extends VerifyContext {
  readonly cluster: ClusterAccess;
}

export type VerifyCheck = Check<VerifyContext>;
export type ClusterCheck = Check<ClusterContext>;
