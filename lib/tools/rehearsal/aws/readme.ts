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
 * The deployments of an environment in the order in which the README has them. An environment that it does not tell about is
 * deployed like the one that has its protection.
 *
 * @throws Error when it has none
 */
export function documentedDeployments(
  readme: string,
  { name, protection }: Pick<EnvironmentConfig, 'name' | 'protection'>,
): DocumentedDeployment[] {
  const linesOf = (environment: string) => [
    ...readme.matchAll(new RegExp(`^ *\\$ npx cdk deploy ${stackPrefix(environment)}( [^#\\n]*)?(#.*)?$`, 'gm')),
  ];
  const own = linesOf(name);
  const like = protection ? 'prod' : 'dev';
  const lines = own.length > 0 ? own : linesOf(like);
  if (lines.length === 0) throw new Error(`README.md has no line "$ npx cdk deploy ${stackPrefix(like)} …"`);
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
