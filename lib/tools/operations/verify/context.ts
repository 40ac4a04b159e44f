import type { Check } from '../../../report/findings';
import type { ClusterAccess } from '../cluster-access';
import type { OperationContext } from '../context';

/** The same with a way into the cluster. */
export interface ClusterContext extends OperationContext {
  readonly cluster: ClusterAccess;
}

export type VerifyCheck = Check<OperationContext>;
export type ClusterCheck = Check<ClusterContext>;
