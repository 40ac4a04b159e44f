import { createConnection } from 'mysql2/promise';
import { parseDatabaseUrl } from '../../../lambda/employee/db/credentials';
import { MIGRATIONS } from '../../../lambda/employee/db/migrations';
import { migrate } from '../../../lambda/employee/db/migrator';
import { type FreshDatabase, createDatabase } from '../../../lambda/employee/dev/database';
import { environment, serverUrl } from './support';

let database: FreshDatabase;
beforeEach(async () => {
  database = await createDatabase(serverUrl());
});
afterEach(() => database.drop());

const up = (migrations = MIGRATIONS) =>
  migrate({ credentials: parseDatabaseUrl(database.url), log: () => undefined }, migrations);

async function sql<T>(text: string): Promise<T[]> {
  const connection = await createConnection(database.url);
  try {
    return (await connection.query(text))[0] as T[];
  } finally {
    await connection.end();
  }
}

const names = MIGRATIONS.map(({ name }) => name);
const predecessor = `CREATE TABLE employees (
  id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL, email VARCHAR(100) UNIQUE NULL,
  department VARCHAR(100) NOT NULL, position VARCHAR(100) NOT NULL, annual_leave_balance DOUBLE DEFAULT 0,
  attendance_count INT DEFAULT 0, created_at DATETIME(6)) CHARACTER SET utf8mb4`;

async function columns(): Promise<string[]> {
  const rows = await sql<Record<string, string>>('SHOW COLUMNS FROM employees');
  return rows.map((row) => `${row.Field} ${row.Type?.replace('(20)', '').replace('int(11)', 'int')} ${row.Null}`);
}

test('an empty database gets the schema, and a second run changes nothing', async () => {
  expect(await up()).toEqual(names);
  const before = await columns();
  expect(await up()).toEqual([]);
  expect(await columns()).toEqual(before);
  expect(before).toContain('annual_leave_balance decimal(9,2) NO');
});

describe("the predecessor's table", () => {
  const rows = `INSERT INTO employees VALUES
    (7, '김민수', 'kim@example.com', '개발팀', '대리', 14.5, 3, '2024-03-01 09:00:00.123456'),
    (8, '이영희', NULL, '인사팀', '과장', 0.1 + 0.2e0, NULL, NULL),
    (9, 'Smith', NULL, 'IT', 'CTO', NULL, 0, '2024-03-01 09:00:00'),
    (10, 'Third', NULL, 'IT', 'Dev', 1/3e0, 0, '2024-03-01 09:00:00'),
    (11, 'Debt', NULL, 'IT', 'Dev', -2.25, 0, '2024-03-01 09:00:00')`;

  test('is taken over with all its rows', async () => {
    await sql(predecessor);
    await sql(rows);
    expect(await up()).toEqual(names);
    const service = environment(database.url);
    const { body } = await service.send('GET', '/employees');
    expect(body[0]).toEqual({
      id: 7,
      name: '김민수',
      email: 'kim@example.com',
      department: '개발팀',
      position: '대리',
      annualLeaveBalance: 14.5,
      attendanceCount: 3,
      createdAt: '2024-03-01T09:00:00.123Z',
    });
    expect(body.map((each: { annualLeaveBalance: number }) => each.annualLeaveBalance)).toEqual([
      14.5, 0.3, 0, 0.33, -2.25,
    ]);
    expect([body[1].attendanceCount, body[1].createdAt]).toEqual([0, null]);
    // What two decimals cannot hold stays on record.
    expect(await sql('SELECT * FROM employees_balance_before_0001')).toEqual([
      { employee_id: 10, annual_leave_balance: expect.closeTo(1 / 3, 10) },
    ]);
    const added = await service.send('POST', '/employees', { name: 'New', department: 'IT', position: 'Dev' });
    expect(added.body.id).toBe(12);
    await service.database.close();
  });
  test('ends in the same columns as an empty database', async () => {
    await sql(predecessor);
    await sql(rows);
    await up();
    const taken = await columns();
    await database.drop();
    database = await createDatabase(serverUrl());
    await up();
    expect(taken).toEqual(await columns());
  });
  test('with a balance that is no number of days is refused and left as it was', async () => {
    await sql(predecessor);
    await sql(
      "INSERT INTO employees (id, name, department, position, annual_leave_balance) VALUES (3, 'a', 'b', 'c', 1e12)",
    );
    await expect(up()).rejects.toThrow('Nothing was changed: the leave balance of employees 3 is outside');
    expect(await sql('SELECT annual_leave_balance FROM employees')).toEqual([{ annual_leave_balance: 1e12 }]);
    expect(await sql('SELECT name FROM schema_migrations')).toEqual([]);
  });
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'a migration that is cut off after %i statements is finished by the next',
    async (count) => {
      await sql(predecessor);
      await sql(rows);
      let left = count;
      const cut = MIGRATIONS.map((migration) => ({
        ...migration,
        apply: (schema: Parameters<typeof migration.apply>[0]) =>
          migration.apply({
            ...schema,
            run: (text) => (left-- > 0 ? schema.run(text) : Promise.reject(new Error('cut off'))),
          }),
      }));
      await up(cut).catch(() => undefined);
      await up();
      expect(await sql('SELECT annual_leave_balance FROM employees_balance_before_0001')).toHaveLength(1);
      expect(await sql('SELECT id FROM employees')).toHaveLength(5);
      expect(await sql('SELECT name FROM schema_migrations ORDER BY name')).toEqual(names.map((name) => ({ name })));
    },
  );
});

test('eight migrators at once apply each migration once', async () => {
  const applied = await Promise.all(Array.from({ length: 8 }, () => up()));
  expect(applied.flat().sort()).toEqual(names);
});

test('a migration that fails names itself as not applied, and those before it stay', async () => {
  const broken = { name: '9999-broken', online: 'INPLACE' as const, apply: () => Promise.reject(new Error('no')) };
  await expect(up([...MIGRATIONS, broken])).rejects.toThrow('no');
  expect(await sql('SELECT name FROM schema_migrations ORDER BY name')).toEqual(names.map((name) => ({ name })));
});
