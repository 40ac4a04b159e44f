// Runs inside a fresh process of the Node that is measured: the raw driver and every handler by turns on one database,
// so that what disturbs the machine disturbs them all. Prints one JSON line on file descriptor 3.
import { createRequire } from 'node:module';
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { root, variants, rounds, batch } = JSON.parse(process.argv[2]);
const mysql = createRequire(`${root}/package.json`)('mysql2/promise');
const raw = await mysql.createConnection({ uri: process.env.DATABASE_URL, dateStrings: true });

const columns = 'id, name, email, department, position, annual_leave_balance, attendance_count, created_at';
const decimal = 'CAST(? AS DECIMAL(9,2))';
const employee = { name: '김민수', department: '추가', position: '대리' };
const KEYED = 'POST /employees/{id}/deduct-leave, Idempotency-Key';
const deduct = () =>
  raw.execute(
    `UPDATE employees SET leave_used = leave_used + ${decimal},
       annual_leave_balance = LAST_INSERT_ID((annual_leave_balance - ${decimal}) * 100) / 100
     WHERE id = ? AND annual_leave_balance >= ${decimal} AND leave_used + ${decimal} <= 9999999.99`,
    ['0.01', '0.01', 1, '0.01', '0.01'],
  );
const statements = {
  'GET /employees/{id}': () => raw.execute(`SELECT ${columns} FROM employees WHERE id = ?`, [1]),
  'GET /employees?department=': () =>
    raw.execute(`SELECT ${columns} FROM employees WHERE department = ? AND id > ? ORDER BY id LIMIT ?`, [
      '개발팀',
      0,
      '501',
    ]),
  'POST /employees': () =>
    raw.execute(
      `INSERT INTO employees (name, email, department, position, annual_leave_balance, leave_used, attendance_count, created_at)
       VALUES (?, ?, ?, ?, 0, 0, 0, ?)`,
      ['김민수', null, '추가', '대리', '2026-01-01 00:00:00.000'],
    ),
  'POST /employees/{id}/deduct-leave': deduct,
  [KEYED]: deduct,
};

// As a load balancer sends them.
const event = (method, path, query = {}, body = undefined) => ({
  requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:bench' } },
  httpMethod: method,
  path,
  queryStringParameters: query,
  headers: { host: 'example.com', 'content-type': 'application/json', 'x-amzn-trace-id': 'Root=1-5f84c7a9-0e1f' },
  body: body ? JSON.stringify(body) : '',
  isBase64Encoded: false,
});
const events = {
  'GET /employees/{id}': event('GET', '/employees/1'),
  'GET /employees?department=': event('GET', '/employees', { department: encodeURIComponent('개발팀') }),
  'POST /employees': event('POST', '/employees', {}, employee),
  'POST /employees/{id}/deduct-leave': event('POST', '/employees/1/deduct-leave', {}, { days: 0.01 }),
};
events[KEYED] = events['POST /employees/{id}/deduct-leave'];
// Anew for each call: some libraries write into the event.
let keys = 0;
const eventOf = (route) => {
  const made = structuredClone(events[route]);
  if (route === KEYED) made.headers['idempotency-key'] = `bench-${process.pid}-${keys++}`;
  return made;
};
const context = {
  awsRequestId: 'bench',
  functionName: 'bench',
  memoryLimitInMB: 512,
  getRemainingTimeInMillis: () => 10_000,
};

const handlers = [];
for (const { name, file } of variants) {
  try {
    const { handler } = await import(pathToFileURL(file).href);
    const result = await handler(eventOf('GET /employees/{id}'), context);
    if (result.statusCode !== 200) throw new Error(`status ${result.statusCode}: ${result.body}`);
    handlers.push({ name, handler });
  } catch (error) {
    handlers.push({ name, failure: String(error) });
  }
}

const at = (share, values) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];
// What the work takes when nothing else disturbs it.
const fast = (values) => at(0.1, values);

const results = {};
for (const [route, statement] of Object.entries(statements)) {
  const subjects = [{ name: 'raw', run: statement }];
  for (const { name, handler } of handlers) {
    if (!handler) continue;
    // The peers have three of the routes only.
    const answer = await handler(eventOf(route), context).catch(() => ({ statusCode: 500 }));
    if (answer.statusCode < 300) subjects.push({ name, run: (input) => handler(input, context) });
  }
  const times = Object.fromEntries(subjects.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, run } of subjects) {
      const all = [];
      for (let call = 0; call < batch; call++) {
        const input = eventOf(route);
        const started = performance.now();
        await run(input);
        all.push(performance.now() - started);
      }
      // The first round warms up.
      if (round >= 0) times[name].push(all);
    }
  }
  await raw.query("DELETE FROM employees WHERE department = '추가'");
  // Round by round against the raw statement next to it: what slows the machine for a while slows both.
  const beside = (rows) =>
    at(
      0.5,
      rows.map((all, round) => fast(all) / fast(times.raw[round])),
    );
  results[route] = Object.fromEntries(
    Object.entries(times).map(([name, rows]) => {
      const all = rows.flat();
      const total = all.reduce((sum, each) => sum + each, 0);
      return [name, { p10: fast(all), ratio: beside(rows), perSecond: (1000 * all.length) / total }];
    }),
  );
}
writeSync(3, JSON.stringify({ results, failures: handlers.filter(({ failure }) => failure) }));
process.exit(0);
