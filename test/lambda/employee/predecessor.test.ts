import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { parseDatabaseUrl } from '../../../lambda/employee/db/credentials';
import { MIGRATIONS } from '../../../lambda/employee/db/migrations';
import { migrate } from '../../../lambda/employee/db/migrator';
import { type FreshDatabase, createDatabase } from '../../../lambda/employee/dev/database';
import { type Environment, environment, serverUrl } from './support';

const DUMP = readFileSync(join(__dirname, 'fixtures', 'predecessor.sql'), 'utf8');

let database: FreshDatabase;
let service: Environment | undefined;

/** What a mysql client does with the dump. MariaDB does not know MySQL's default collation, and has one of the same kind. */
async function restore(dump: string): Promise<void> {
  const connection = await createConnection({ uri: database.url, multipleStatements: true });
  const [[known]] = (await connection.query("SHOW COLLATION LIKE 'utf8mb4_0900_ai_ci'")) as unknown as [[unknown]];
  await connection.query(known ? dump : dump.replaceAll('utf8mb4_0900_ai_ci', 'utf8mb4_unicode_ci'));
  await connection.end();
}
const up = () => migrate({ credentials: parseDatabaseUrl(database.url), log: () => undefined });
async function sql<T>(text: string): Promise<T[]> {
  const connection = await createConnection(database.url);
  try {
    return (await connection.query(text))[0] as T[];
  } finally {
    await connection.end();
  }
}
const get = async (path: string) => (await service!.send('GET', path)).body;

beforeEach(async () => {
  database = await createDatabase(serverUrl());
});
afterEach(async () => {
  await service?.database.close();
  service = undefined;
  await database.drop();
});

describe("the predecessor's database, migrated with its rows", () => {
  beforeEach(async () => {
    await restore(DUMP);
    expect(await up()).toEqual(MIGRATIONS.map(({ name }) => name));
    service = environment(database.url);
  });

  test('gives every row through the routes that it had', async () => {
    expect((await get('/employees')).map((each: { name: string }) => each.name)).toEqual(['김민수', '이영희', '박🍣']);
    expect(await get('/attendance/history/1')).toEqual([
      expect.objectContaining({ id: 3, status: 'IN_PROGRESS', checkInTime: '2024-03-05T00:02:00Z' }),
      expect.objectContaining({ id: 2, status: 'IN_PROGRESS', workHours: null }),
      expect.objectContaining({ id: 1, status: 'COMPLETED', workHours: 9, checkOutTime: '2024-03-04T09:01:02Z' }),
    ]);
    expect(await get('/attendance/progress/2')).toEqual({
      attendanceCount: 1,
      targetCount: 30,
      progress: 3.33,
      nextRewardAt: 90,
    });
    expect((await get('/leaves/1')).map((each: { days: number; status: string }) => [each.days, each.status])).toEqual([
      [3, 'PENDING'],
      [1, 'REJECTED'],
      [2, 'APPROVED'],
    ]);
    expect(await get('/leaves/balance/1')).toEqual({ totalLeave: 14.5, usedLeave: 2, remainingLeave: 12.5 });
    const quests = await get('/quests');
    expect(quests).toEqual([
      {
        id: 1,
        title: '문서 정리',
        description: '문서를 정리한다\n두 번째 줄',
        rewardDays: 0.5,
        department: '개발팀',
        createdBy: 2,
        createdByName: '이영희',
        status: 'AVAILABLE',
        progressList: [{ id: 2, employeeId: 1, employeeName: '김민수', status: 'APPROVED' }],
      },
      expect.objectContaining({ id: 2, rewardDays: 0.33, progressList: [expect.anything(), expect.anything()] }),
    ]);
  });

  test('keeps what it could not take over as it was: a third of a day, and what was accepted twice', async () => {
    expect(await sql('SELECT * FROM quests_reward_before_0007')).toEqual([
      { quest_id: 2, reward_days: expect.closeTo(1 / 3, 10) },
    ]);
    expect(await sql('SELECT id, status FROM quest_progress_before_0007 ORDER BY id')).toEqual([
      { id: 1, status: 'IN_PROGRESS' },
      { id: 3, status: 'IN_PROGRESS' },
    ]);
  });

  test('goes on where it stopped: the 30th check-in and an approved quest earn their days', async () => {
    expect((await service!.send('POST', '/attendance/check-in/1')).body).toEqual({
      attendanceCount: 30,
      questProgress: 0,
      rewardEarned: true,
      currentLeaveBalance: 15.5,
    });
    expect((await service!.send('POST', '/quests/1/claim', { employeeId: 1 })).body.newLeaveBalance).toBe(16);
    expect((await service!.send('PUT', '/quests/2/approve', {})).status).toBe(200);
  });

  test('finds people by their addresses in any case', async () => {
    expect((await get('/employees?email=kim%40example.COM'))[0].id).toBe(1);
  });
});

test('ends in the same columns, collations and indexes as an empty database', async () => {
  const shape = async () => ({
    columns: await sql(
      `SELECT table_name AS t, column_name AS c, column_type AS k, is_nullable AS n, collation_name AS o
       FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2`,
    ),
    indexes: (
      await sql<{ t: string; i: string }>(
        `SELECT table_name AS t, index_name AS i, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS c
         FROM information_schema.statistics WHERE table_schema = DATABASE() GROUP BY 1, 2 ORDER BY 1, 2`,
      )
    ).filter(({ i }) => i !== 'email' && !i.startsWith('UK')),
  });
  await restore(DUMP);
  await up();
  const taken = await shape();
  await database.drop();
  database = await createDatabase(serverUrl());
  await up();
  expect(taken).toEqual(await shape());
});

test.each([5, 10, 15, 20, 25, 30, 35])('cut off after %i statements, it is finished by the next', async (count) => {
  await restore(DUMP);
  let left = count;
  const cut = MIGRATIONS.map((migration) => ({
    ...migration,
    apply: (schema: Parameters<typeof migration.apply>[0]) =>
      migration.apply({
        ...schema,
        run: (text) => (left-- > 0 ? schema.run(text) : Promise.reject(new Error('cut off'))),
      }),
  }));
  await migrate({ credentials: parseDatabaseUrl(database.url), log: () => undefined }, cut).catch(() => undefined);
  await up();
  expect(await sql('SELECT id FROM quest_progress ORDER BY id')).toEqual([{ id: 2 }, { id: 4 }, { id: 5 }]);
  expect(await sql('SELECT id FROM quest_progress_before_0007')).toHaveLength(2);
  expect(await sql('SELECT id FROM attendance')).toHaveLength(3);
});

test('addresses that differ in case alone are refused before anything is changed', async () => {
  const exact = DUMP.replaceAll('utf8mb4_0900_ai_ci', 'utf8mb4_bin').replace("'lee@example.com'", "'kim@example.com'");
  await restore(exact);
  await expect(up()).rejects.toThrow('Nothing was changed: employees 1,2 share an e-mail address');
  expect(await sql("SHOW COLUMNS FROM employees LIKE 'email_key'")).toEqual([]);
});
