import { createHmac } from 'node:crypto';
import { toRequest } from '../../../lambda/employee/http/event';
import { Callers, ROLES_OF_GROUPS } from '../../../lambda/employee/identity/caller';
import { ROUTES } from '../../../lambda/employee/http/router';
import { USER_GROUPS } from '../../../lib/config/user-groups';
import { type Environment, issuer, kim, useDatabase } from './support';

/**
 * Who may do what to whom, as the product owner wants it; written down here on its own, so that a slip in the service's
 * table is seen. `own`: the caller's own. `department`: own and colleagues'. `others`: colleagues' alone. `all`, `none`.
 */
const MATRIX: readonly (readonly [
  route: string,
  employee: string,
  manager: string,
  administrator: string,
  service: string,
])[] = [
  ['GET /employees', 'all', 'all', 'all', 'all'],
  ['POST /employees', 'own', 'own', 'all', 'none'],
  ['GET /employees/me', 'all', 'all', 'all', 'none'],
  ['GET /employees/team', 'all', 'all', 'all', 'all'],
  ['GET /employees/{id}', 'all', 'all', 'all', 'all'],
  ['PUT /employees/{id}', 'none', 'none', 'all', 'none'],
  ['DELETE /employees/{id}', 'none', 'none', 'all', 'none'],
  ['GET /employees/{id}/leave-balance', 'own', 'department', 'all', 'all'],
  ['PUT /employees/{id}/leave-balance', 'none', 'others', 'all', 'none'],
  ['GET /employees/{id}/leave-changes', 'own', 'department', 'all', 'none'],
  ['POST /employees/{id}/deduct-leave', 'none', 'others', 'all', 'all'],
  ['POST /attendance/check-in/{id}', 'own', 'own', 'all', 'none'],
  ['GET /attendance/history/{id}', 'own', 'department', 'all', 'none'],
  ['GET /attendance/progress/{id}', 'own', 'department', 'all', 'none'],
  ['POST /leaves', 'own', 'department', 'all', 'none'],
  ['GET /leaves/{id}', 'own', 'department', 'all', 'none'],
  ['GET /leaves/balance/{id}', 'own', 'department', 'all', 'all'],
  ['PUT /leaves/{id}/approve', 'none', 'others', 'all', 'none'],
  ['PUT /leaves/{id}/reject', 'none', 'others', 'all', 'none'],
  ['GET /quests', 'all', 'all', 'all', 'none'],
  ['POST /quests', 'none', 'own', 'all', 'none'],
  ['GET /quests/available', 'own', 'department', 'all', 'none'],
  ['GET /quests/my-quests', 'own', 'department', 'all', 'none'],
  ['GET /quests/my-created', 'own', 'department', 'all', 'none'],
  ['POST /quests/{id}/accept', 'own', 'own', 'all', 'none'],
  ['POST /quests/{id}/complete', 'own', 'own', 'all', 'none'],
  ['POST /quests/{id}/claim', 'own', 'own', 'all', 'none'],
  ['PUT /quests/{id}/approve', 'none', 'department', 'all', 'none'],
  ['PUT /quests/{id}/reject', 'none', 'department', 'all', 'none'],
  ['DELETE /quests/{id}', 'none', 'department', 'all', 'none'],
  ['GET /health', 'all', 'all', 'all', 'all'],
  ['GET /openapi.json', 'all', 'all', 'all', 'all'],
];

const COVERED: Readonly<Record<string, readonly Relation[]>> = {
  none: [],
  own: ['own'],
  others: ['colleague'],
  department: ['own', 'colleague'],
  all: ['own', 'colleague', 'stranger'],
};
type Relation = 'own' | 'colleague' | 'stranger';
const RELATIONS: readonly Relation[] = ['own', 'colleague', 'stranger'];
const ROLES = ['employee', 'manager', 'administrator', 'service'] as const;
const GROUPS = { employee: undefined, manager: ['managers'], administrator: ['admins'] } as const;
const HERE = '개발팀';
const ELSEWHERE = '인사팀';

const db = useDatabase();
let service: Environment;
beforeAll(() => {
  service = db.open();
});
beforeEach(async () => {
  for (const table of ['quest_progress', 'quests', 'leaves', 'attendance', 'employees']) {
    await db.sql(`DELETE FROM ${table}`);
  }
});

const insert = async (statement: string) => ((await db.sql(statement)) as unknown as { insertId: number }).insertId;
const addEmployee = (email: string, department: string) =>
  insert(
    `INSERT INTO employees (name, email, department, position, annual_leave_balance)
     VALUES ('x', '${email}', '${department}', 'STAFF', 10)`,
  );

interface Subject {
  readonly employee: number;
  readonly email: string;
  readonly department: string;
  readonly leave: number;
  readonly quest: number;
}

/** Somebody who has asked for leave and completed a quest, seen from the caller. */
async function subject(relation: Relation): Promise<Subject> {
  const department = relation === 'stranger' ? ELSEWHERE : HERE;
  const email = relation === 'own' ? 'caller@example.com' : 'other@example.com';
  const own = await addEmployee('caller@example.com', HERE);
  const employee = relation === 'own' ? own : await addEmployee(email, department);
  const leave = await insert(
    `INSERT INTO leaves (employee_id, start_date, end_date, days, status)
     VALUES (${employee}, '2026-01-05', '2026-01-05', 1, 'PENDING')`,
  );
  const quest = await insert(
    `INSERT INTO quests (title, reward_days, department, created_by, status)
     VALUES ('q', 1, '${department}', ${employee}, 'AVAILABLE')`,
  );
  await insert(
    `INSERT INTO quest_progress (quest_id, employee_id, status) VALUES (${quest}, ${employee}, 'WAITING_APPROVAL')`,
  );
  return { employee, email, department, leave, quest };
}

function requestOf(route: string, { employee, email, department, leave, quest }: Subject): [string, string, unknown] {
  const [method, path] = route.split(' ') as [string, string];
  const id = path.startsWith('/quests') ? quest : /^\/leaves\/\{id\}\/./.test(path) ? leave : employee;
  const query =
    {
      '/employees/team': `?department=${encodeURIComponent(department)}`,
      '/quests/my-created': `?managerId=${employee}`,
    }[path] ?? (/available|my-quests/.test(path) ? `?employeeId=${employee}` : '');
  const bodies: Readonly<Record<string, unknown>> = {
    'POST /employees': { ...kim, email: email === 'other@example.com' ? 'new@example.com' : email },
    'PUT /employees/{id}': { name: 'y' },
    'PUT /employees/{id}/leave-balance': { adjustment: 1 },
    'POST /employees/{id}/deduct-leave': { days: 1 },
    'POST /leaves': { employeeId: employee, startDate: '2026-01-06', endDate: '2026-01-06', days: 1 },
    'POST /quests': { title: 'q', rewardDays: 1, department, createdBy: employee },
  };
  const body = bodies[route] ?? (/accept|complete|claim/.test(path) ? { employeeId: employee } : undefined);
  return [method, `${path.replace('{id}', String(id))}${query}`, body];
}

const as = (role: (typeof ROLES)[number]) =>
  service.as(role === 'service' ? 'service' : { email: 'caller@example.com', groups: GROUPS[role] });

test('every group of the user pool has a role, the strongest first', () => {
  expect(Object.keys(ROLES_OF_GROUPS)).toEqual(Object.keys(USER_GROUPS));
});

test('the matrix names every route that is served', () => {
  const served = Object.entries(ROUTES).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  );
  expect(MATRIX.map(([route]) => route).sort()).toEqual(served.sort());
});

describe.each(MATRIX)('%s', (route, ...allowed) => {
  test.each(ROLES.map((role, index) => [role, allowed[index]!] as const))('as %s: %s', async (role, scope) => {
    for (const relation of RELATIONS) {
      if (role === 'service' && relation === 'own') continue;
      for (const table of ['quest_progress', 'quests', 'leaves', 'attendance', 'employees']) {
        await db.sql(`DELETE FROM ${table}`);
      }
      const answer = await as(role)(...requestOf(route, await subject(relation)));
      const outcome = answer.status === 403 ? 'refused' : 'let through';
      expect([relation, outcome]).toEqual([relation, COVERED[scope]!.includes(relation) ? 'let through' : 'refused']);
      expect(answer.status).toBeLessThan(500);
      if (outcome === 'refused') expect(answer.body).toEqual({ error: expect.stringMatching(/\w{3}/), details: [] });
    }
  });
});

describe('who somebody is', () => {
  const token = (claims: object) => ({
    authorization: `Bearer ${issuer.token({ email: 'caller@example.com', groups: ['admins'] }, claims as never)}`,
  });
  /** The claims of an administrator's token under another header, signed with what everybody knows, or not at all. */
  const forged = (header: { alg: string; kid: string }) => {
    const [, payload] = token({}).authorization.slice('Bearer '.length).split('.');
    const text = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`;
    const signature =
      header.alg === 'none' ? '' : createHmac('sha256', issuer.source.keys).update(text).digest('base64url');
    return { authorization: `Bearer ${text}.${signature}` };
  };
  const asService = () => service.as('service');
  test.each([
    ['has expired', token({ exp: 1 })],
    [
      'is of another user pool',
      token({ iss: 'https://cognito-idp.ap-northeast-2.amazonaws.com/ap-northeast-2_Other' }),
    ],
    ['is for another application', token({ aud: 'other' })],
    ['is an access token', token({ token_use: 'access' })],
    ['was changed', { authorization: `${token({}).authorization.slice(0, -4)}AAAA` }],
    ['is not signed', forged({ alg: 'none', kid: 'local' })],
    ['is signed with the public key as if it were a secret', forged({ alg: 'HS256', kid: 'local' })],
    ['is none', { authorization: 'Bearer nonsense' }],
    ['is empty', { authorization: '' }],
    ['is missing from a request that came through the API', { 'x-erp-entry': 'api' }],
  ])('a token that %s is 401', async (_title, headers) => {
    const answer = await asService()('GET', '/employees', undefined, headers);
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(answer.body.error).toMatch(/sign|token/);
  });
  test.each(['admins', ['Admins'], { admins: true }, [['admins']], null])(
    'groups of another form give no role: %j',
    async (groups) => {
      const headers = token({ 'cognito:groups': groups });
      const { employee } = await subject('colleague');
      expect((await asService()('DELETE', `/employees/${employee}`, undefined, headers)).status).toBe(403);
    },
  );
  test('while the keys of the user pool cannot be read, a token is 503, and services go on', async () => {
    const unreachable = { issuer: 'https://127.0.0.1:1/pool', audience: issuer.source.audience };
    const callers = new Callers(unreachable);
    const authorization = token({ iss: unreachable.issuer }).authorization;
    const request = (headers: Record<string, string>) => toRequest({ httpMethod: 'GET', path: '/employees', headers });
    await expect(callers.of(request({ authorization }))).rejects.toMatchObject({ status: 503 });
    // Now it waits before it asks again.
    await expect(callers.of(request({ authorization }))).rejects.toMatchObject({ status: 503 });
    expect(callers.of(request({}))).toMatchObject({ role: 'service' });
  });
  test('a role comes from the groups that Cognito writes, whatever else the token says', async () => {
    const claims = { 'custom:position': 'MANAGER', 'custom:department': HERE, groups: ['admins'], role: 'admin' };
    const headers = { authorization: `Bearer ${issuer.token({ email: 'caller@example.com' }, claims)}` };
    const { employee } = await subject('colleague');
    const body = { adjustment: 1 };
    expect((await asService()('PUT', `/employees/${employee}/leave-balance`, body, headers)).status).toBe(403);
  });
  test('nobody without a department leads others without one', async () => {
    const manager = service.as({ email: 'caller@example.com', groups: ['managers'] });
    await manager('GET', '/employees/me');
    const other = await addEmployee('other@example.com', 'unassigned');
    expect((await manager('PUT', `/employees/${other}/leave-balance`, { adjustment: 1 })).status).toBe(403);
  });
  test.each([
    ['GET', (id: number) => `/employees/${id}/leave-changes`],
    ['GET', (id: number) => `/attendance/history/${id}`],
    ['GET', (id: number) => `/leaves/${id}`],
    ['GET', (id: number) => `/quests/my-quests?employeeId=${id}`],
    ['GET', (id: number) => `/quests/my-created?managerId=${id}`],
  ])('what is left of a deleted employee is no manager’s: %s %s', async (method, pathOf) => {
    const { employee } = await subject('stranger');
    await as('administrator')('DELETE', `/employees/${employee}`);
    expect((await as('manager')(method, pathOf(employee))).status).toBe(404);
  });
  test('an empty department, as the predecessor allowed, is nobody’s', async () => {
    await addEmployee('caller@example.com', '');
    const other = await addEmployee('other@example.com', '');
    expect((await as('manager')('PUT', `/employees/${other}/leave-balance`, { adjustment: 1 })).status).toBe(403);
  });
  test('a manager does not approve his own quest, and an administrator may', async () => {
    const { quest } = await subject('own');
    const answer = await as('manager')('PUT', `/quests/${quest}/approve`);
    expect([answer.status, answer.body.error]).toEqual([400, expect.stringContaining('nobody whom you may decide on')]);
    expect((await as('administrator')('PUT', `/quests/${quest}/approve`)).status).toBe(200);
  });
});

describe('the first sign-in', () => {
  const account = { email: 'New@Example.com', name: '최신입', department: HERE };
  const rows = () =>
    db.sql<{ email: string; subject: string }>('SELECT name, email, department, position, subject FROM employees');
  test('makes the own row, of what the token says', async () => {
    const { status, body } = await service.as(account)('GET', '/employees/me');
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ name: '최신입', email: 'New@Example.com', department: HERE, position: 'STAFF' }),
    ]);
    expect((await service.as(account)('GET', '/employees/me')).body.id).toBe(body.id);
    expect(await rows()).toHaveLength(1);
  });
  test('completes the row that has the address, in any case', async () => {
    const id = await addEmployee('new@example.com', ELSEWHERE);
    expect((await service.as(account)('GET', '/employees/me')).body).toMatchObject({ id, department: ELSEWHERE });
    expect((await rows())[0]!.subject).toBe('account-of-New-Example-com');
  });
  test('takes a new address over, once it is confirmed', async () => {
    const before = { ...account, subject: 'same-account' };
    const { id } = (await service.as(before)('GET', '/employees/me')).body;
    const after = { ...before, email: 'married@example.com' };
    await service.as({ ...after, confirmed: false })('GET', '/employees/me');
    expect((await service.as(before)('GET', `/employees/${id}`)).body.email).toBe('New@Example.com');
    await service.as(after)('GET', '/employees/me');
    expect((await service.as(after)('GET', '/employees/me')).body).toMatchObject({ id, email: 'married@example.com' });
  });
  test('is refused to an address that nobody has confirmed, so that no row is taken over', async () => {
    await addEmployee('new@example.com', ELSEWHERE);
    const answer = await service.as({ ...account, confirmed: false })('GET', '/employees/me');
    expect([answer.status, answer.body.error]).toEqual([403, expect.stringContaining('not confirmed')]);
    expect((await rows())[0]!.subject).toBeNull();
  });
  test('may come as the POST that the page sends, and again', async () => {
    const send = () =>
      service.as({ email: 'new@example.com' })('POST', '/employees', { ...kim, email: 'new@example.com' });
    const first = await send();
    expect([first.status, first.body]).toEqual([201, expect.objectContaining({ ...kim, email: 'new@example.com' })]);
    const again = await send();
    expect([again.status, again.body]).toEqual([200, first.body]);
  });
  test('lets nobody who leads choose whom he leads', async () => {
    const manager = service.as({ email: 'new@example.com', groups: ['managers'] });
    const { body } = await manager('POST', '/employees', { ...kim, email: 'new@example.com' });
    expect(body).toMatchObject({ department: 'unassigned', position: '대리' });
  });
  test('makes one row, of twenty calls at once', async () => {
    const environments = Array.from({ length: 20 }, () => db.open());
    const replies = await Promise.all(environments.map((each) => each.as(account)('GET', '/employees/me')));
    expect(new Set(replies.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect(await rows()).toHaveLength(1);
  });
});

test('where authorization is observed, what would be refused is done and logged, without names', async () => {
  const observing = db.open({ authorization: 'observe' });
  const { employee } = await subject('stranger');
  const caller = observing.as({ email: 'caller@example.com' });
  expect((await caller('PUT', `/employees/${employee}`, { position: '과장' })).status).toBe(200);
  expect(observing.logs).toEqual([
    expect.objectContaining({
      level: 'warn',
      message: 'would be refused',
      route: '/employees/{id}',
      subject: 'account-of-caller-example-com',
      role: 'employee',
    }),
    expect.objectContaining({
      message: 'call',
      subject: 'account-of-caller-example-com',
      role: 'employee',
      target: `employee ${employee}`,
      status: 200,
    }),
  ]);
});
