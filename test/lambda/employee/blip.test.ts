import { createConnection } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMigratedDatabase } from '../../../lambda/employee/dev/database';
import { type ServerProcess } from '../../../lambda/employee/dev/mariadb-process';
import { startPrivateServer } from './private-server';
import { type Environment, environment, kim } from './support';

const GRANTED = 1_000_000;

let server: ServerProcess;
let url: string;
let services: Environment[];

beforeAll(async () => {
  server = await startPrivateServer();
  url = (await createMigratedDatabase(server.url)).url;
  services = Array.from({ length: 4 }, () => environment(url));
});
afterAll(async () => {
  for (const each of services) await each.database.close();
  await server.stop();
});

async function query<T>(sql: string): Promise<T> {
  const connection = await createConnection(url);
  const [rows] = await connection.query(sql);
  await connection.end();
  return (rows as T[])[0]!;
}

/** Deducts a day at a time, from one employee of each of four callers, who take every answer as it is. */
async function restartUnderLoad(stop: () => Promise<void>, awayMs: number) {
  const ids: number[] = [];
  for (const service of services) {
    const { body } = await service.send('POST', '/employees', kim);
    await query(`UPDATE employees SET annual_leave_balance = ${GRANTED} WHERE id = ${body.id}`);
    ids.push(body.id);
  }
  const statuses: Record<number, number> = {};
  let applied = 0;
  let running = true;
  const load = Promise.all(
    services.map(async (service, index) => {
      while (running) {
        const { status } = await service.send('POST', `/employees/${ids[index]}/deduct-leave`, { days: 1 });
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 200) applied++;
      }
    }),
  );
  const more = async () => {
    const before = applied;
    while (applied < before + 200) await Promise.race([sleep(5), load]);
  };
  await more();
  await stop();
  await sleep(awayMs);
  await server.restart();
  await more();
  running = false;
  await load;
  const { left } = await query<{ left: string }>(
    `SELECT SUM(annual_leave_balance) AS \`left\` FROM employees WHERE id IN (${ids.join(', ')})`,
  );
  return { statuses, lostOrDoubled: services.length * GRANTED - Number(left) - applied };
}

describe('callers that never retry lose and double nothing, and see no failure, when the server', () => {
  test.each([
    ['is restarted', () => server.shutDown(), 0],
    ['is restarted slowly', () => server.shutDown(), 3000],
    ['crashes', () => server.kill(), 0],
    ['crashes and recovers slowly', () => server.kill(), 3000],
  ] as const)('%s', async (_, stop, awayMs) => {
    for (let round = 0; round < (awayMs > 0 ? 1 : 3); round++) {
      const { statuses, lostOrDoubled } = await restartUnderLoad(stop, awayMs);
      expect([Object.keys(statuses), lostOrDoubled]).toEqual([['200'], 0]);
    }
  });
});
