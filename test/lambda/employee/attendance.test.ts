import { startOfDay } from '../../../lambda/employee/attendance/attendance';
import { kim, useDatabase } from './support';

const db = useDatabase();
let time = new Date('2026-03-02T00:00:00Z');
const open = (checkIns: 'daily' | 'unlimited' = 'daily') => db.open({ checkIns, now: () => time });

const add = async (count = 0): Promise<number> => {
  const { body } = await open().send('POST', '/employees', kim);
  await db.sql(`UPDATE employees SET attendance_count = ${count} WHERE id = ${body.id}`);
  return body.id;
};

test('a day is a calendar day of Seoul', () => {
  expect(startOfDay(new Date('2026-03-02T14:59:59.999Z')).toISOString()).toBe('2026-03-01T15:00:00.000Z');
  expect(startOfDay(new Date('2026-03-02T15:00:00.000Z')).toISOString()).toBe('2026-03-02T15:00:00.000Z');
});

test('a second check-in of a day answers with the unchanged counts, and the next day counts', async () => {
  const id = await add();
  const service = open();
  const checkIn = async () => (await service.send('POST', `/attendance/check-in/${id}`)).body;
  const first = { attendanceCount: 1, questProgress: 3.33, rewardEarned: false, currentLeaveBalance: 0 };
  time = new Date('2026-03-02T14:59:00Z');
  expect([await checkIn(), await checkIn()]).toEqual([first, first]);
  time = new Date('2026-03-02T15:00:00Z');
  expect(await checkIn()).toEqual({ ...first, attendanceCount: 2, questProgress: 6.67 });
  expect((await service.send('GET', `/attendance/history/${id}`)).body).toEqual([
    expect.objectContaining({ employeeId: id, checkInTime: '2026-03-02T15:00:00Z', status: 'IN_PROGRESS' }),
    {
      id: expect.any(Number),
      employeeId: id,
      checkInTime: '2026-03-02T14:59:00Z',
      checkOutTime: null,
      workHours: null,
      status: 'IN_PROGRESS',
      createdAt: '2026-03-02T14:59:00Z',
    },
  ]);
});

test('where the config says so, each check-in counts', async () => {
  const id = await add();
  const service = open('unlimited');
  for (let i = 0; i < 3; i++) await service.send('POST', `/attendance/check-in/${id}`);
  expect((await service.send('GET', `/attendance/progress/${id}`)).body.attendanceCount).toBe(3);
});

test.each(['daily', 'unlimited'] as const)(
  'twenty check-ins at once, %s, reach the 30th day once',
  async (checkIns) => {
    const id = await add(29);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => open(checkIns).send('POST', `/attendance/check-in/${id}`)),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect(replies.filter(({ body }) => body.rewardEarned)).toHaveLength(1);
    expect(
      await db.sql(`SELECT attendance_count AS c, annual_leave_balance AS b FROM employees WHERE id = ${id}`),
    ).toEqual([{ c: checkIns === 'daily' ? 30 : 49, b: '1.00' }]);
    expect(await db.sql(`SELECT kind, reason, days FROM leave_changes WHERE employee_id = ${id}`)).toEqual([
      { kind: 'attendance', reason: '30 check-ins', days: '1.00' },
    ]);
  },
);

test('nobody is 404', async () => {
  const service = open();
  for (const [method, path] of [
    ['POST', 'check-in'],
    ['GET', 'history'],
    ['GET', 'progress'],
  ] as const) {
    expect((await service.send(method, `/attendance/${path}/999999`)).status).toBe(404);
  }
});
