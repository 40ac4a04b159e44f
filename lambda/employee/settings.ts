import { readFileSync } from 'node:fs';
import { type TokenSource } from './identity/caller';

/** What the service needs to know about where it runs; read once, when the module loads. */
export interface Settings {
  /** Where the database's address, user and password come from. */
  readonly database: SecretSource | UrlSource;
  /** PEM text that replaces the built-in RDS certificate authorities. */
  readonly ca?: string;
  /** Shown by GET /health and in every log line. */
  readonly version: string;
  /** Such as `erp-dev`: tells the metrics of two environments in one account apart. */
  readonly environment: string;
  /**
   * The user pool whose tokens are taken.
   *
   * @default - no token is taken: all callers are services
   */
  readonly tokens?: TokenSource;
  /** Whether what a caller may not do is refused, or only logged. */
  readonly authorization: 'enforce' | 'observe';
  /** How often somebody may check in. */
  readonly checkIns: 'daily' | 'unlimited';
  /** The X-Ray daemon's UDP address, `host:port`, when active tracing is on. */
  readonly xrayDaemon?: string;
  /** The service's user of the database, to whom a migration grants what the service needs. */
  readonly serviceUser?: string;
}

export interface SecretSource {
  readonly kind: 'secret';
  readonly arn: string;
  readonly region: string;
  /** Replaces https://secretsmanager.<region>.amazonaws.com, for a VPC endpoint or a test. */
  readonly endpoint?: string;
}

export interface UrlSource {
  readonly kind: 'url';
  readonly url: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(env: Environment): Settings {
  const caFile = env.DATABASE_CA_FILE;
  return {
    database: databaseSource(env),
    ca: caFile ? readFileSync(caFile, 'utf8') : undefined,
    tokens:
      env.TOKEN_ISSUER && env.TOKEN_AUDIENCE
        ? { issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE, keys: env.TOKEN_KEYS }
        : undefined,
    authorization: env.AUTHORIZATION === 'observe' ? 'observe' : 'enforce',
    checkIns: env.CHECK_INS === 'unlimited' ? 'unlimited' : 'daily',
    version: env.SERVICE_VERSION ?? env.AWS_LAMBDA_FUNCTION_VERSION ?? 'local',
    environment: env.SERVICE_ENVIRONMENT ?? 'local',
    xrayDaemon: env.AWS_XRAY_DAEMON_ADDRESS,
    serviceUser: env.SERVICE_USER,
  };
}

function databaseSource(env: Environment): SecretSource | UrlSource {
  if (env.DATABASE_URL) return { kind: 'url', url: env.DATABASE_URL };
  if (!env.DATABASE_SECRET_ARN) {
    throw new Error(
      'No database is configured: set DATABASE_SECRET_ARN to the ARN of a Secrets Manager secret with ' +
        '{username, password, host, port, dbname}, or DATABASE_URL to mysql://user:password@host:port/database.',
    );
  }
  // arn:aws:secretsmanager:<region>:…; the secret may live in another region than the function.
  const region = env.DATABASE_SECRET_ARN.split(':')[3] || env.AWS_REGION;
  if (!region) {
    throw new Error(
      `The region of the secret is unknown: DATABASE_SECRET_ARN is '${env.DATABASE_SECRET_ARN}', which names none, ` +
        'and AWS_REGION is not set.',
    );
  }
  return {
    kind: 'secret',
    arn: env.DATABASE_SECRET_ARN,
    region,
    endpoint: env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
  };
}
