import { type Environment, kim, useDatabase } from './support';

const db = useDatabase();
let service: Environment;
beforeAll(() => {
  service = db.open();
});

const find = async (email: string) =>
  (await service.send('GET', `/employees?email=${encodeURIComponent(email)}`)).body.map(
    (each: { name: string }) => each.name,
  );

describe('text', () => {
  afterEach(() => db.sql('DELETE FROM employees'));
  const add = (more: object) => service.send('POST', '/employees', { ...kim, ...more });

  test.each([
    ['case', 'Kim@Example.com', 'kim@example.COM', 409],
    ['case beyond ASCII', 'ÉMILE@example.com', 'émile@example.com', 409],
    ['accents', 'jose@example.com', 'josé@example.com', 201],
    ['emoji', '🍣@example.com', '🍺@example.com', 201],
    ['kana', 'か@example.com', 'が@example.com', 201],
  ])('addresses that differ in %s: %s and %s', async (_what, one, two, status) => {
    await add({ email: one, name: 'one' });
    expect((await add({ email: two, name: 'two' })).status).toBe(status);
    expect(await find(two)).toEqual([status === 409 ? 'one' : 'two']);
  });
  test('names are compared as they are written', async () => {
    for (const department of ['🍣', '🍺', 'IT', 'it', 'Cafe', 'Café', 'か', 'が']) await add({ department });
    for (const department of ['🍣', '🍺', 'IT', 'it', 'Cafe', 'Café', 'か', 'が']) {
      const { body } = await service.send('GET', `/employees?department=${encodeURIComponent(department)}`);
      expect(body.map((each: { department: string }) => each.department)).toEqual([department]);
    }
  });
  test('every column of text says by itself how it is compared, the same on MySQL and MariaDB', async () => {
    const columns = await db.sql<{ c: string; o: string }>(
      `SELECT CONCAT(table_name, '.', column_name) AS c, collation_name AS o FROM information_schema.columns
       WHERE table_schema = DATABASE() AND collation_name IS NOT NULL
         AND table_name NOT IN ('schema_migrations', 'idempotency_keys')`,
    );
    expect(columns.length).toBeGreaterThan(15);
    expect(columns.filter(({ o }) => !['utf8mb4_bin', 'ascii_bin'].includes(o))).toEqual([]);
  });
});

describe('one of 100,000', () => {
  beforeAll(async () => {
    await db.sql('CREATE TABLE ten (n INT)');
    await db.sql('INSERT INTO ten VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)');
    await db.sql(
      `INSERT INTO employees (name, email, department, position, subject)
       SELECT CONCAT('사람 ', n), CONCAT('Person', n, '@example.com'), CONCAT('부서 ', n % 50), '대리', CONCAT('account-', n)
       FROM (SELECT a.n + b.n * 10 + c.n * 100 + d.n * 1000 + e.n * 10000 AS n FROM ten a, ten b, ten c, ten d, ten e) many`,
    );
    await db.sql('ANALYZE TABLE employees');
  });
  afterAll(() => db.sql('DROP TABLE ten'));

  test('is found by e-mail address, in any case', async () => {
    expect(await find('PERSON77777@example.com')).toEqual(['사람 77777']);
    expect(await find('nobody@example.com')).toEqual([]);
  });
  test.each([
    ["SELECT id FROM employees WHERE email_key = 'person77777@example.com' ORDER BY id LIMIT 501"],
    ["SELECT id, department, email FROM employees WHERE subject = 'account-77777'"],
    ["UPDATE employees SET subject = 'x' WHERE email_key = 'person77777@example.com'"],
  ])('is one indexed read: %s', async (statement) => {
    const [plan] = await db.sql<{ type: string; rows: number | string }>(`EXPLAIN ${statement}`);
    expect(['const', 'eq_ref', 'ref', 'range']).toContain(plan!.type);
    expect(Number(plan!.rows)).toBe(1);
  });
  test('the first of a department are found without reading the rest', async () => {
    const [plan] = await db.sql<{ type: string; key: string }>(
      "EXPLAIN SELECT id FROM employees WHERE department = '부서 7' AND id > 50000 ORDER BY id LIMIT 501",
    );
    expect(plan).toMatchObject({ key: 'ix_employees_department' });
  });
});

test('a page stays below 1 MB as it is sent, where every character of a name takes four bytes', async () => {
  await db.sql('DELETE FROM employees');
  const quotes = '"'.repeat(100);
  await db.sql(
    `INSERT INTO employees (name, department, position) VALUES ${Array.from({ length: 900 }, () => `('${quotes}','${quotes}','${quotes}')`).join(',')}`,
  );
  const seen = new Set<number>();
  let query = 'limit=1000';
  for (let pages = 1; query; pages++) {
    const result = await service.handler({ httpMethod: 'GET', path: '/employees', rawQueryString: query });
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(1024 * 1024);
    for (const each of JSON.parse(result.body) as { id: number }[]) seen.add(each.id);
    query = /<\?(.*)>/.exec(result.headers?.link ?? '')?.[1] ?? '';
    expect(pages).toBeLessThan(8);
  }
  expect(seen.size).toBe(900);
});

test.each(['07', '+7', '7.0', '0x7'])('one employee has one address: /employees/%s is none', async (id) => {
  expect([400, 404]).toContain((await service.send('GET', `/employees/${id}`)).status);
});
