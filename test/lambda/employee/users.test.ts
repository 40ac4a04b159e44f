import { type Connection, createConnection } from 'mysql2/promise';
import { type Credentials } from '../../../lambda/employee/db/credentials';
import { SERVICE_GRANTS } from '../../../lambda/employee/db/grants';
import { MIGRATIONS } from '../../../lambda/employee/db/migrations';
import { type Migration, migrate } from '../../../lambda/employee/db/migrator';
import { type DatabaseUser, SCHEMA_PRIVILEGES, ensureUsers } from '../../../lambda/employee/db/users';
import { type ServerProcess } from '../../../lambda/employee/dev/mariadb-process';
import { startPrivateServer } from './private-server';
import { type Environment, environment, kim } from './support';

let server: ServerProcess;
let admin: Connection;
let service: Environment;
const logged: string[] = [];

const credentials = (user: string, database = 'erp', password = `secret of ${user}`): Credentials => ({
  host: '127.0.0.1',
  port: server.port,
  user,
  password,
  database,
});
const urlOf = ({ user, password, port, database }: Credentials): string =>
  `mysql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
const users = (): DatabaseUser[] => [
  { credentials: credentials('erp_employee'), privileges: [] },
  { credentials: credentials('erp_employee_migration'), privileges: SCHEMA_PRIVILEGES, grants: true },
  { credentials: credentials('erp_services', 'services'), privileges: SCHEMA_PRIVILEGES },
];
const ensure = () =>
  ensureUsers({ admin: credentials('root', 'mysql', ''), log: (_, message) => logged.push(message) }, users());
const up = (migrations: readonly Migration[] = MIGRATIONS, database = 'erp') =>
  migrate(
    {
      credentials: credentials('erp_employee_migration', database),
      log: () => undefined,
      serviceUser: 'erp_employee',
    },
    migrations,
  );

/** The number of the error with which the server refuses `sql`; 0 when it does not. */
async function refusal(who: Credentials, sql: string): Promise<number> {
  const connection = await createConnection(urlOf(who));
  try {
    await connection.query(sql);
    return 0;
  } catch (error) {
    return (error as { errno: number }).errno;
  } finally {
    await connection.end();
  }
}

beforeAll(async () => {
  server = await startPrivateServer();
  admin = await createConnection(server.url);
  await admin.query('CREATE DATABASE erp CHARACTER SET utf8mb4');
  await ensure();
  await up();
  service = environment(urlOf(credentials('erp_employee')));
});
afterAll(async () => {
  await service.database.close();
  await admin.end();
  await server.stop();
});

const DENIED = { database: 1044, table: 1142, server: 1227 };

describe('the user of the service', () => {
  test('does what the service does', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const { body } = await service.send('POST', '/employees', kim, key);
    const statuses = [
      await service.send('PUT', `/employees/${body.id}/leave-balance`, { adjustment: 3 }),
      await service.send('POST', `/employees/${body.id}/deduct-leave`, { days: 1 }),
      await service.send('PUT', `/employees/${body.id}`, { position: '과장' }),
      await service.send('GET', '/employees?limit=1'),
      await service.send('GET', '/health'),
      await service.send('DELETE', `/employees/${body.id}`),
      await service.send('POST', '/employees', kim, key),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 204, 201]);
  });

  test.each([
    ['change a table', 'ALTER TABLE employees ADD COLUMN x INT', DENIED.table],
    ['make a table', 'CREATE TABLE mine (id INT)', DENIED.table],
    ['drop a table', 'DROP TABLE employees', DENIED.table],
    ['empty a table', 'TRUNCATE employees', DENIED.table],
    ['read what was migrated', 'SELECT * FROM schema_migrations', DENIED.table],
    ['change a stored answer', 'UPDATE idempotency_keys SET status = 500', DENIED.table],
    ['pass on what it may do', "GRANT SELECT ON employees TO 'erp_services'@'%'", DENIED.table],
    ['see the database of the cluster', 'USE services', DENIED.database],
    ['see users', 'USE mysql', DENIED.database],
  ])('may not %s', async (_, sql, errno) => {
    expect(await refusal(credentials('erp_employee'), sql)).toBe(errno);
  });

  test('gets what each table needs, and no table that nobody has thought of', async () => {
    const [rows] = await admin.query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'erp'",
    );
    const names = (rows as { name: string }[]).map(({ name }) => name);
    const others = names.filter((name) => !(name in SERVICE_GRANTS));
    expect(others.filter((name) => name !== 'schema_migrations' && !/_before_\d{4}$/.test(name))).toEqual([]);
  });
});

describe('the user of the migration', () => {
  test.each([
    ['make users', "CREATE USER 'friend'@'%'", DENIED.server],
    ['see users', 'USE mysql', DENIED.database],
    ['see the database of the cluster', 'USE services', DENIED.database],
    ['make a database', 'CREATE DATABASE mine', DENIED.database],
    ['change the server', 'SET GLOBAL max_connections = 1', DENIED.server],
  ])('may not %s', async (_, sql, errno) => {
    expect(await refusal(credentials('erp_employee_migration'), sql)).toBe(errno);
  });
});

test('the user of the cluster has a database of its own, and does not see the employees', async () => {
  const cluster = credentials('erp_services', 'services');
  expect(await refusal(cluster, 'CREATE TABLE mine (id INT PRIMARY KEY)')).toBe(0);
  expect(await refusal(cluster, 'SELECT * FROM erp.employees')).toBe(DENIED.table);
  expect(await refusal(cluster, 'USE erp')).toBe(DENIED.database);
});

test('users who are there keep their passwords and what they may do', async () => {
  logged.length = 0;
  await ensure();
  expect(new Set(logged)).toEqual(new Set(['the user is there']));
  expect((await service.send('GET', '/employees')).status).toBe(200);
});

test('a user who came with a restored database gets the password of its secret', async () => {
  await admin.query("ALTER USER 'erp_employee'@'%' IDENTIFIED BY 'of the time of the snapshot'");
  logged.length = 0;
  await ensure();
  expect(logged).toContain('the password of a user was not the one of its secret, and is now');
  expect(await refusal(credentials('erp_employee'), 'SELECT 1 FROM employees')).toBe(0);
});

describe('a migration', () => {
  test('waits for those of its own database alone', async () => {
    const database = 'erp_other';
    await admin.query(`CREATE DATABASE ${database}`);
    await admin.query(`GRANT ALL ON ${database}.* TO 'erp_employee_migration'@'%' WITH GRANT OPTION`);
    let applied: string[] = [];
    await up([
      {
        name: '9000-meanwhile',
        online: 'INPLACE',
        apply: async () => {
          applied = await up(MIGRATIONS, database);
        },
      },
    ]);
    expect(applied).toEqual(MIGRATIONS.map(({ name }) => name));
  });

  test('lets callers through while a long transaction keeps it from a table', async () => {
    const reader = await createConnection(urlOf(credentials('erp_employee')));
    await reader.beginTransaction();
    await reader.query('SELECT COUNT(*) FROM employees');
    const migrated = up([
      {
        name: '9001-busy',
        online: 'COPY',
        apply: (schema) => schema.run('ALTER TABLE employees ADD COLUMN nickname VARCHAR(10) NULL'),
      },
    ]);
    const waiting = async () => {
      const [rows] = await admin.query(
        "SELECT 1 FROM information_schema.processlist WHERE user = 'erp_employee_migration' AND state LIKE '%metadata lock%'",
      );
      return (rows as unknown[]).length > 0;
    };
    while (!(await waiting())) await new Promise((resolve) => setTimeout(resolve, 20));
    // Behind the migration that waits, and inside a call's time.
    expect((await service.send('GET', '/employees?limit=1')).status).toBe(200);
    await reader.rollback();
    await reader.end();
    expect(await migrated).toEqual(['9001-busy']);
  });

  test.each([
    ['INSTANT', 'ALTER TABLE probe MODIFY COLUMN id VARCHAR(30)'],
    ['INPLACE', 'ALTER TABLE probe MODIFY COLUMN id VARCHAR(30)'],
  ] as const)('that says %s fails when the server would copy the table', async (online, sql) => {
    await admin.query('CREATE TABLE IF NOT EXISTS erp.probe (id INT)');
    const migration: Migration = { name: '9002-copy', online, apply: (schema) => schema.run(sql) };
    await expect(up([migration])).rejects.toMatchObject({ errno: expect.any(Number) });
    await up([{ ...migration, name: `9003-${online}`, online: 'COPY' }]);
    await admin.query('DROP TABLE erp.probe');
  });
});
