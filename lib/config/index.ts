import { deliveryProblems } from './delivery';
import { dev } from './dev';
import { type EnvironmentConfig, type EnvironmentName } from './environment';
import { ConfigurationError } from './problems';
import { prod } from './prod';
import { validateConfig } from './validate';
import { type ChartValues, readChartValues } from './values';

/** Config of every environment. */
export const CONFIGS: Readonly<Record<EnvironmentName, EnvironmentConfig>> = { dev, prod };

/** One environment, ready to build: its config and the chart's values. */
export interface Environment {
  readonly config: EnvironmentConfig;
  readonly values: ChartValues;
}

/**
 * Checks configs and the values files that belong to them.
 *
 * @throws ConfigurationError with all problems of all environments
 */
export function loadEnvironments(configs: readonly EnvironmentConfig[], chart?: string): Environment[] {
  const loaded = configs.map((config) => {
    const problems = validateConfig(config, `lib/config/${config.name}.ts`);
    const { values, problems: valueProblems } = readChartValues(config, chart);
    return { environment: { config, values }, problems: [...problems, ...valueProblems] };
  });
  const environments = loaded.map(({ environment }) => environment);
  const problems = [...loaded.flatMap((entry) => entry.problems), ...deliveryProblems(environments)];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environments;
}
