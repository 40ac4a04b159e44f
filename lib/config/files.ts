import * as fs from 'fs';
import * as path from 'path';
import { type EnvironmentConfig, type EnvironmentSettings, configFile } from './environment';
import type { Problem } from './problems';

const FOLDER = path.join(__dirname, 'environments');

/**
 * The longest thing that carries an environment's name is `erp-<name>-employee`, a load balancer, which may have 32:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 */
export const MAX_NAME = 32 - 'erp--employee'.length;

/** Names that mean something else: the stack ErpRegistry, and words of the commands. */
const TAKEN = ['all', 'registry', 'shared'];

/** Names of the environments, one per file of the folder. */
export function environmentNames(folder: string = FOLDER): string[] {
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.basename(file, '.ts'))
    .sort();
}

/**
 * The config in an environment's file, as it stands there.
 *
 * @returns the config, if the file has one, and every problem of the file itself
 */
export function readConfig(name: string, folder: string = FOLDER): { config?: EnvironmentConfig; problems: Problem[] } {
  const file = configFile(name);
  const problems: Problem[] = [];
  if (!/^[a-z][a-z0-9]*$/.test(name) || name.length > MAX_NAME || TAKEN.includes(name)) {
    problems.push({
      file,
      field: 'the name of the file',
      value: name,
      allowed:
        `lower-case letters and digits, a letter first, at most ${MAX_NAME} of them since a load balancer is ` +
        `erp-<name>-employee and AWS takes 32; not ${TAKEN.join(', ')}`,
    });
  }
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- which files there are is known only now
    const { default: settings } = require(path.join(folder, name)) as { default?: EnvironmentSettings };
    if (settings instanceof Object) {
      if ('name' in settings)
        problems.push({
          file,
          field: 'name',
          value: settings.name,
          allowed: 'no such key; an environment is named as its file',
        });
      return { config: { ...settings, name }, problems };
    }
    problems.push({ file, field: 'the default export', value: settings, allowed: 'the settings of the environment' });
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error)
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    problems.push({
      file,
      field: 'the file',
      value: reason,
      allowed: 'TypeScript that exports settings as its default',
    });
  }
  return { problems };
}
