import type { AssemblyStack } from '../../assembly/assembly';

/** What a month of use is taken to be, for everything that is billed by use. A stated assumption, not a measurement. */
export interface Usage {
  /** Through the NAT gateways, GB. */
  readonly natGigabytes: number;

  /** Requests to the API, millions. */
  readonly requests: number;

  /** Mean duration of an execution of a function that answers requests, seconds. */
  readonly functionSeconds: number;

  /** Out of CloudFront, GB. */
  readonly deliveredGigabytes: number;

  /** Into all log groups of the environment together, GB. */
  readonly logGigabytes: number;

  /** People who sign in during the month. */
  readonly activeUsers: number;

  /** Container images in the registry, GB. */
  readonly imageGigabytes: number;
}

/** A team that tries things out. */
export const TEAM: Usage = {
  natGigabytes: 20,
  requests: 0.1,
  functionSeconds: 0.1,
  deliveredGigabytes: 1,
  logGigabytes: 5,
  activeUsers: 10,
  imageGigabytes: 5,
};

/** A company of some hundred employees. */
export const COMPANY: Usage = {
  natGigabytes: 100,
  requests: 3,
  functionSeconds: 0.1,
  deliveredGigabytes: 50,
  logGigabytes: 30,
  activeUsers: 300,
  imageGigabytes: 5,
};

/** Usage of an environment: who keeps a database beyond its stack has people who work with what is in it. */
export function usageOf(stacks: readonly AssemblyStack[]): Usage {
  const keepsData = stacks
    .flatMap(({ resources }) => Object.values(resources))
    .some(({ Type, DeletionPolicy = 'Delete' }) => Type === 'AWS::RDS::DBInstance' && DeletionPolicy !== 'Delete');
  return keepsData ? COMPANY : TEAM;
}
