import { type Connection, createConnection } from 'mysql2/promise';
import { type AppOptions, type Handler, createHandler } from '../../../lambda/employee/app';
import { credentialsFrom, parseDatabaseUrl } from '../../../lambda/employee/db/credentials';
import { Database, type DatabaseOptions } from '../../../lambda/employee/db/database';
import { createMigratedDatabase } from '../../../lambda/employee/dev/database';
import { albEvent } from '../../../lambda/employee/dev/http-server';
import { type Account, Issuer } from '../../../lambda/employee/dev/issuer';
import { type LambdaEvent, type LambdaResult } from '../../../lambda/employee/http/event';
import { Callers } from '../../../lambda/employee/identity/caller';
import { callLog } from '../../../lambda/employee/observe/call-log';
import { jsonLog } from '../../../lambda/employee/observe/log';

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** The JSON of the body, undefined for none. */
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look inside
}

/** The user pool of the tests, and how a built function knows it. */
export const issuer = new Issuer();

export const poolEnvironment = {
  TOKEN_ISSUER: issuer.source.issuer,
  TOKEN_AUDIENCE: issuer.source.audience,
  TOKEN_KEYS: issuer.source.keys,
};

export const ADMINISTRATOR = issuer.token({ email: 'administrator@example.com', groups: ['admins'] });

/** One execution environment of the Lambda: a handler with a connection of its own, called by an administrator. */
export interface Environment {
  readonly handler: Handler;
  readonly database: Database;
  readonly logs: Record<string, unknown>[];
  send(method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Calls the same environment as somebody else; `service` has no token. */
  as(caller: Account | 'service'): Environment['send'];
}

export function serverUrl(): string {
  const url = process.env.ERP_EMPLOYEE_TEST_SERVER;
  if (!url) throw new Error('The global setup found no database server.');
  return url;
}

export function reply(result: LambdaResult): Reply {
  return {
    status: result.statusCode,
    headers: result.headers ?? {},
    body: result.body === '' ? undefined : JSON.parse(result.body),
  };
}

export type Options = Partial<DatabaseOptions & Pick<AppOptions, 'authorization' | 'checkIns' | 'now'>>;

export function environment(url: string, { authorization, checkIns, now, ...options }: Options = {}): Environment {
  const logs: Record<string, unknown>[] = [];
  const write = (line: string): void => {
    logs.push(JSON.parse(line) as Record<string, unknown>);
  };
  const log = jsonLog('test', write);
  const database = new Database({ credentials: credentialsFrom({ kind: 'url', url }), log, ...options });
  const handler = createHandler({
    database,
    log,
    record: callLog('test', 'erp-test', write),
    version: 'test',
    callers: new Callers(issuer.source),
    authorization: authorization ?? 'enforce',
    checkIns: checkIns ?? 'daily',
    now,
  });
  const sendAs =
    (token: string | undefined): Environment['send'] =>
    async (method, target, body, headers = {}) => {
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      const type = body === undefined ? undefined : { 'content-type': 'application/json' };
      const identity = token === undefined ? undefined : { authorization: `Bearer ${token}` };
      return reply(await handler(albEvent(method, target, { ...type, ...identity, ...headers }, text)));
    };
  return {
    handler: (event, context) => handler(byAdministrator(event), context),
    database,
    logs,
    send: sendAs(ADMINISTRATOR),
    as: (caller) => sendAs(caller === 'service' ? undefined : issuer.token(caller)),
  };
}

function byAdministrator(event: LambdaEvent): LambdaEvent {
  if (typeof event !== 'object' || event === null || typeof (event.headers ?? {}) !== 'object') return event;
  const authorization = `Bearer ${ADMINISTRATOR}`;
  return event.multiValueHeaders && !event.headers
    ? { ...event, multiValueHeaders: { authorization: [authorization], ...event.multiValueHeaders } }
    : { ...event, headers: { authorization, ...event.headers } };
}

/** A database with the schema for one test file, and a way to look into it beside the service. */
export function useDatabase(): {
  url: () => string;
  sql: <T>(text: string) => Promise<T[]>;
  open: (options?: Options) => Environment;
} {
  let url = '';
  let drop: () => Promise<void> = () => Promise.resolve();
  let direct: Connection | undefined;
  const opened: Environment[] = [];
  beforeAll(async () => {
    const database = await createMigratedDatabase(serverUrl());
    url = database.url;
    drop = database.drop;
    direct = await createConnection(url);
  });
  afterAll(async () => {
    for (const each of opened) await each.database.close();
    await direct?.end();
    await drop();
  });
  return {
    url: () => url,
    sql: async <T>(text: string) => (await direct!.query(text))[0] as T[],
    open: (options) => {
      const each = environment(url, options);
      opened.push(each);
      return each;
    },
  };
}

export const kim = { name: '김민수', department: '개발팀', position: '대리' };

export const credentialsOf = parseDatabaseUrl;
