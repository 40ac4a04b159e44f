import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createConnection } from 'mysql2/promise';
import { makeCertificates } from '../../../../lambda/employee/dev/certificates';
import { privateServerBinary } from '../../../../lambda/employee/dev/find-server';
import { type ServerProcess, startServer } from '../../../../lambda/employee/dev/mariadb-process';
import { tail } from './commands';
import type { Deployment } from './deployment';
import type { OwnCode, RunCode } from './own-code';

/** What RDS gives the master user of a database: no SUPER, no FILE. */
const MASTER = [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'RELOAD', 'PROCESS', 'REFERENCES', 'INDEX', 'ALTER'],
  ...['SHOW DATABASES', 'CREATE TEMPORARY TABLES', 'LOCK TABLES', 'EXECUTE', 'REPLICATION SLAVE'],
  ...['REPLICATION CLIENT', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE', 'CREATE USER', 'EVENT'],
  'TRIGGER',
];

/** Calls a handler once, as Lambda does, and ends with what it returns. */
const CALL = `const [file, name, event] = process.argv.slice(1);
import(file).then(async (module) => {
  const result = await module[name](JSON.parse(event), { awsRequestId: 'rehearsal', getRemainingTimeInMillis: () => 60000 });
  process.stdout.write('\\n' + JSON.stringify(result) + '\\n', () => process.exit(0));
}).catch((error) => { console.error(error); process.exit(1); });`;

/** Name under which the database is reached here; its certificate is of it. */
const HOST = 'localhost';

interface Secret {
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly dbname: string;
}

/** Runs the bundles of the assembly against a real database, with the secrets of the emulated account. */
export const runDatabaseFunctions: RunCode = async (deployment, codes, add) => {
  const failures: string[] = [];
  const binary = await privateServerBinary((line) => deployment.rehearsal.journal.say(line), failures);
  if (!binary) return add('gap', `there is no MySQL or MariaDB: ${failures.join('; ')}`);
  const certificates = makeCertificates(HOST);
  let server: ServerProcess | undefined;
  let front: Front | undefined;
  try {
    server = await startServer(binary, certificates.serverArguments);
    front = await Front.start(deployment.emulator.endpoint, server.port);
    const runner = new Functions(deployment, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: front.url,
      DATABASE_CA_FILE: certificates.caFile,
    });
    const found: string[] = [];
    for (const code of codes) found.push(await tryFunction(runner, code, server));
    if (front.hosts.size !== 1) throw new Error(`the secrets name several databases: ${[...front.hosts].join(', ')}`);
    add('ok', found.join('\n'));
  } catch (error) {
    add('fault', (error as Error).message);
  } finally {
    front?.stop();
    await server?.stop();
    certificates.remove();
  }
};

/** Calls a function twice, as two deployments do. @returns what it has done */
async function tryFunction(runner: Functions, code: OwnCode, server: ServerProcess): Promise<string> {
  const { handler, variables } = await runner.configuration(code);
  if (handler === 'users.handler') await makeMaster(server.url, await runner.secret(variables, code.region));
  const first = await runner.call(code, handler, variables);
  const again = await runner.call(code, handler, variables);
  if (Array.isArray(again.applied) && again.applied.length > 0)
    throw new Error(`${handler} applies once more what it has applied: ${again.applied.join(', ')}`);
  return `${code.stack}, ${handler}: ${Object.entries(first).map(([key, value]) => `${key} ${[value].flat().join(', ')}`)}; called again: ${JSON.stringify(again)}`;
}

/** The user that an instance comes with, and its first database. */
async function makeMaster(url: string, { username, password, dbname }: Secret): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query("CREATE USER ?@'%' IDENTIFIED BY ?", [username, password]);
    await connection.query(`GRANT ${MASTER.join(', ')} ON *.* TO ?@'%' WITH GRANT OPTION`, [username]);
    await connection.query('CREATE DATABASE ?? CHARACTER SET utf8mb4', [dbname]);
  } finally {
    await connection.end();
  }
}

/** The functions of the emulated account, called on this machine. */
class Functions {
  constructor(
    private readonly deployment: Deployment,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  async configuration({ properties, region }: OwnCode) {
    const args = ['lambda', 'get-function-configuration', '--function-name', String(properties.HandlerArn)];
    const { output } = await this.deployment.commands.aws([...args, '--region', region, '--output', 'json']);
    const { Handler, Environment } = JSON.parse(output) as {
      Handler: string;
      Environment?: { Variables?: Record<string, string> };
    };
    return { handler: Handler, variables: Environment?.Variables ?? {} };
  }

  /** The secret that a function knows the database by. */
  async secret({ DATABASE_SECRET_ARN = '' }: Readonly<Record<string, string>>, region: string): Promise<Secret> {
    const args = ['secretsmanager', 'get-secret-value', '--secret-id', DATABASE_SECRET_ARN, '--region', region];
    const { output } = await this.deployment.commands.aws([...args, '--output', 'json']);
    return JSON.parse((JSON.parse(output) as { SecretString: string }).SecretString) as Secret;
  }

  /** @returns what it returns */
  async call({ folder, region }: OwnCode, handler: string, variables: Readonly<Record<string, string>>, event = {}) {
    const { rehearsal, emulator } = this.deployment;
    const [module = '', name = ''] = handler.split('.');
    const file = pathToFileURL(path.join(folder, `${module}.mjs`)).href;
    const done = await rehearsal.programs.run(
      handler,
      process.execPath,
      ['-e', CALL, file, name, JSON.stringify(event)],
      {
        env: { ...emulator.env, ...variables, ...this.env, AWS_REGION: region },
        limit: 300,
      },
    );
    if (done.code !== 0) throw new Error(`${handler}: ${tail(done)}`);
    return JSON.parse(done.output.trim().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
  }
}

/**
 * The emulator's Secrets Manager with the address of the real database in every secret, whose own address is that of a
 * record.
 */
class Front {
  /** Addresses that stand in the secrets. */
  readonly hosts = new Set<string>();

  private constructor(
    readonly url: string,
    private readonly server: http.Server,
  ) {}

  static async start(endpoint: string, port: number): Promise<Front> {
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        ask(endpoint, request.headers, Buffer.concat(chunks).toString()).then(
          ({ status, answer }) => {
            const { SecretString, ...more } = answer;
            const secret = JSON.parse(SecretString ?? '{}') as Secret;
            if (SecretString) front.hosts.add(secret.host);
            const local = SecretString && { SecretString: JSON.stringify({ ...secret, host: HOST, port }) };
            response.writeHead(status).end(JSON.stringify({ ...more, ...local }));
          },
          (error: Error) => response.writeHead(500).end(error.message),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const front = new Front(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    return front;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function ask(endpoint: string, { authorization = '', ...headers }: http.IncomingHttpHeaders, body: string) {
  const response = await fetch(endpoint, {
    method: 'POST',
    body,
    headers: {
      authorization,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': String(headers['x-amz-target']),
    },
  });
  return { status: response.status, answer: (await response.json()) as { readonly SecretString?: string } };
}
