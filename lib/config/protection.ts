import type { EnvironmentConfig } from './environment';
import { ConfigurationError } from './problems';

/** Context key of the switch: `npx cdk deploy ErpProd -c protection=off`. */
export const PROTECTION = 'protection';

/**
 * Configs as the switch of the command line has them. CloudFormation cannot roll back what is protected against deletion,
 * and the CDK CLI cannot delete a stack that is protected against termination, so the run that creates an environment
 * leaves protection out and the next one adds it.
 *
 * @param value of the context: `off` leaves protection out of every environment, `on` or nothing leaves it to the config
 * @throws ConfigurationError when it is anything else
 */
export function withProtection(configs: readonly EnvironmentConfig[], value: unknown): readonly EnvironmentConfig[] {
  if (value === undefined || value === 'on') return configs;
  if (value === 'off') return configs.map((config) => ({ ...config, protection: false }));
  throw new ConfigurationError([
    { file: 'command line', field: `-c ${PROTECTION}`, value, allowed: 'on (the default), off' },
  ]);
}
