import { type EnvironmentConfig, configFile } from './environment';
import { environmentNames } from './files';
import { KUBERNETES_VERSION_NAMES, upgradeTargets } from './kubernetes-versions';
import { ConfigurationError, type Problem } from './problems';

/**
 * Context key that leaves protection against deletion out of a run. CloudFormation cannot roll back what is protected, and
 * the CDK CLI cannot delete a stack that is protected against termination, so the run that creates an environment leaves
 * protection out and the next one adds it.
 */
export const PROTECTION = 'protection';

/** What one run may ask for beside the config, as CDK context (`cdk deploy ErpDev -c kubernetes=1.36`), and the values. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  kubernetes: KUBERNETES_VERSION_NAMES,
  // Named, and not just switched on: in an environment that runs, stand-ins would take the place of its services.
  standIn: environmentNames(),
  [PROTECTION]: ['on', 'off'],
};

/**
 * The configs with what a run asks for laid over them: another Kubernetes version or no protection everywhere,
 * stand-ins in one environment.
 *
 * @param context value of a context key, undefined where it is not set
 * @throws ConfigurationError with everything that cannot be had
 */
export function configsForRun(
  configs: readonly EnvironmentConfig[],
  context: (key: string) => unknown,
): EnvironmentConfig[] {
  const problems: Problem[] = [];
  const check = (field: string, value: unknown, ok: boolean, allowed: string) => {
    if (!ok) problems.push({ file: 'command line', field, value, allowed });
  };
  for (const [key, allowed] of Object.entries(ALLOWED)) {
    const value = context(key);
    check(`-c ${key}`, value, value === undefined || allowed.some((one) => one === value), allowed.join(', '));
  }
  const version = KUBERNETES_VERSION_NAMES.find((name) => name === context('kubernetes'));
  const forRun = configs.map((config) => {
    const { name, kubernetes } = config;
    // The config is checked after this, with what the run asks for in it.
    const deployedVersion = KUBERNETES_VERSION_NAMES.find((one) => one === kubernetes?.deployedVersion);
    if (version && deployedVersion) {
      const targets = upgradeTargets(deployedVersion);
      check(
        '-c kubernetes',
        version,
        targets.includes(version),
        `${targets.join(' or ')}: the cluster of ${name} runs ${deployedVersion}, and EKS upgrades one minor at a time`,
      );
    }
    if (config.removal === 'retain' && !config.protection) {
      problems.push({
        file: configFile(name),
        field: 'protection',
        value: config.protection,
        allowed: `true while removal is retain; -c ${PROTECTION}=off leaves it out of the run that creates the environment`,
      });
    }
    return {
      ...config,
      kubernetes: version && kubernetes instanceof Object ? { ...kubernetes, version } : kubernetes,
      protection: context(PROTECTION) === 'off' ? false : config.protection,
      standIns: context('standIn') === name ? true : (config.standIns ?? false),
    };
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return forRun;
}

/** Help for the option `-c` of the commands, which means what it means to the CDK CLI. */
export const CONTEXT_HELP = `as for cdk deploy: ${Object.entries(ALLOWED)
  .map(([key, allowed]) => `${key}=${allowed.join('|')}`)
  .join(', ')}`;

/**
 * Context out of the values of that option.
 *
 * @throws Error about an argument that sets nothing the app reads
 */
export function parseContext(pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', ...value] = pair.split('=');
      if (!Object.hasOwn(ALLOWED, key) || value.length === 0) {
        throw new Error(
          `-c ${pair}: allowed are ${Object.keys(ALLOWED)
            .map((known) => `${known}=<value>`)
            .join(', ')}`,
        );
      }
      return [key, value.join('=')];
    }),
  );
}
