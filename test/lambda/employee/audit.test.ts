import { type Environment, kim, useDatabase } from './support';

const db = useDatabase();
let service: Environment;
let id = 0;
beforeAll(() => {
  service = db.open();
});
beforeEach(async () => {
  id = (await service.send('POST', '/employees', kim)).body.id;
});

const adjust = (adjustment: number, more: object = {}, headers = {}) =>
  service.send('PUT', `/employees/${id}/leave-balance`, { adjustment, ...more }, headers);
const changes = async (query = '') => service.send('GET', `/employees/${id}/leave-changes${query}`);

test('every change is on record: who, how much, why, with which key, newest first', async () => {
  await adjust(15, { reason: '연차 부여' });
  const key = `request-${id}`;
  await service.as('service')('POST', `/employees/${id}/deduct-leave`, { days: 1.5 }, { 'idempotency-key': key });
  await adjust(-0.5);
  const common = { id: expect.any(Number), employeeId: id, changedAt: expect.stringMatching(/^\d{4}-.*Z$/) };
  const administrator = { changedBy: 'account-of-administrator-example-com', role: 'administrator' };
  expect((await changes()).body).toEqual([
    { ...common, ...administrator, days: -0.5, balance: 13, kind: 'adjustment', reason: null, idempotencyKey: null },
    {
      ...common,
      ...{ days: -1.5, balance: 13.5, kind: 'deduction', reason: null },
      ...{ changedBy: 'service', role: 'service', idempotencyKey: key },
    },
    {
      ...common,
      ...administrator,
      days: 15,
      balance: 15,
      kind: 'adjustment',
      reason: '연차 부여',
      idempotencyKey: null,
    },
  ]);
});

test('what was refused or repeated is no change', async () => {
  const headers = { 'idempotency-key': `once-${id}` };
  await adjust(3, {}, headers);
  await adjust(3, {}, headers);
  await adjust(-4);
  await service.send('POST', `/employees/${id}/deduct-leave`, { days: 4 });
  expect((await changes()).body).toHaveLength(1);
});

test('a change whose record cannot be written is not made', async () => {
  await db.sql('RENAME TABLE leave_changes TO away');
  try {
    expect((await adjust(3)).status).toBe(500);
    expect((await adjust(3, {}, { 'idempotency-key': `lost-${id}` })).status).toBe(500);
  } finally {
    await db.sql('RENAME TABLE away TO leave_changes');
  }
  expect((await service.send('GET', `/employees/${id}/leave-balance`)).body.remainingLeave).toBe(0);
  expect((await adjust(3, {}, { 'idempotency-key': `lost-${id}` })).body.newBalance).toBe(3);
});

test('what earns or ends a balance is not done without its record either', async () => {
  await db.sql(`UPDATE employees SET attendance_count = 29, annual_leave_balance = 2 WHERE id = ${id}`);
  const quest = { title: 'q', rewardDays: 1, department: kim.department, createdBy: id };
  const questId = (await service.send('POST', '/quests', quest)).body.id;
  const act = (what: string) => service.send('POST', `/quests/${questId}/${what}`, { employeeId: id });
  await act('accept');
  await act('complete');
  await service.send('PUT', `/quests/${questId}/approve`);
  const all = () =>
    Promise.all([
      act('claim'),
      service.send('POST', `/attendance/check-in/${id}`),
      service.send('DELETE', `/employees/${id}`),
    ]);
  await db.sql('RENAME TABLE leave_changes TO away');
  try {
    expect((await all()).map(({ status }) => status)).toEqual([500, 500, 500]);
  } finally {
    await db.sql('RENAME TABLE away TO leave_changes');
  }
  expect((await service.send('GET', `/employees/${id}`)).body).toMatchObject({
    annualLeaveBalance: 2,
    attendanceCount: 29,
  });
  expect((await service.send('GET', `/attendance/history/${id}`)).body).toEqual([]);
  expect((await act('claim')).body.newLeaveBalance).toBe(3);
});

test.each(['k'.repeat(300), '키', ''])('a deletion takes no Idempotency-Key, and minds none: %s', async (key) => {
  expect((await service.send('DELETE', `/employees/${id}`, undefined, { 'idempotency-key': key })).status).toBe(204);
  expect((await changes()).body).toEqual([expect.objectContaining({ kind: 'deletion', idempotencyKey: null })]);
});

test('the record of a deleted employee stays, and ends with the deletion', async () => {
  await adjust(2.5);
  await service.send('DELETE', `/employees/${id}`);
  const { status, body } = await changes();
  expect([status, body.map(({ days, balance, kind }: Record<string, unknown>) => [days, balance, kind])]).toEqual([
    200,
    [
      [-2.5, 0, 'deletion'],
      [2.5, 2.5, 'adjustment'],
    ],
  ]);
  expect((await service.send('GET', '/employees/999999/leave-changes')).status).toBe(404);
});

test('the record comes in pages', async () => {
  for (let i = 1; i <= 5; i++) await adjust(i);
  const days: number[] = [];
  let query = '?limit=2';
  for (let pages = 1; query; pages++) {
    const { body, headers } = await changes(query);
    days.push(...body.map((each: { days: number }) => each.days));
    query = /<(.*)>/.exec(headers.link ?? '')?.[1] ?? '';
    expect(pages).toBeLessThan(5);
  }
  expect(days).toEqual([5, 4, 3, 2, 1]);
});

test('balances and records agree after changes of many at once', async () => {
  await adjust(50);
  await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      index % 3 === 0
        ? db.open().send('PUT', `/employees/${id}/leave-balance`, { adjustment: 0.1 })
        : db.open().send('POST', `/employees/${id}/deduct-leave`, { days: 1.25 }),
    ),
  );
  const [row] = await db.sql(
    `SELECT SUM(days) AS total, MAX(annual_leave_balance) AS balance, COUNT(*) AS records
     FROM leave_changes JOIN employees e ON e.id = employee_id WHERE employee_id = ${id}`,
  );
  expect(row).toEqual({ total: '26.00', balance: '26.00', records: 31 });
});

test('a balance below zero, which the predecessor allowed, is raised step by step and never lowered', async () => {
  await db.sql(`UPDATE employees SET annual_leave_balance = -2.25 WHERE id = ${id}`);
  expect((await adjust(1)).body.newBalance).toBe(-1.25);
  const lower = await adjust(-0.01);
  expect([lower.status, lower.body.error]).toEqual([400, expect.stringContaining('the leave balance is -1.25 days')]);
  expect((await adjust(2)).body.newBalance).toBe(0.75);
  expect((await changes()).body.map((each: { balance: number }) => each.balance)).toEqual([0.75, -1.25]);
});
