import type { EnvironmentSettings } from './schema';

export type { EnvironmentSettings };

/** Settings with the name of the file that they stand in. */
export interface EnvironmentConfig extends EnvironmentSettings {
  /** Part of stack names, secret names and the namespace, so it never changes. */
  readonly name: string;
}

export type NodeGroupConfig = EnvironmentSettings['kubernetes']['serviceNodes'];
export type MskConfig = NonNullable<EnvironmentSettings['msk']>;
export type DeliveryConfig = NonNullable<EnvironmentSettings['delivery']>;

/** Name under which AWS and Helm know an environment's things, such as `erp-dev`; also its Kubernetes namespace. */
export function environmentId(name: string): string {
  return `erp-${name}`;
}

/** First part of an environment's stack names, such as `ErpDev`. */
export function stackPrefix(name: string): string {
  return `Erp${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** File of an environment's config, relative to the repository. */
export function configFile(name: string): string {
  return `lib/config/environments/${name}.ts`;
}

/** File of an environment's values, relative to the repository. */
export function valuesFile(name: string): string {
  return `chart/values-${name}.yaml`;
}

/** Entries in Secrets Manager: one for each user of MySQL, of which `mysql` is the cluster's, and MongoDB Atlas. */
export type SecretStore = 'mysql' | 'mysql-master' | 'mysql-employee' | 'mysql-employee-migration' | 'mongodb';

/** Name of an environment's entry in Secrets Manager. */
export function secretName(name: string, store: SecretStore): string {
  return `erp/${name}/${store}`;
}

/**
 * Stack of the images that the environments of a region share. Its name follows from the region alone, so that no environment
 * that moves takes the registry of another along.
 */
export function registryStackName(region: string): string {
  const words = region.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return region === 'ap-northeast-2' ? 'ErpRegistry' : `ErpRegistry${words.join('')}`;
}
