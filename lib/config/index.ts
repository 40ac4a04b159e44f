import * as fs from 'fs';
import * as path from 'path';
import { deliveryProblems } from './delivery';
import { type EnvironmentConfig, configFile, valuesFile } from './environment';
import { environmentNames, readConfig } from './files';
import { addressProblems, limitProblems } from './limits';
import { ConfigurationError, type Problem } from './problems';
import { configsForRun } from './run';
import { areSound, validateConfig } from './validate';
import { CHART, type Environment, readChartValues } from './values';

export type { Environment };

export interface ReadProps {
  /**
   * Value of a key of the CDK context, undefined where it is not set.
   *
   * @default - the run asks for nothing beside what the files say
   */
  readonly context?: (key: string) => unknown;

  /**
   * Name of the only environment to read.
   *
   * @default - all
   */
  readonly only?: string;

  /**
   * Folder with one config file per environment.
   *
   * @default - lib/config/environments
   */
  readonly folder?: string;

  /**
   * Folder of the chart with one values file per environment.
   *
   * @default - chart
   */
  readonly chart?: string;
}

/**
 * The environments that have files, for one run.
 *
 * @throws ConfigurationError with all problems of all files
 */
export function readEnvironments({
  context = () => undefined,
  only,
  folder,
  chart = CHART,
}: ReadProps = {}): Environment[] {
  const wanted = (name: string) => only === undefined || name === only;
  const names = environmentNames(folder).filter(wanted);
  const files = names.map((name) => readConfig(name, folder));
  const problems = [
    ...files.flatMap((file) => file.problems),
    ...pairProblems(names, valuesNames(chart).filter(wanted)),
  ];
  const collect = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const configs = files.flatMap(({ config }) => config ?? []);
  const forRun = collect(() => configsForRun(configs, context)) ?? configs;
  const paired = forRun.filter(({ name }) => fs.existsSync(path.join(chart, path.basename(valuesFile(name)))));
  const environments = collect(() => loadEnvironments(paired, chart));
  if (problems.length > 0 || !environments) throw new ConfigurationError(problems);
  return environments;
}

/** Names in the chart's `values-<name>.yaml`. */
function valuesNames(chart: string): string[] {
  return fs.readdirSync(chart).flatMap((file) => /^values-(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/** Files without the other one that makes an environment. */
function pairProblems(configs: readonly string[], values: readonly string[]): Problem[] {
  const without = (file: string, other: string): Problem => ({
    file,
    field: other,
    value: undefined,
    allowed: `an environment is both files, so add ${other} or remove ${file}`,
  });
  return [
    ...configs.filter((name) => !values.includes(name)).map((name) => without(configFile(name), valuesFile(name))),
    ...values.filter((name) => !configs.includes(name)).map((name) => without(valuesFile(name), configFile(name))),
  ];
}

/**
 * Checks configs and the values files that belong to them.
 *
 * @throws ConfigurationError with all problems of all environments
 */
export function loadEnvironments(configs: readonly EnvironmentConfig[], chart?: string): Environment[] {
  const problems: Problem[] = [];
  const environments: Environment[] = [];
  for (const config of configs) {
    const found = validateConfig(config);
    problems.push(...found);
    // What the chart is told of the config.
    if (typeof config.region !== 'string' || typeof config.network?.cidr !== 'string') continue;
    const { values, problems: valueProblems } = readChartValues(config, chart);
    const environment = { config, values };
    problems.push(...valueProblems);
    if (areSound(['msk', 'kubernetes.kafkaNodes'], found)) problems.push(...kafkaProblems(environment));
    if (found.length === 0) environments.push(environment);
  }
  problems.push(
    ...environments.flatMap(limitProblems),
    ...addressProblems(environments.map(({ config }) => config)),
    ...deliveryProblems(environments),
  );
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
      file: configFile(config.name),
      field,
      value,
      allowed: `a value while ${valuesFile(config.name)} says kafka.mode: ${mode}`,
    }));
}
