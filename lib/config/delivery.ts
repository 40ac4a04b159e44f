import { type DeliveryConfig, configFile, valuesFile } from './environment';
import type { Problem } from './problems';
import { isArm } from './validate';
import { type Environment, type Service, child, mergeValues } from './values';

/**
 * What one trigger of a pipeline takes:
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
 */
export const PATTERNS_PER_FILTER = 8;
export const FILTERS_PER_TRIGGER = 3;

/** What a service is built from, in the services' repository: its own folder, then what all share. */
export function servicePaths(
  { servicesFolder, sharedPaths = [] }: DeliveryConfig,
  { name }: Pick<Service, 'name'>,
): [string, ...string[]] {
  return [servicesFolder ? `${servicesFolder}/${name}` : name, ...sharedPaths];
}

/** Patterns of the files in the services' repository whose change starts the pipeline. */
export function servicePatterns(delivery: DeliveryConfig, services: readonly Service[]): string[] {
  return [
    ...services.map((service) => `${servicePaths(delivery, service)[0]}/**`),
    // Either may be meant: a file, or a folder.
    ...(delivery.sharedPaths ?? []).flatMap((path) => [path, `${path}/**`]),
  ];
}

/** What keeps the delivery sections of the environments from working with their values and with each other. */
export function deliveryProblems(environments: readonly Environment[]): Problem[] {
  const problems: Problem[] = [];
  const delivered = environments.flatMap(({ config, values }) =>
    config.delivery ? [{ config, values, delivery: config.delivery, file: configFile(config.name) }] : [],
  );
  for (const { config, values, delivery, file } of delivered) {
    const most = PATTERNS_PER_FILTER * FILTERS_PER_TRIGGER;
    const patterns = servicePatterns(delivery, values.services);
    if (patterns.length > most) {
      problems.push({
        file,
        field: 'delivery.sharedPaths',
        value: delivery.sharedPaths ?? [],
        allowed: `one pattern per service and two per shared path, together at most ${most}; these make ${patterns.length}`,
      });
    }
    for (const { key } of values.services) {
      const entry = mergeValues(child(values.merged, 'serviceDefaults'), child(child(values.merged, 'services'), key));
      const { digest } = child(entry, 'image');
      if (digest) {
        problems.push({
          file: valuesFile(config.name),
          field: `services.${key}.image.digest`,
          value: digest,
          allowed: 'none: a digest overrules the tag, so the pipeline would release nothing',
        });
      }
    }
  }
  const [first, ...others] = delivered.map(({ config, file }) => ({
    file,
    types: config.kubernetes.serviceNodes.instanceTypes,
  }));
  for (const { file, types } of others) {
    if (first && types.some(isArm) !== first.types.some(isArm)) {
      problems.push({
        file,
        field: 'kubernetes.serviceNodes.instanceTypes',
        value: types,
        allowed: `the architecture of ${first.types.join(', ')} in ${first.file}: the pipelines share the images`,
      });
    }
  }
  return problems;
}
