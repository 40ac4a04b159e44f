import type { EnvironmentConfig } from './environment';

/**
 * Connections of the employee function where nothing bounds its executions: with the others below what the smallest class
 * takes, a t4g.micro with about 60 (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html).
 */
const UNRESERVED_CONNECTIONS = 40;

/** Connections beside the employee function's own: operators, rotation, migration. */
const OTHER_CONNECTIONS = 10;

/** Connections that one user of the database may hold: each execution of the employee function holds one. */
export function connectionsPerUser({ employee }: Pick<EnvironmentConfig, 'employee'>): number {
  return (employee.reservedConcurrency ?? UNRESERVED_CONNECTIONS) + OTHER_CONNECTIONS;
}

/** Reservation of a function that never runs twice at once; none where the environment reserves nothing. */
export function reserveOne({ employee }: Pick<EnvironmentConfig, 'employee'>): 1 | undefined {
  return employee.reservedConcurrency === undefined ? undefined : 1;
}
