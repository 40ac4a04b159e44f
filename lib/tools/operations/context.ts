import type { AssemblyStack } from '../../assembly/assembly';
import type { Environment } from '../../config';
import type { Aws } from './aws';
import type { DeployedStack } from './deployed';
import type { Request } from './http';

/** What the checks of an environment look at, before a deployment and after it. */
export interface OperationContext {
  /** The environment: config and values of its chart. */
  readonly environment: Environment;

  /** Stacks of the environment, as they would be deployed. */
  readonly stacks: readonly AssemblyStack[];

  /** The same stacks as AWS has them today. */
  readonly deployed: readonly DeployedStack[];

  /** Clients of the environment's account and region. */
  readonly aws: Aws;

  /** Asks an address over HTTPS. */
  readonly request: Request;
}
