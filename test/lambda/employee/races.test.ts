import { type Environment, kim, useDatabase } from './support';

const db = useDatabase();
let environments: Environment[];
beforeAll(() => {
  environments = Array.from({ length: 20 }, () => db.open());
});

async function employeeWith(balance: number): Promise<number> {
  const { body } = await environments[0]!.send('POST', '/employees', kim);
  await db.sql(`UPDATE employees SET annual_leave_balance = ${balance} WHERE id = ${body.id}`);
  return body.id;
}

const everywhere = (
  count: number,
  send: (environment: Environment, index: number) => ReturnType<Environment['send']>,
) => Promise.all(Array.from({ length: count }, (_, index) => send(environments[index % environments.length]!, index)));
const tally = (replies: { status: number }[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

test.each([false, true])('100 deductions at once never overdraw (with keys: %p)', async (keyed) => {
  const id = await employeeWith(37.5);
  const replies = await everywhere(100, (each) =>
    each.send(
      'POST',
      `/employees/${id}/deduct-leave`,
      { days: 1 },
      keyed ? { 'idempotency-key': crypto.randomUUID() } : {},
    ),
  );
  expect(tally(replies)).toEqual({ 200: 37, 400: 63 });
  const remaining = replies.filter(({ status }) => status === 200).map(({ body }) => body.remainingLeave);
  // Each answer is the balance right after its own deduction.
  expect(remaining.sort((a, b) => b - a)).toEqual(Array.from({ length: 37 }, (_, index) => 36.5 - index));
  expect(await db.sql(`SELECT annual_leave_balance, leave_used FROM employees WHERE id = ${id}`)).toEqual([
    { annual_leave_balance: '0.50', leave_used: '37.00' },
  ]);
});

test('100 times the same deduction with one key is one deduction', async () => {
  const id = await employeeWith(50);
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const replies = await everywhere(100, (each) =>
    each.send('POST', `/employees/${id}/deduct-leave`, { days: 1 }, headers),
  );
  expect(new Set(replies.map(({ status, body }) => `${status} ${body.remainingLeave}`))).toEqual(new Set(['200 49']));
  expect(await db.sql(`SELECT annual_leave_balance FROM employees WHERE id = ${id}`)).toEqual([
    { annual_leave_balance: '49.00' },
  ]);
});

test('40 times the same new employee with one key is one employee, with one email too', async () => {
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const replies = await everywhere(40, (each) =>
    each.send('POST', '/employees', { ...kim, email: 'same@example.com' }, headers),
  );
  expect(new Set(replies.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  expect(await db.sql("SELECT id FROM employees WHERE email = 'same@example.com'")).toHaveLength(1);
});

test('40 new employees with one email: one is added, the others get 409', async () => {
  const replies = await everywhere(40, (each) =>
    each.send('POST', '/employees', { ...kim, email: 'race@example.com' }),
  );
  expect(tally(replies)).toEqual({ 201: 1, 409: 39 });
});

test('calls that one environment gets at once do not mix their transactions', async () => {
  const id = await employeeWith(10);
  const [only] = environments;
  const replies = await Promise.all(
    Array.from({ length: 20 }, () =>
      only!.send('POST', `/employees/${id}/deduct-leave`, { days: 1 }, { 'idempotency-key': crypto.randomUUID() }),
    ),
  );
  expect(tally(replies)).toEqual({ 200: 10, 400: 10 });
});

test('a row that another transaction holds gives 503 with Retry-After, and nothing is changed', async () => {
  const id = await employeeWith(10);
  const other = db.open();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const locked = new Promise<void>((resolve, reject) => {
    other.database
      .run('read', { deadline: performance.now() + 9000, databaseMs: 0 }, (session) =>
        session.transaction(async () => {
          await session.rows('SELECT id FROM employees WHERE id = ? FOR UPDATE', [id]);
          resolve();
          await held;
        }),
      )
      .catch(reject);
  });
  await locked;
  const answer = await environments[0]!.send('POST', `/employees/${id}/deduct-leave`, { days: 1 });
  release();
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(answer.body.error).toContain('being changed by another request');
  expect((await environments[1]!.send('GET', `/employees/${id}/leave-balance`)).body.remainingLeave).toBe(10);
});
