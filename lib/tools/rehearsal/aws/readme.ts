import type { EnvironmentConfig } from '../../../config/environment';
import { stackPrefix } from '../../../config/environment';

/** A deployment that the README tells people to type. */
export interface DocumentedDeployment {
  /** Behind `-c`, each `key=value`. */
  readonly context: readonly string[];

  /** Whatever else stands behind the name of the stack. */
  readonly options: readonly string[];
}

/**
 * The deployments of an environment in the order in which the README has them. It tells about dev and about prod; other
 * environments are deployed like the one that has their protection.
 *
 * @throws Error when it has none
 */
export function documentedDeployments(
  readme: string,
  { protection }: Pick<EnvironmentConfig, 'protection'>,
): DocumentedDeployment[] {
  const name = stackPrefix(protection ? 'prod' : 'dev');
  const lines = [...readme.matchAll(new RegExp(`^ *\\$ npx cdk deploy ${name}( [^#\\n]*)?(#.*)?$`, 'gm'))];
  if (lines.length === 0) throw new Error(`README.md has no line "$ npx cdk deploy ${name} …"`);
  return lines.map(([, rest = '']) => {
    const context: string[] = [];
    const options: string[] = [];
    const words = rest.split(' ').filter(Boolean);
    words.forEach((word, i) => {
      if (words[i - 1] === '-c') context.push(word);
      else if (word !== '-c') options.push(word);
    });
    return { context, options };
  });
}
