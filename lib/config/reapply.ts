import { stackPrefix } from './environment';
import { environmentNames } from './files';
import { ConfigurationError } from './problems';

/** Context key of the CDK CLI: `-c reapply=dev:<word>`. */
export const REAPPLY_CONTEXT = 'reapply';

/** The wish that one environment puts everything into its cluster once more, though no template has changed. */
export interface Reapply {
  readonly environment: string;

  /** Letters, digits, dots and hyphens. CloudFormation acts when it is another one than the last time. */
  readonly word: string;
}

/** The command for people. */
export function reapplyCommand(environment: string): string {
  return `npx cdk deploy ${stackPrefix(environment)} -c ${REAPPLY_CONTEXT}=${environment}:$(date +%s)`;
}

/**
 * Reads the value of the context key.
 *
 * @throws ConfigurationError where it is neither absent nor `<environment>:<word>`
 */
export function parseReapply(value: unknown): Reapply | undefined {
  if (value === undefined) return undefined;
  const [, environment, word] = /^([^:]*):([\w.-]+)$/.exec(String(value)) ?? [];
  const names = environmentNames();
  if (environment !== undefined && names.includes(environment) && word) return { environment, word };
  throw new ConfigurationError([
    {
      file: 'command line',
      field: `-c ${REAPPLY_CONTEXT}`,
      value,
      allowed: `${names.map((name) => `${name}:<word>`).join(' or ')}, the word of letters, digits, dots and hyphens`,
    },
  ]);
}
