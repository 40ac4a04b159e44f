import { RemovalPolicy } from 'aws-cdk-lib';
import type { EnvironmentConfig } from './environment';

/** Removal policy of what AWS can take a last snapshot of before it goes: databases, caches. */
export function snapshotPolicy({ removal }: Pick<EnvironmentConfig, 'removal'>): RemovalPolicy {
  return removal === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.SNAPSHOT;
}

/**
 * Keeps what a stack leaves behind when it is deleted, but not what a creation made that failed: its name would be taken
 * when the creation is tried again.
 */
export const KEEP = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/** Removal policy of what can be made again or is plainly deleted: keys, buckets, log groups. */
export function removalPolicy({ removal }: Pick<EnvironmentConfig, 'removal'>): RemovalPolicy {
  return removal === 'destroy' ? RemovalPolicy.DESTROY : KEEP;
}
