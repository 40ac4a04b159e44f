import { type Connection, createConnection } from 'mysql2/promise';
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMigratedDatabase } from '../../../lambda/employee/dev/database';
import { albEvent } from '../../../lambda/employee/dev/http-server';
import { type ServerProcess } from '../../../lambda/employee/dev/mariadb-process';
import { startPrivateServer } from './private-server';
import { type Environment, environment, kim } from './support';

let server: ServerProcess;
let url: string;
let admin: Connection;
const opened: Environment[] = [];

const open = (target = url, options = {}): Environment => {
  const each = environment(target, options);
  opened.push(each);
  return each;
};

async function connectAdmin(): Promise<void> {
  admin = await createConnection(url);
  admin.on('error', () => undefined);
}

const sql = async <T>(text: string): Promise<T[]> => (await admin.query(text))[0] as T[];
const balanceOf = async (id: number): Promise<string> =>
  (await sql<{ b: string }>(`SELECT annual_leave_balance AS b FROM employees WHERE id = ${id}`))[0]!.b;

async function employeeWith(balance: number): Promise<number> {
  const { body } = await open().send('POST', '/employees', kim);
  await sql(`UPDATE employees SET annual_leave_balance = ${balance} WHERE id = ${body.id}`);
  return body.id;
}

/** Ends every connection but the test's own. */
async function killConnections(): Promise<void> {
  const own = admin.threadId;
  for (const { Id, User } of await sql<{ Id: number; User: string }>('SHOW PROCESSLIST')) {
    if (Id !== own && User === 'root') await admin.query(`KILL ${Id}`).catch(() => undefined);
  }
}

beforeAll(async () => {
  server = await startPrivateServer();
  url = (await createMigratedDatabase(server.url)).url;
  await connectAdmin();
});
afterAll(async () => {
  for (const each of opened) await each.database.close();
  admin.destroy();
  await server.stop();
});

describe('a connection that the server ended', () => {
  test.each(['read', 'write', 'write with a key'])('is replaced without the caller noticing: %s', async (kind) => {
    const id = await employeeWith(100);
    const service = open();
    const send = () =>
      kind === 'read'
        ? service.send('GET', `/employees/${id}`)
        : service.send(
            'POST',
            `/employees/${id}/deduct-leave`,
            { days: 1 },
            kind === 'write' ? {} : { 'idempotency-key': crypto.randomUUID() },
          );
    for (let round = 0; round < 10; round++) {
      expect((await send()).status).toBe(200);
      await killConnections();
      await sleep(5);
    }
    expect((await send()).status).toBe(200);
    expect(await balanceOf(id)).toBe(kind === 'read' ? '100.00' : '89.00');
  });

  test('while the environment was frozen is noticed by the ping, so that a write is not tried on it', async () => {
    const id = await employeeWith(5);
    const service = open(url, { idleMs: 0 });
    await service.send('GET', '/health');
    await killConnections();
    const answer = await service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 });
    expect([answer.status, await balanceOf(id)]).toEqual([200, '4.00']);
  });
});

/** A wire to the server that can be cut in mid-request. */
class Wire {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  /** Of the server, by this wire. */
  url = '';
  /** What to do with the next bytes of a client's command; false: not passed on. */
  onCommand: ((bytes: Buffer, client: Socket) => boolean) | undefined;
  /** What to do with the server's answer to it; false: not passed on. */
  onAnswer: ((bytes: Buffer, client: Socket) => boolean) | undefined;

  async start(): Promise<void> {
    const listener = createServer((client) => {
      const upstream = connect(server.port, '127.0.0.1');
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.setNoDelay(true);
      }
      client.on('data', (bytes) => {
        if (this.onCommand?.(bytes, client) ?? true) upstream.write(bytes);
      });
      upstream.on('data', (bytes) => {
        if (this.onAnswer?.(bytes, client) ?? true) client.write(bytes);
      });
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    this.#server = listener;
    const target = new URL(url);
    target.port = String((listener.address() as AddressInfo).port);
    this.url = target.href;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
  }
}

describe('a wire that is cut', () => {
  let wire: Wire;
  let service: Environment;
  beforeEach(async () => {
    wire = new Wire();
    await wire.start();
    service = open(wire.url);
    await service.send('GET', '/health');
  });
  afterEach(() => {
    jest.useRealTimers();
    wire.stop();
  });

  /** Cuts once, at the first packet that holds `marker` or at the answer to it. */
  function cut(marker: string, when: 'before' | 'after'): void {
    let sent = false;
    wire.onCommand = (bytes, client) => {
      if (sent || !bytes.includes(marker)) return true;
      sent = true;
      if (when === 'after') {
        wire.onAnswer = () => {
          wire.onAnswer = undefined;
          client.destroy();
          return false;
        };
        return true;
      }
      client.destroy();
      return false;
    };
  }
  const deduct = (id: number, headers = {}) =>
    service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 }, headers);
  /** The first call prepares the statement; what is cut is its execution, which carries this value. */
  const prepared = async () => {
    const id = await employeeWith(50);
    await deduct(id);
    await deduct(id, { 'idempotency-key': crypto.randomUUID() });
    return id;
  };

  test.each(['before', 'after'] as const)('%s a read is done again', async (when) => {
    const { body } = await open().send('POST', '/employees', { ...kim, department: `cut-${when}` });
    cut(`cut-${when}`, when);
    const answer = await service.send('GET', `/employees?department=cut-${when}`);
    expect([answer.status, answer.body]).toEqual([200, [body]]);
    // The cut itself is noticed, not the timeout.
    expect(service.logs.find((line) => line.message === 'trying again')).toMatchObject({
      code: expect.stringMatching(/^(PROTOCOL_CONNECTION_LOST|ECONNRESET)$/),
    });
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('%s an addition without a key is not done again, and the answer says so', async (when, added) => {
    const department = `added-${when}`;
    await service.send('POST', '/employees', kim);
    cut(department, when);
    const answer = await service.send('POST', '/employees', { ...kim, department });
    expect([answer.status, answer.headers['retry-after']]).toEqual([504, undefined]);
    expect(answer.body.error).toContain('may or may not have been made');
    expect(await sql(`SELECT id FROM employees WHERE department = '${department}'`)).toHaveLength(added);
    expect((await service.send('GET', '/health')).status).toBe(200);
  });

  const everyCut = ['START TRANSACTION', '1.00', 'COMMIT'].flatMap((marker) =>
    (['before', 'after'] as const).map((when) => [marker, when] as const),
  );

  test.each(everyCut)(
    'a deduction without a key is done exactly once when the wire is cut at %s (%s)',
    async (...at) => {
      const id = await prepared();
      cut(...at);
      const answer = await deduct(id);
      expect([answer.status, answer.body.remainingLeave, await balanceOf(id)]).toEqual([200, 47, '47.00']);
      expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    },
  );

  test.each([
    ['without a key may have been made', {}, 504, undefined, 'may or may not have been made'],
    ['with a key may be sent again', { 'idempotency-key': 'cut-for-good' }, 503, '5', 'repeating it is safe'],
  ])('a deduction %s when the wire stays cut until its time ends', async (_, headers, status, retryAfter, error) => {
    const id = await prepared();
    let isCut = false;
    wire.onCommand = (bytes, client) => {
      if (!isCut && !bytes.includes('COMMIT')) return true;
      if (isCut) client.destroy();
      else wire.onAnswer = () => (client.destroy(), false);
      const first = !isCut;
      isCut = true;
      return first;
    };
    const event = albEvent('POST', `/employees/${id}/deduct-leave`, headers, JSON.stringify({ days: 1 }));
    const answer = await service.handler(event, { getRemainingTimeInMillis: () => 1500 });
    expect([answer.statusCode, answer.headers?.['retry-after']]).toEqual([status, retryAfter]);
    expect(JSON.parse(answer.body).error).toContain(error);
    expect(await balanceOf(id)).toBe('47.00');
  });

  test('a last day is not refused to whom it was given before the wire was cut', async () => {
    const id = await employeeWith(1);
    cut('COMMIT', 'after');
    const answer = await deduct(id);
    expect([answer.status, answer.body.remainingLeave, await balanceOf(id)]).toEqual([200, 0, '0.00']);
  });

  test.each(everyCut)('a write with a key is done exactly once when the wire is cut at %s (%s)', async (...at) => {
    const id = await prepared();
    cut(...at);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const answer = await deduct(id, headers);
    expect([answer.status, answer.body.remainingLeave, await balanceOf(id)]).toEqual([200, 47, '47.00']);
    expect((await deduct(id, headers)).body.remainingLeave).toBe(47);
    expect(await balanceOf(id)).toBe('47.00');
  });

  test.each([
    ['the function is ended', { getRemainingTimeInMillis: () => 2000 }, 1500],
    ['the load balancer gives up', undefined, 9000],
  ])('a server that does not answer is given up on before %s', async (_, context, deadlineMs) => {
    // Only the deadline of the call can end it, on a clock that the test moves. The sockets are real.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'Date'] });
    const patient = open(wire.url, { statementTimeoutMs: 600_000, connectTimeoutMs: 600_000 });
    await patient.send('GET', '/health');
    const sent = new Promise<void>((resolve) => {
      wire.onCommand = () => {
        resolve();
        return false;
      };
    });
    let status = 0;
    void patient.handler(albEvent('GET', '/employees', {}, ''), context).then((answer) => {
      status = answer.statusCode;
    });
    await sent;
    await jest.advanceTimersByTimeAsync(deadlineMs - 1);
    expect(status).toBe(0);
    // One to notice, one for the attempt that there is no time for.
    await jest.advanceTimersByTimeAsync(2);
    expect(status).toBe(503);
  });

  test('a server that answers again is used again', async () => {
    const impatient = open(wire.url, { statementTimeoutMs: 1500 });
    wire.onCommand = () => false;
    expect((await impatient.send('GET', '/employees')).status).toBe(503);
    wire.onCommand = undefined;
    expect((await impatient.send('GET', '/health')).status).toBe(200);
  });
});

test('a server that has become read-only is left for another connection, and nothing is written twice', async () => {
  const limited = new URL(url);
  await sql("CREATE USER IF NOT EXISTS 'service'@'%' IDENTIFIED BY 'pw'");
  await sql("GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO 'service'@'%'");
  limited.username = 'service';
  limited.password = 'pw';
  const id = await employeeWith(5);
  const service = open(limited.href);
  expect((await service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 })).status).toBe(200);
  await sql('SET GLOBAL read_only = 1');
  const refused = await service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 });
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
  expect((await service.send('GET', `/employees/${id}`)).status).toBe(200);
  await sql('SET GLOBAL read_only = 0');
  expect((await service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 })).body.remainingLeave).toBe(3);
});

test('a server that is killed under load and comes back: nothing is lost or doubled, and nobody restarts', async () => {
  const id = await employeeWith(100_000);
  const services = Array.from({ length: 4 }, () => open());
  const outcomes = { applied: 0, unknown: 0, refused: 0 };
  let running = true;
  const load = services.map(async (service, index) => {
    while (running) {
      // Two callers retry with a key until they get an answer, two do not.
      const headers: Record<string, string> = index < 2 ? { 'idempotency-key': crypto.randomUUID() } : {};
      for (;;) {
        const event = albEvent('POST', `/employees/${id}/deduct-leave`, headers, '{"days":1}');
        // Little time for each call, so that some are refused while the server is away.
        const { statusCode: status } = await service.handler(event, { getRemainingTimeInMillis: () => 800 });
        if (status === 200) outcomes.applied++;
        else if (status === 504) outcomes.unknown++;
        else if (status === 503) outcomes.refused++;
        else throw new Error(`unexpected status ${status}`);
        if (status === 200 || index >= 2) break;
        await sleep(100);
      }
    }
  });
  const ended = Promise.all(load);
  const until = async (reached: () => boolean) => {
    while (!reached()) await Promise.race([sleep(20), ended]);
  };
  await until(() => outcomes.applied > 10);
  await server.kill();
  await until(() => outcomes.refused > 10);
  await server.restart();
  const before = outcomes.applied;
  await until(() => outcomes.applied > before + 10);
  running = false;
  await ended;
  await connectAdmin();
  const deducted = 100_000 - Number(await balanceOf(id));
  // Each applied answer is one deduction; those of unknown outcome are at most one each.
  expect(deducted).toBeGreaterThanOrEqual(outcomes.applied);
  expect(deducted).toBeLessThanOrEqual(outcomes.applied + outcomes.unknown);
  for (const service of services) expect((await service.send('GET', '/health')).status).toBe(200);
});
