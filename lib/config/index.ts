import { deliveryProblems } from './delivery';
import { dev } from './dev';
import { type EnvironmentConfig, type EnvironmentName } from './environment';
import { addressProblems, limitProblems } from './limits';
import { ConfigurationError, type Problem } from './problems';
import { prod } from './prod';
import { validateConfig } from './validate';
import { type Environment, readChartValues } from './values';

export type { Environment };

/** Config of every environment. */
export const CONFIGS: Readonly<Record<EnvironmentName, EnvironmentConfig>> = { dev, prod };

/**
 * Checks configs and the values files that belong to them.
 *
 * @throws ConfigurationError with all problems of all environments
 */
export function loadEnvironments(configs: readonly EnvironmentConfig[], chart?: string): Environment[] {
  const loaded = configs.map((config) => {
    const problems = validateConfig(config, `lib/config/${config.name}.ts`);
    const { values, problems: valueProblems } = readChartValues(config, chart);
    const environment = { config, values };
    return { environment, problems: [...problems, ...valueProblems, ...kafkaProblems(environment)] };
  });
  const environments = loaded.map(({ environment }) => environment);
  const problems = [
    ...loaded.flatMap((entry) => entry.problems),
    ...environments.flatMap(limitProblems),
    ...addressProblems(configs),
    ...deliveryProblems(environments),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environments;
}

/** Whether the Kafka exists that the values file uses. */
function kafkaProblems({ config, values: { kafkaMode } }: Environment): Problem[] {
  const needed = {
    msk: { field: 'msk', value: config.msk },
    zookeeper: { field: 'kubernetes.kafkaNodes', value: config.kubernetes.kafkaNodes },
    kraft: { field: 'kubernetes.kafkaNodes', value: config.kubernetes.kafkaNodes },
  };
  // A mode of another name is a problem of its own.
  return Object.entries(needed)
    .filter(([mode, { value }]) => mode === kafkaMode && value === undefined)
    .map(([mode, { field, value }]) => ({
      file: `lib/config/${config.name}.ts`,
      field,
      value,
      allowed: `a value while chart/values-${config.name}.yaml says kafka.mode: ${mode}`,
    }));
}
