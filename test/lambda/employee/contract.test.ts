import { type Environment, kim, useDatabase } from './support';

const db = useDatabase();
let service: Environment;
beforeAll(() => {
  service = db.open();
});
beforeEach(() => db.sql('DELETE FROM employees'));

const add = async (more: object = {}): Promise<number> =>
  (await service.send('POST', '/employees', { ...kim, ...more })).body.id;
const grant = (id: number, adjustment: number) => service.send('PUT', `/employees/${id}/leave-balance`, { adjustment });

describe('POST /employees', () => {
  test('adds the employee, and answers 201 with where it is', async () => {
    const { status, headers, body } = await service.send('POST', '/employees', { ...kim, email: 'kim@example.com' });
    expect(status).toBe(201);
    expect(headers.location).toBe(`/employees/${body.id}`);
    expect(body).toEqual({
      id: expect.any(Number),
      ...kim,
      email: 'kim@example.com',
      annualLeaveBalance: 0,
      attendanceCount: 0,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect((await service.send('GET', `/employees/${body.id}`)).body).toEqual(body);
  });
  test('keeps the /api of the request in the location', async () => {
    const { headers } = await service.send('POST', '/api/employees', kim);
    expect(headers.location).toMatch(/^\/api\/employees\/\d+$/);
  });
  test('names every problem at once, with the value and what is allowed', async () => {
    const { status, body } = await service.send('POST', '/employees', { name: '', position: 7, email: 'nobody' });
    expect(status).toBe(400);
    expect(body.details).toEqual([
      {
        field: 'department',
        message: 'department is missing: it must be text of 1 to 100 characters on one line',
      },
      { field: 'name', message: 'name must be text of 1 to 100 characters on one line; got ""' },
      { field: 'position', message: 'position must be text of 1 to 100 characters on one line; got 7' },
      {
        field: 'email',
        message:
          'email must be an address such as kim@example.com of at most 100 characters, or null for none; got "nobody"',
      },
    ]);
    for (const { message } of body.details) expect(body.error).toContain(message);
  });
  test('refuses an email that another employee has, with 409', async () => {
    await add({ email: 'kim@example.com' });
    const { status, body } = await service.send('POST', '/employees', { ...kim, email: 'kim@example.com' });
    expect([status, body.error]).toEqual([409, "the email 'kim@example.com' belongs to another employee"]);
    expect(await db.sql('SELECT id FROM employees')).toHaveLength(1);
  });
  test('takes an empty email for none, any number of times', async () => {
    await add({ email: '' });
    expect((await service.send('POST', '/employees', { ...kim, email: ' ' })).body.email).toBeNull();
  });
  test('ignores fields that it does not know', async () => {
    const { body } = await service.send('POST', '/employees', { ...kim, id: 5, annualLeaveBalance: 99, role: 'admin' });
    expect(body.annualLeaveBalance).toBe(0);
    expect(body.id).not.toBe(5);
  });
  test.each([
    ['an image', { 'content-type': 'image/png' }, '{}', 415],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'name=Kim', 415],
    ['another character set', { 'content-type': 'application/json; charset=euc-kr' }, '{}', 415],
    ['no body', {}, undefined, 400],
    ['broken JSON', {}, '{"name":', 400],
    ['a list', {}, '[]', 400],
    ['null', {}, 'null', 400],
    ['too much', {}, JSON.stringify({ ...kim, name: 'x'.repeat(70_000) }), 413],
  ])('refuses %s', async (_title, headers, body, status) => {
    const answer = await service.send('POST', '/employees', body, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: expect.any(String), details: expect.any(Array) });
  });
  test('takes a JSON type with a character set, and a body without a type', async () => {
    const type = { 'content-type': 'application/json;charset=UTF-8' };
    expect((await service.send('POST', '/employees', kim, type)).status).toBe(201);
    const bare = await service.handler({ httpMethod: 'POST', path: '/employees', body: JSON.stringify(kim) });
    expect(bare.statusCode).toBe(201);
  });
  test('refuses bytes that are not UTF-8', async () => {
    const body = Buffer.from(JSON.stringify({ ...kim, name: 'é' }), 'latin1').toString('base64');
    const answer = await service.handler({ httpMethod: 'POST', path: '/employees', body, isBase64Encoded: true });
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('not valid UTF-8')]);
  });
});

describe('GET /employees', () => {
  test('gives all by id, and those of a department or position', async () => {
    const first = await add();
    const second = await add({ position: '과장' });
    const third = await add({ department: '인사팀' });
    const ids = async (query: string) =>
      (await service.send('GET', `/employees${query}`)).body.map((each: { id: number }) => each.id);
    expect(await ids('')).toEqual([first, second, third]);
    expect(await ids(`?department=${encodeURIComponent('개발팀')}`)).toEqual([first, second]);
    expect(await ids(`?department=${encodeURIComponent('개발팀')}&position=${encodeURIComponent('과장')}`)).toEqual([
      second,
    ]);
    expect(await ids('?department=&position=')).toEqual([first, second, third]);
    expect(await ids('?department=none')).toEqual([]);
  });
  test('gives pages, linked by the address of the next', async () => {
    const ids = [await add(), await add(), await add(), await add({ department: 'R&D' })];
    const query = `department=${encodeURIComponent('개발팀')}`;
    const first = await service.send('GET', `/employees?${query}&limit=2`);
    expect(first.body.map((each: { id: number }) => each.id)).toEqual(ids.slice(0, 2));
    expect(first.headers.link).toBe(`<?${query}&limit=2&after=${ids[1]}>; rel="next"`);
    const address = new URL(/<(.*)>/.exec(first.headers.link!)![1]!, 'http://host/api/employees?limit=2');
    const second = await service.send('GET', `${address.pathname}${address.search}`);
    expect(second.body.map((each: { id: number }) => each.id)).toEqual([ids[2]]);
    expect(second.headers.link).toBeUndefined();
  });
  test.each([
    'limit=0',
    'limit=1001',
    'limit=two',
    'limit=1.5',
    'after=-1',
    'after=99999999999999999999',
    'department=%FF',
  ])('refuses %s', async (query) => {
    expect((await service.send('GET', `/employees?${query}`)).status).toBe(400);
  });
  test('keeps a page below what a load balancer takes from a Lambda', async () => {
    const wide = '🦊'.repeat(100);
    await db.sql(
      `INSERT INTO employees (name, department, position) VALUES ${`('${wide}','${wide}','${wide}'),`.repeat(999)}('${wide}','${wide}','${wide}')`,
    );
    const seen = new Set<number>();
    let url = '/employees?limit=1000';
    for (let pages = 0; url; pages++) {
      const result = await service.handler({
        httpMethod: 'GET',
        path: '/employees',
        rawQueryString: url.split('?')[1],
      });
      expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(1_000_000);
      for (const each of JSON.parse(result.body) as { id: number }[]) seen.add(each.id);
      url = /<(.*)>/.exec(result.headers?.link ?? '')?.[1] ?? '';
      expect(pages).toBeLessThan(10);
    }
    expect(seen.size).toBe(1000);
  });
});

describe('one employee', () => {
  test('PUT changes what is given and keeps the rest', async () => {
    const id = await add({ email: 'kim@example.com' });
    const { status, body } = await service.send('PUT', `/employees/${id}`, { position: '과장', email: null });
    expect([status, body]).toEqual([200, expect.objectContaining({ ...kim, position: '과장', email: null })]);
    expect((await service.send('PUT', `/employees/${id}`, { position: '과장' })).status).toBe(200);
  });
  test('PUT wants something to change', async () => {
    const { status, body } = await service.send('PUT', `/employees/${await add()}`, { salary: 1 });
    expect([status, body.error]).toEqual([400, 'give at least one of name, department, position, email']);
  });
  test('PUT refuses an email that another employee has', async () => {
    await add({ email: 'kim@example.com' });
    expect((await service.send('PUT', `/employees/${await add()}`, { email: 'kim@example.com' })).status).toBe(409);
  });
  test('DELETE removes, once', async () => {
    const id = await add();
    const { status, body, headers } = await service.send('DELETE', `/employees/${id}`);
    expect([status, body, headers['content-type']]).toEqual([204, undefined, undefined]);
    expect((await service.send('DELETE', `/employees/${id}`)).status).toBe(404);
    expect((await service.send('GET', `/employees/${id}`)).status).toBe(404);
  });
  test.each([
    ['GET', '', undefined],
    ['PUT', '', { name: 'Kim' }],
    ['DELETE', '', undefined],
    ['GET', '/leave-balance', undefined],
    ['PUT', '/leave-balance', { adjustment: 1 }],
    ['POST', '/deduct-leave', { days: 1 }],
  ])('%s /employees/{id}%s of nobody is 404, of a word 400', async (method, rest, body) => {
    for (const id of ['999999999', '0', '-1', '99999999999999999999']) {
      const answer = await service.send(method, `/employees/${id}${rest}`, body);
      expect([answer.status, answer.body.error]).toEqual([404, `there is no employee with id ${id}`]);
    }
    const answer = await service.send(method, `/employees/abc${rest}`, body);
    expect([answer.status, answer.body.error]).toEqual([400, "the id of an employee is a whole number; got 'abc'"]);
  });
});

describe('leave', () => {
  test('what is granted and deducted adds up, exactly', async () => {
    const id = await add();
    expect((await grant(id, 15)).body).toEqual({ newBalance: 15, message: 'the leave balance is now 15 days' });
    const { status, body } = await service.send('POST', `/employees/${id}/deduct-leave`, '{"days": 1.0}');
    expect([status, body]).toEqual([
      200,
      { remainingLeave: 14, message: '1 day deducted; the leave balance is now 14 days' },
    ]);
    for (let i = 0; i < 10; i++) await service.send('POST', `/employees/${id}/deduct-leave`, { days: 0.1 });
    expect((await service.send('GET', `/employees/${id}/leave-balance`)).body).toEqual({
      totalLeave: 15,
      remainingLeave: 13,
    });
    expect((await service.send('GET', `/employees/${id}`)).body.annualLeaveBalance).toBe(13);
    expect((await service.send('GET', `/employees/team?department=${encodeURIComponent('개발팀')}`)).body).toEqual([
      { id, name: kim.name, position: kim.position, leaveBalance: 13 },
    ]);
  });
  test('a balance may be used up to the last hundredth, and not beyond', async () => {
    const id = await add();
    await grant(id, 0.07);
    const over = await service.send('POST', `/employees/${id}/deduct-leave`, { days: 0.08 });
    expect([over.status, over.body.error]).toEqual([
      400,
      'the leave balance is 0.07 days, which does not suffice for 0.08 days',
    ]);
    expect((await service.send('POST', `/employees/${id}/deduct-leave`, { days: 0.07 })).body.remainingLeave).toBe(0);
  });
  test('an adjustment never takes the balance below zero, nor past what the column holds', async () => {
    const id = await add();
    await grant(id, 2.5);
    const below = await grant(id, -2.51);
    expect([below.status, below.body.error]).toEqual([
      400,
      'the leave balance is 2.5 days; an adjustment of -2.51 would leave the range 0 to 9999999.99',
    ]);
    expect((await grant(id, 9_999_999.99)).status).toBe(400);
    expect((await grant(id, -2.5)).body.newBalance).toBe(0);
    expect((await grant(id, 9_999_999.99)).body.newBalance).toBe(9_999_999.99);
  });
  test('GET team wants a department', async () => {
    const { status, body } = await service.send('GET', '/employees/team');
    expect([status, body.details[0].field]).toEqual([400, 'department']);
  });
  test.each([0, -1, 0.001, 1.005, 1e-9, 1.000000001, 1e308, '1', null, true, [], {}])(
    'refuses to deduct %p days',
    async (days) => {
      const id = await add();
      await grant(id, 5);
      const answer = await service.send('POST', `/employees/${id}/deduct-leave`, { days });
      expect([answer.status, answer.body.details[0].field]).toEqual([400, 'days']);
      expect((await service.send('GET', `/employees/${id}/leave-balance`)).body.remainingLeave).toBe(5);
    },
  );
});

describe('Idempotency-Key', () => {
  const key = () => ({ 'idempotency-key': crypto.randomUUID() });

  test('a repeated POST gives the first answer and adds nobody', async () => {
    const headers = key();
    const first = await service.send('POST', '/employees', kim, headers);
    const again = await db.open().send('POST', '/employees', kim, headers);
    expect(again).toEqual({ ...first, headers: expect.objectContaining({ 'idempotency-replayed': 'true' }) });
    expect(again.headers.location).toBe(first.headers.location);
    expect(await db.sql('SELECT id FROM employees')).toHaveLength(1);
  });
  test('a repeated deduction deducts once, also when the balance would no longer suffice', async () => {
    const id = await add();
    await grant(id, 1);
    const headers = key();
    const send = () => service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 }, headers);
    const first = await send();
    expect([first.status, (await send()).body]).toEqual([200, first.body]);
  });
  test('the same key with another request is 422', async () => {
    const id = await add();
    await grant(id, 5);
    const headers = key();
    await service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 }, headers);
    const other = await service.send('POST', `/employees/${id}/deduct-leave`, { days: 2 }, headers);
    expect([other.status, other.body.error]).toEqual([422, expect.stringContaining('use a new key')]);
    expect((await service.send('PUT', `/employees/${id}/leave-balance`, { adjustment: 1 }, headers)).status).toBe(422);
    expect((await service.send('GET', `/employees/${id}/leave-balance`)).body.remainingLeave).toBe(4);
  });
  test('whoever guesses the key of another caller neither reads nor uses up its answer', async () => {
    const id = await add();
    await grant(id, 5);
    const headers = key();
    expect((await service.send('POST', `/attendance/check-in/${id}`, undefined, headers)).status).toBe(200);
    const deduct = () => service.as('service')('POST', `/employees/${id}/deduct-leave`, { days: 1 }, headers);
    expect((await deduct()).body.remainingLeave).toBe(4);
    const again = await deduct();
    expect([again.body.remainingLeave, again.headers['idempotency-replayed']]).toEqual([4, 'true']);
  });
  test('a refused request is not stored, so that it can succeed later', async () => {
    const id = await add();
    const headers = key();
    expect((await service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 }, headers)).status).toBe(400);
    await grant(id, 1);
    expect((await service.send('POST', `/employees/${id}/deduct-leave`, { days: 1 }, headers)).status).toBe(200);
  });
  test('after a day the key is free again', async () => {
    const headers = key();
    await service.send('POST', '/employees', kim, headers);
    await db.sql('UPDATE idempotency_keys SET created_at = created_at - INTERVAL 25 HOUR');
    expect((await service.send('POST', '/employees', { ...kim, name: '이영희' }, headers)).status).toBe(201);
  });
  test.each(['', 'two words', 'x'.repeat(256), '열쇠'])('refuses the key %p', async (value) => {
    expect((await service.send('POST', '/employees', kim, { 'idempotency-key': value })).status).toBe(400);
  });
});

describe('the rest', () => {
  test('GET /health asks the database', async () => {
    expect(await service.send('GET', '/health')).toMatchObject({
      status: 200,
      body: { status: 'up', database: 'up', version: 'test' },
    });
  });
  test('GET /openapi.json gives the contract', async () => {
    expect((await service.send('GET', '/openapi.json')).body.openapi).toBe('3.1.0');
  });
  test.each([
    ['PATCH', '/employees/1', 'GET, HEAD, PUT, DELETE'],
    ['DELETE', '/employees', 'GET, HEAD, POST'],
    ['PUT', '/employees/team', 'GET, HEAD'],
    ['GET', '/employees/1/deduct-leave', 'POST'],
    ['POST', '/employees/1/leave-balance', 'GET, HEAD, PUT'],
    ['POST', '/health', 'GET, HEAD'],
    ['constructor', '/health', 'GET, HEAD'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const { status, headers, body } = await service.send(method, path);
    expect([status, headers.allow]).toEqual([405, allow]);
    expect(body.error).toContain(`possible: ${allow}`);
  });
  test.each(['/', '/api', '/employee', '/employees/1/salary', '/employees/1/leave-balance/x', '/constructor', '//'])(
    'GET %s is 404',
    async (path) => {
      expect((await service.send('GET', path)).status).toBe(404);
    },
  );
  test('paths work below /api and with trailing slashes, and HEAD answers without a body', async () => {
    const id = await add();
    expect((await service.send('GET', `/api/employees/${id}`)).body.id).toBe(id);
    expect((await service.send('GET', `/employees/${id}/`)).body.id).toBe(id);
    expect(await service.send('HEAD', `/employees/${id}`)).toMatchObject({ status: 200, body: undefined });
  });
});

describe('Unicode', () => {
  test.each(['김민수', 'Łukasz Żółć', '山田 太郎', '🦊🦊', 'نور', "O'Brien; DROP TABLE employees", '\\', '<b>'])(
    'keeps %s as it is',
    async (name) => {
      const id = await add({ name, department: name });
      expect((await service.send('GET', `/employees/${id}`)).body.name).toBe(name);
      const found = await service.send('GET', `/employees?department=${encodeURIComponent(name)}`);
      expect(found.body.map((each: { id: number }) => each.id)).toContain(id);
    },
  );
  test('Hangul in pieces, as a Mac sends it, is the same text', async () => {
    const id = await add({ department: '개발팀'.normalize('NFD') });
    const { body } = await service.send(
      'GET',
      `/employees?department=${encodeURIComponent('개발팀'.normalize('NFD'))}`,
    );
    expect(body).toEqual([expect.objectContaining({ id, department: '개발팀' })]);
  });
  test('100 characters outside the basic plane fit, 101 do not', async () => {
    expect((await service.send('POST', '/employees', { ...kim, name: '🦊'.repeat(100) })).status).toBe(201);
    const over = await service.send('POST', '/employees', { ...kim, name: '🦊'.repeat(101) });
    expect([over.status, over.body.error]).toEqual([400, expect.stringContaining('(101 characters)')]);
  });
  test.each(['\ud800', 'a\u0000b', 'a\nb', '   '])('refuses %j as a name', async (name) => {
    expect((await service.send('POST', '/employees', { ...kim, name })).status).toBe(400);
  });
});

describe('logs', () => {
  test('one line of JSON per call, with metrics and request ids, without personal data', async () => {
    service.logs.length = 0;
    await service.send('POST', '/employees', { ...kim, email: 'secret@example.com' }, { 'x-request-id': 'r-1' });
    await service.send(
      'POST',
      '/employees',
      { ...kim, email: 'secret@example.com' },
      { 'x-amzn-trace-id': 'Root=1-2' },
    );
    await service.send('GET', `/employees?department=${encodeURIComponent('개발팀')}`);
    expect(service.logs.map(({ requestId, route, status }) => [requestId, route, status])).toEqual([
      ['r-1', '/employees', 201],
      ['Root=1-2', '/employees', 409],
      [expect.any(String), '/employees', 200],
    ]);
    expect(service.logs[0]).toMatchObject({
      level: 'info',
      service: 'employee',
      LatencyMs: expect.any(Number),
      Faults: 0,
      _aws: { CloudWatchMetrics: [{ Namespace: 'ERP/Employee', Dimensions: [['service', 'environment']] }] },
    });
    expect(JSON.stringify(service.logs)).not.toMatch(/secret|김민수|개발팀/);
  });
});
