import { RemovalPolicy } from 'aws-cdk-lib';
import type { EnvironmentConfig } from './environment';

/** Removal policy of what AWS can take a last snapshot of before it goes: databases, caches. */
export function snapshotPolicy({ removal }: Pick<EnvironmentConfig, 'removal'>): RemovalPolicy {
  return removal === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.SNAPSHOT;
}

/** Removal policy of what can be made again or is plainly deleted: keys, buckets, log groups. */
export function removalPolicy({ removal }: Pick<EnvironmentConfig, 'removal'>): RemovalPolicy {
  return removal === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
}
