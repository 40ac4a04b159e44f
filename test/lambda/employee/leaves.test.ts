import { type Environment, kim, useDatabase } from './support';

const db = useDatabase();
let service: Environment;
let id = 0;
beforeAll(() => {
  service = db.open();
});
beforeEach(async () => {
  await db.sql('DELETE FROM leaves');
  id = (await service.send('POST', '/employees', kim)).body.id;
});

const january = { startDate: '2026-01-05', endDate: '2026-01-06', days: 1.5, reason: '가족 행사' };
const ask = async (more: object = {}) => service.send('POST', '/leaves', { employeeId: id, ...january, ...more });

test('leave is asked for, listed newest first, approved, and taken off the balance', async () => {
  await service.send('PUT', `/employees/${id}/leave-balance`, { adjustment: 15.3 });
  const first = (await ask()).body;
  expect(first).toEqual({
    id: expect.any(Number),
    employeeId: id,
    ...january,
    status: 'PENDING',
    createdAt: expect.stringMatching(/Z$/),
  });
  const second = (await ask({ days: 0.1, reason: null })).body;
  expect((await service.send('GET', `/leaves/${id}`)).body.map((each: { id: number }) => each.id)).toEqual([
    second.id,
    first.id,
  ]);
  const approved = await service.send('PUT', `/leaves/${first.id}/approve`);
  expect(approved.body).toEqual({ ...first, status: 'APPROVED' });
  await service.send('PUT', `/leaves/${second.id}/approve`);
  expect((await service.send('GET', `/leaves/balance/${id}`)).body).toEqual({
    totalLeave: 15.3,
    usedLeave: 1.6,
    remainingLeave: 13.7,
  });
});

test('the same decision again changes nothing, the opposite one is refused', async () => {
  const { body } = await ask();
  for (let i = 0; i < 2; i++) {
    expect((await service.send('PUT', `/leaves/${body.id}/reject`)).body.status).toBe('REJECTED');
  }
  const turned = await service.send('PUT', `/leaves/${body.id}/approve`);
  expect([turned.status, turned.body.error]).toEqual([409, expect.stringContaining('a decision stands')]);
});

test.each([
  [{ startDate: '2026-02-30' }, 'startDate must be a day of the calendar; got 2026-02-30'],
  [{ endDate: '2026-01-04' }, 'endDate must not be before startDate, 2026-01-05; got 2026-01-04'],
  [{ days: 0 }, 'days must be a number of days'],
  [{ startDate: 'tomorrow' }, 'startDate must be a date such as 2026-01-31; got "tomorrow"'],
])('%j is refused', async (more, message) => {
  const { status, body } = await ask(more);
  expect([status, body.error]).toEqual([400, expect.stringContaining(message)]);
});

test('who and what is not there is 404', async () => {
  expect((await ask({ employeeId: 999_999 })).body.error).toBe('there is no employee with id 999999');
  for (const what of ['approve', 'reject']) {
    expect((await service.send('PUT', `/leaves/999999/${what}`)).body.error).toBe('there is no leave with id 999999');
  }
  expect((await service.send('GET', '/leaves/999999')).status).toBe(404);
  expect((await service.send('GET', '/leaves/balance/999999')).status).toBe(404);
});

test('a repeated request with one key asks for one leave', async () => {
  const send = () =>
    service.send('POST', '/leaves', { employeeId: id, ...january }, { 'idempotency-key': `leave-${id}` });
  expect((await send()).body).toEqual((await send()).body);
  expect(await db.sql('SELECT id FROM leaves')).toHaveLength(1);
});
