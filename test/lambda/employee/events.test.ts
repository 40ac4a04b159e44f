import { runInNewContext } from 'node:vm';
import { type LambdaEvent, toRequest, toResult } from '../../../lambda/employee/http/event';
import { environment } from './support';

// Nothing listens there: these requests must be answered without a database.
const service = environment('mysql://nobody@127.0.0.1:1/none');
const ask = async (event: LambdaEvent) => {
  const result = await service.handler(event);
  return { ...result, body: JSON.parse(result.body || 'null') };
};
const query = (event: LambdaEvent) => Object.fromEntries(toRequest(event).query());

describe('the query of an event', () => {
  const values = { department: '%EA%B0%9C%EB%B0%9C', position: 'R%26D+team', x: '' };
  const decoded = { department: '개발', position: 'R&D team', x: '' };
  test('an ALB hands it over as it was sent', () => {
    expect(query({ requestContext: { elb: {} }, queryStringParameters: values })).toEqual(decoded);
  });
  test('an ALB with multi-value headers hands over lists, of which the last counts', () => {
    const lists = { department: ['x', values.department], position: [values.position], x: [''] };
    expect(query({ requestContext: { elb: {} }, multiValueQueryStringParameters: lists })).toEqual(decoded);
  });
  test('API Gateway v2 hands over the raw text', () => {
    const rawQueryString = 'department=%EA%B0%9C%EB%B0%9C&position=R%26D+team&x&&department=';
    expect(query({ version: '2.0', rawPath: '/', rawQueryString })).toEqual({ ...decoded, department: '' });
  });
  test('API Gateway v1 hands it over decoded', () => {
    expect(query({ httpMethod: 'GET', queryStringParameters: { a: '100%', b: '1+1' } })).toEqual({
      a: '100%',
      b: '1+1',
    });
  });
});

describe('the answer to an event', () => {
  const path = '/nothing';
  test('for an ALB carries everything that it wants', async () => {
    const result = await ask({ requestContext: { elb: {} }, httpMethod: 'GET', path, headers: {} });
    expect(result).toMatchObject({ statusCode: 404, statusDescription: '404 Not Found', isBase64Encoded: false });
    expect(result.headers?.['content-type']).toBe('application/json; charset=utf-8');
    expect(result.multiValueHeaders).toBeUndefined();
  });
  test('for an ALB with multi-value headers uses only those', async () => {
    const result = await ask({ requestContext: { elb: {} }, httpMethod: 'GET', path, multiValueHeaders: {} });
    expect(result.multiValueHeaders?.['content-type']).toEqual(['application/json; charset=utf-8']);
    expect(result.headers).toBeUndefined();
  });
  test('for API Gateway v2 has no status text', async () => {
    const result = await ask({
      version: '2.0',
      rawPath: '/api/employees',
      rawQueryString: '',
      requestContext: { requestId: 'gateway-id', http: { method: 'PATCH' } },
    });
    expect(result).toMatchObject({
      statusCode: 405,
      headers: { allow: 'GET, HEAD, POST', 'x-request-id': 'gateway-id' },
    });
    expect(result.statusDescription).toBeUndefined();
  });
  test('never repeats a request id that is not one', async () => {
    const headers = { 'x-request-id': 'a\r\nset-cookie: x', 'x-amzn-trace-id': 'Root=1-2;Self=3' };
    const result = await ask({ httpMethod: 'GET', path, headers });
    expect(result.headers?.['x-request-id']).toBe('Root=1-2;Self=3');
  });
  test('repeats the request id of a caller, cut to 200 characters and cleaned', async () => {
    const headers = { 'X-Request-Id': `주문 "42" <b> ${'x'.repeat(300)}` };
    const result = await ask({ httpMethod: 'GET', path, headers });
    expect(result.headers?.['x-request-id']).toBe(`42b${'x'.repeat(200 - '주문 "42" <b> '.length)}`);
  });
  test('has a reason phrase for every status that is used', () => {
    for (const status of [200, 201, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 503, 504]) {
      const result = toResult({ requestContext: { elb: {} } }, 'id', { status }, false);
      expect(result.statusDescription).toMatch(/^\d{3} [A-Z]/);
    }
  });
});

test('headers are found however they are spelled', () => {
  expect(toRequest({ headers: { 'Content-Type': 'a' } }).header('content-type')).toBe('a');
  expect(toRequest({ multiValueHeaders: { 'Content-Type': ['a', 'b'] } }).header('content-type')).toBe('b');
});

test('an empty event is answered, not thrown at', async () => {
  expect((await ask({})).statusCode).toBe(404);
});

test.each([
  null,
  'text',
  7,
  [],
  { httpMethod: 7, path: {}, headers: 'x', body: 5, queryStringParameters: [1] },
  { httpMethod: 'POST', path: '/employees', headers: { 'content-type': 7 }, body: { name: 'x' } },
  {
    httpMethod: 'POST',
    path: '/employees',
    multiValueHeaders: { 'content-type': 'x' },
    body: [],
    isBase64Encoded: 'y',
  },
  { httpMethod: 'GET', path: '/employees', queryStringParameters: { limit: { a: 1 }, after: null } },
  { version: '2.0', rawPath: 5, rawQueryString: {}, requestContext: { http: { method: [] }, requestId: {} } },
  { httpMethod: 'GET', path: '/employees', requestContext: null, multiValueQueryStringParameters: { limit: 'x' } },
])('an event of types that no gateway sends, %j, is answered', async (event) => {
  const result = await ask(event as LambdaEvent);
  // 503 is what a request for the database gets here, where there is none.
  expect([400, 404, 415, 503]).toContain(result.statusCode);
  expect(result.headers?.['x-request-id']).toMatch(/^[\w-]+$/);
});

test('a path of twenty million slashes is answered in linear time', async () => {
  const event = { httpMethod: 'GET', path: `${'/'.repeat(20_000_000)}x` };
  // It takes a tenth of a second; quadratic time would be days, which the timeout cuts off.
  const answer: ReturnType<typeof ask> = runInNewContext('ask(event)', { ask, event }, { timeout: 10_000 });
  expect((await answer).statusCode).toBe(404);
});

test('without a database the answer is 503 with Retry-After, also for GET /health', async () => {
  for (const path of ['/health', '/employees', '/employees/1']) {
    const result = await ask({ httpMethod: 'GET', path });
    expect([result.statusCode, result.headers?.['retry-after']]).toEqual([503, '5']);
    expect(result.body.error).toBe('the database is not available; nothing was changed, try again in 5 s');
  }
});
