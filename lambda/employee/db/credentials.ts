import { sign } from 'aws4';
import { type SecretSource, type UrlSource } from '../settings';
import { classify } from './failure';

export interface Credentials {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Gives the credentials; `refresh` asks the source again, for a password that was rotated. */
export type CredentialsProvider = (refresh: boolean) => Promise<Credentials>;

/** Secrets Manager answers in tens of milliseconds; the database connection needs the rest of the time. */
const SECRET_TIMEOUT_MS = 1500;

export function credentialsFrom(source: SecretSource | UrlSource): CredentialsProvider {
  if (source.kind === 'url') {
    const credentials = Promise.resolve(parseDatabaseUrl(source.url));
    return () => credentials;
  }
  let current: Promise<Credentials> | undefined;
  return (refresh) => {
    if (refresh || !current) {
      const fetched = fetchSecret(source)
        .catch(() => fetchSecret(source))
        .then(parseSecret);
      current = fetched;
      // A failed fetch is not kept: the next request asks again.
      fetched.catch(() => {
        if (current === fetched) current = undefined;
      });
    }
    return current;
  };
}

/** A rotation takes some seconds from the new password to the secret that says so. */
const ROTATION_ATTEMPTS = 20;
const ROTATION_PAUSE_MS = 3000;

/** Does what the deployment waits for, with credentials that may be changing just then. `work` may run more than once. */
export async function withCurrent<T>(
  provider: CredentialsProvider,
  work: (credentials: Credentials) => Promise<T>,
  pauseMs = ROTATION_PAUSE_MS,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(await provider(attempt > 1));
    } catch (error) {
      if (classify(error) !== 'denied' || attempt === ROTATION_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

export function parseDatabaseUrl(text: string): Credentials {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(mysql|mariadb):$/.test(url.protocol) || url.pathname.length < 2) {
    // The value may carry a password, so it is not repeated.
    throw new Error('DATABASE_URL must look like mysql://user:password@host:port/database.');
  }
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  };
}

function parseSecret(text: string): Credentials {
  let secret: Record<string, unknown> = {};
  try {
    secret = Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw new Error('The database secret is not JSON.');
  }
  const missing = ['username', 'password', 'host', 'port', 'dbname'].filter(
    (field) => secret[field] == null || secret[field] === '',
  );
  if (missing.length > 0) {
    throw new Error(
      `The database secret lacks ${missing.join(', ')}; it must hold username, password, host, port and dbname.`,
    );
  }
  return {
    host: String(secret.host),
    port: Number(secret.port),
    user: String(secret.username),
    password: String(secret.password),
    database: String(secret.dbname),
  };
}

/**
 * One signed HTTPS call. The AWS SDK's client would add about 95 ms to every cold start, and `fetch` about 45 ms for
 * loading undici (docs/decisions/0040-employee-secret-fetch.md).
 */
function fetchSecret(source: SecretSource): Promise<string> {
  const endpoint = new URL(source.endpoint ?? `https://secretsmanager.${source.region}.amazonaws.com`);
  const signed = sign({
    service: 'secretsmanager',
    region: source.region,
    host: endpoint.host,
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'secretsmanager.GetSecretValue' },
    body: JSON.stringify({ SecretId: source.arn }),
  });
  // Loaded where a secret is fetched; with DATABASE_URL it is not needed.
  const { request } = process.getBuiltinModule(endpoint.protocol === 'http:' ? 'node:http' : 'node:https');
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: endpoint.hostname,
        port: endpoint.port || undefined,
        method: 'POST',
        path: '/',
        headers: signed.headers as Record<string, string>,
        signal: AbortSignal.timeout(SECRET_TIMEOUT_MS),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) {
            const secret = secretString(text);
            if (secret === undefined) reject(new Error('The database secret has no SecretString.'));
            else resolve(secret);
          } else {
            const kind = /"__type"\s*:\s*"([\w.#]+)"/.exec(text)?.[1] ?? 'no error type';
            reject(new Error(`Secrets Manager answered ${response.statusCode} (${kind}) for ${source.arn}.`));
          }
        });
      },
    );
    call.on('error', reject);
    call.end(signed.body);
  });
}

/** Thrown in a listener an error would end the process, and a proxy on the way may answer with anything. */
function secretString(text: string): string | undefined {
  try {
    const { SecretString } = Object(JSON.parse(text)) as { SecretString?: unknown };
    return typeof SecretString === 'string' ? SecretString : undefined;
  } catch {
    return undefined;
  }
}
