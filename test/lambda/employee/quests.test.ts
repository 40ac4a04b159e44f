import { type Environment, useDatabase } from './support';

const db = useDatabase();
let service: Environment;
beforeAll(() => {
  service = db.open();
});
beforeEach(async () => {
  for (const table of ['quest_progress', 'quests', 'leave_changes', 'employees']) await db.sql(`DELETE FROM ${table}`);
});

const DEPARTMENT = '개발팀';
const kim = { email: 'kim@example.com', name: '김민수', department: DEPARTMENT };
const lee = { email: 'lee@example.com', name: '이영희', department: DEPARTMENT, groups: ['managers' as const] };
const idOf = async (account: typeof kim) => (await service.as(account)('GET', '/employees/me')).body.id as number;
const quest = { title: '문서 정리', description: '첫 줄\n둘째 줄', rewardDays: 0.1, department: DEPARTMENT };

async function open(more: object = {}): Promise<{ staff: number; manager: number; id: number }> {
  const [staff, manager] = [await idOf(kim), await idOf(lee)];
  const { body } = await service.as(lee)('POST', '/quests', { ...quest, ...more, createdBy: manager });
  return { staff, manager, id: body.id };
}

test('a quest goes from its creation to the claimed reward, between two people', async () => {
  const { staff, manager, id } = await open();
  const [worker, leader] = [service.as(kim), service.as(lee)];
  const mine = async () => (await worker('GET', `/quests/my-quests?employeeId=${staff}`)).body;
  const created = async () => (await leader('GET', `/quests/my-created?managerId=${manager}`)).body;

  expect((await worker('GET', `/quests/available?employeeId=${staff}`)).body).toEqual([
    { id, title: '문서 정리', description: '첫 줄\n둘째 줄', rewardDays: 0.1, status: 'AVAILABLE' },
  ]);
  expect(await created()).toEqual([{ id, title: '문서 정리', acceptedBy: '', status: 'AVAILABLE', rewardDays: 0.1 }]);
  expect((await worker('POST', `/quests/${id}/accept`, { employeeId: staff })).status).toBe(200);
  expect((await worker('POST', `/quests/${id}/complete`, { employeeId: staff })).status).toBe(200);
  expect((await created())[0]).toMatchObject({ acceptedBy: '김민수', status: 'WAITING_APPROVAL' });
  expect((await worker('POST', `/quests/${id}/claim`, { employeeId: staff })).body.error).toContain(
    'waits for approval',
  );
  expect((await leader('PUT', `/quests/${id}/approve`, { managerId: manager })).status).toBe(200);
  expect(await mine()).toEqual([
    { id: expect.any(Number), questId: id, title: '문서 정리', rewardDays: 0.1, status: 'APPROVED' },
  ]);
  const claim = await worker('POST', `/quests/${id}/claim`, { employeeId: staff });
  expect([claim.status, claim.body.newLeaveBalance]).toEqual([200, 0.1]);
  expect((await mine())[0].status).toBe('CLAIMED');
  expect((await worker('GET', `/employees/${staff}/leave-changes`)).body).toEqual([
    {
      id: expect.any(Number),
      employeeId: staff,
      days: 0.1,
      balance: 0.1,
      kind: 'quest',
      reason: `quest ${id}`,
      changedBy: 'account-of-kim-example-com',
      role: 'employee',
      idempotencyKey: null,
      changedAt: expect.stringMatching(/Z$/),
    },
  ]);
});

test('the list names the people of each quest, and a closed quest is not in it', async () => {
  const { staff, manager, id } = await open();
  const second = (await service.as(lee)('POST', '/quests', { ...quest, createdBy: manager })).body.id;
  await service.as(kim)('POST', `/quests/${id}/accept`, { employeeId: staff });
  const list = async () => (await service.as(kim)('GET', '/quests')).body;
  expect(await list()).toEqual([
    {
      ...quest,
      id,
      createdBy: manager,
      createdByName: '이영희',
      status: 'AVAILABLE',
      progressList: [{ id: expect.any(Number), employeeId: staff, employeeName: '김민수', status: 'IN_PROGRESS' }],
    },
    expect.objectContaining({ id: second, progressList: [] }),
  ]);
  expect((await service.as(lee)('DELETE', `/quests/${second}`)).body.message).toMatch(/closed/);
  expect((await list()).map((each: { id: number }) => each.id)).toEqual([id]);
  expect((await service.as(kim)('POST', `/quests/${second}/accept`, { employeeId: staff })).status).toBe(404);
  expect(await db.sql(`SELECT status FROM quests WHERE id = ${second}`)).toEqual([{ status: 'DELETED' }]);
});

test('what was rejected is done again, and rejecting earns nothing', async () => {
  const { staff, id } = await open();
  const worker = service.as(kim);
  await worker('POST', `/quests/${id}/accept`, { employeeId: staff });
  await worker('POST', `/quests/${id}/complete`, { employeeId: staff });
  expect((await service.as(lee)('PUT', `/quests/${id}/reject`)).status).toBe(200);
  expect((await worker('POST', `/quests/${id}/claim`, { employeeId: staff })).body.error).toContain('rejected');
  expect((await worker('POST', `/quests/${id}/complete`, { employeeId: staff })).status).toBe(200);
  expect((await service.as(lee)('PUT', `/quests/${id}/approve`)).status).toBe(200);
  const nobody = await service.as(lee)('PUT', `/quests/${id}/approve`);
  expect([nobody.status, nobody.body.error]).toEqual([400, expect.stringContaining('waits for approval')]);
});

test('of many claims at once, one adds the reward', async () => {
  const { staff, id } = await open();
  await db.sql(`INSERT INTO quest_progress (quest_id, employee_id, status) VALUES (${id}, ${staff}, 'APPROVED')`);
  const claims = await Promise.all(
    Array.from({ length: 20 }, () => db.open().as(kim)('POST', `/quests/${id}/claim`, { employeeId: staff })),
  );
  expect(claims.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await db.sql(`SELECT annual_leave_balance AS b FROM employees WHERE id = ${staff}`)).toEqual([{ b: '0.10' }]);
  expect(await db.sql('SELECT id FROM leave_changes')).toHaveLength(1);
});

test('of many acceptances at once, one counts and all are answered', async () => {
  const { staff, id } = await open();
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => db.open().as(kim)('POST', `/quests/${id}/accept`, { employeeId: staff })),
  );
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
  expect(await db.sql('SELECT id FROM quest_progress')).toHaveLength(1);
});

test('a repeated claim with the same key gets the first answer', async () => {
  const { staff, id } = await open();
  await db.sql(`INSERT INTO quest_progress (quest_id, employee_id, status) VALUES (${id}, ${staff}, 'APPROVED')`);
  const send = () =>
    service.as(kim)('POST', `/quests/${id}/claim`, { employeeId: staff }, { 'idempotency-key': 'claim-1' });
  expect((await send()).body).toEqual((await send()).body);
});

test('quests of other departments, people and quests that are not there are refused in words', async () => {
  const { staff, manager, id } = await open();
  await db.sql(`UPDATE employees SET department = '인사팀' WHERE id = ${staff}`);
  const away = await service.send('POST', `/quests/${id}/accept`, { employeeId: staff });
  expect([away.status, away.body.error]).toEqual([400, 'the quest is for people of another department']);
  expect((await service.send('POST', `/quests/${id}/accept`, { employeeId: 999 })).status).toBe(404);
  for (const what of ['accept', 'complete', 'claim']) {
    const answer = await service.send('POST', `/quests/999/${what}`, { employeeId: staff });
    expect([answer.status, answer.body.error]).toEqual([404, 'there is no quest with id 999']);
  }
  for (const what of ['approve', 'reject']) expect((await service.send('PUT', `/quests/999/${what}`)).status).toBe(404);
  expect((await service.send('DELETE', '/quests/999')).status).toBe(404);
  expect((await service.send('POST', '/quests', { ...quest, createdBy: 999 })).status).toBe(404);
  expect((await service.send('GET', '/quests/my-quests?employeeId=999')).status).toBe(404);
  expect((await service.send('GET', `/quests/my-created?managerId=${manager}`)).body).toHaveLength(1);
});

test('a page of quests is one statement, and names the latest 200 people of a quest', async () => {
  const { id } = await open();
  const people = Array.from({ length: 205 }, (_, index) => `(${index + 1000}, '사람', '${DEPARTMENT}', 'STAFF')`);
  await db.sql(`INSERT INTO employees (id, name, department, position) VALUES ${people.join(',')}`);
  await db.sql(
    `INSERT INTO quest_progress (quest_id, employee_id, status) SELECT ${id}, id, 'IN_PROGRESS' FROM employees WHERE id >= 1000`,
  );
  const asked = async () =>
    Number((await db.sql<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"))[0]!.Value);
  await service.send('GET', '/quests');
  const before = await asked();
  const { body } = await service.send('GET', '/quests');
  expect((await asked()) - before).toBe(1);
  expect(body[0].progressList).toHaveLength(200);
  expect(body[0].progressList.at(-1).employeeId).toBe(1204);
});

test('a page of quests that many people have accepted says each thing once, and stays below 1 MB as it is sent', async () => {
  await db.sql('CREATE TABLE hundred (n INT)');
  await db.sql(`INSERT INTO hundred VALUES ${Array.from({ length: 100 }, (_, n) => `(${n})`).join(',')}`);
  await db.sql(
    `INSERT INTO employees (name, department, position) SELECT REPEAT('"', 100), '${DEPARTMENT}', 'STAFF' FROM hundred`,
  );
  await db.sql(
    `INSERT INTO quests (title, description, reward_days, department, created_by, status)
     SELECT REPEAT('한', 200), REPEAT('🍣"', 1000), 1, '${DEPARTMENT}', (SELECT MIN(id) FROM employees), 'AVAILABLE'
     FROM hundred UNION ALL SELECT 'another', NULL, 1, '${DEPARTMENT}', 0, 'AVAILABLE' FROM hundred`,
  );
  await db.sql(
    `INSERT INTO quest_progress (quest_id, employee_id, status)
     SELECT q.id, e.id, 'IN_PROGRESS' FROM quests q, employees e WHERE q.title <> 'another'`,
  );
  /** What the server has sent on the connection of the service. */
  const sent = async () => {
    const budget = { deadline: performance.now() + 9000, databaseMs: 0 };
    const [row] = await service.database.run('read', budget, (session) =>
      session.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Bytes_sent'", []),
    );
    return Number(row!.Value);
  };
  const before = await sent();
  const result = await service.handler({ httpMethod: 'GET', path: '/quests', rawQueryString: 'limit=200' });
  // A description for each of the 10,000 people would be 60 MB.
  expect((await sent()) - before).toBeLessThan(5_000_000);
  expect([result.statusCode, Buffer.byteLength(JSON.stringify(result)) < 1024 * 1024]).toEqual([200, true]);
  const quests = JSON.parse(result.body) as { id: number; progressList: object[] }[];
  expect(quests.length).toBeGreaterThan(5);
  for (const each of quests) {
    expect(each).toMatchObject({
      title: '한'.repeat(200),
      description: '🍣"'.repeat(1000),
      department: DEPARTMENT,
      createdByName: '"'.repeat(100),
    });
    expect(each.progressList).toHaveLength(100);
  }
  expect(result.headers?.link).toContain(`after=${quests.at(-1)!.id}`);
});
