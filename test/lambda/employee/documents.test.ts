import Ajv2020 from 'ajv/dist/2020';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openapiSource, validatorsSource } from '../../../lambda/employee/contract/generate';
import { rdsCertificates } from '../../../lambda/employee/db/rds-certificates';
import { ROUTES } from '../../../lambda/employee/http/router';
import openapi from '../../../lambda/employee/openapi.json';
import { kim, useDatabase } from './support';

const source = (file: string) => readFileSync(join(__dirname, '../../../lambda/employee', file), 'utf8');
const remake = 'is up to date; `npm run employee:generate` makes it anew';

describe('generated files', () => {
  test(`the OpenAPI document ${remake}`, () => expect(source('openapi.json')).toBe(openapiSource()));
  test(`the compiled validation ${remake}`, () =>
    expect(source('contract/validators.generated.js')).toBe(validatorsSource()));
});

test.each(['ap-northeast-2', 'ap-northeast-1', 'eu-central-1'])(
  'the certificate authorities of %s are its three, good for at least two more years',
  (region) => {
    const certificates = rdsCertificates(region).map((pem) => new X509Certificate(pem));
    expect(certificates.map(({ subject }) => /CN=(.*)/.exec(subject)?.[1]).sort()).toEqual([
      `Amazon RDS ${region} Root CA ECC384 G1`,
      `Amazon RDS ${region} Root CA RSA2048 G1`,
      `Amazon RDS ${region} Root CA RSA4096 G1`,
    ]);
    const soon = Date.now() + 2 * 365 * 86_400_000;
    for (const { validTo } of certificates) expect(Date.parse(validTo)).toBeGreaterThan(soon);
  },
);

test('the OpenAPI document has exactly the routes that are served', () => {
  const methods = (item: object) =>
    Object.keys(item)
      .filter((key) => key !== 'parameters')
      .map((key) => key.toUpperCase())
      .sort();
  const documented = Object.entries(openapi.paths).map(([path, item]) => [path, methods(item)]);
  expect(Object.fromEntries(documented)).toEqual(
    Object.fromEntries(Object.entries(ROUTES).map(([path, operations]) => [path, Object.keys(operations).sort()])),
  );
});

describe('answers keep to the OpenAPI document', () => {
  const db = useDatabase();
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, date: true } });
  ajv.addSchema({ $id: 'openapi', ...openapi });
  const check = (pointer: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `openapi#/${pointer}` });
    expect([pointer, value, validate(value), validate.errors]).toEqual([pointer, value, true, null]);
  };
  const pointer = (path: string, method: string, status: string) => {
    const steps = ['paths', path, method, 'responses', status, 'content', 'application/json', 'schema'];
    return steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  };
  type Step = [
    method: 'get' | 'post' | 'put' | 'delete',
    path: string,
    url: string,
    status: number,
    body?: object,
    by?: string,
  ];
  const day = { startDate: '2026-01-05', endDate: '2026-01-05', days: 0.5, employeeId: 1 };
  const quest = { title: 'q', rewardDays: 0.5, department: kim.department, createdBy: 1 };
  const actor = { employeeId: 1 };
  const team = `/employees/team?department=${encodeURIComponent(kim.department)}`;
  const JOURNEY: Step[] = [
    ['post', '/employees', '/employees', 201, { ...kim, email: 'kim@example.com' }],
    ['post', '/employees', '/employees', 200, kim, 'kim@example.com'],
    ['post', '/employees', '/employees', 400, {}],
    ['get', '/employees', '/employees', 200],
    ['get', '/employees/me', '/employees/me', 200, undefined, 'kim@example.com'],
    ['get', '/employees/team', team, 200],
    ['put', '/employees/{id}', '/employees/1', 200, { position: '과장' }],
    ['put', '/employees/{id}/leave-balance', '/employees/1/leave-balance', 200, { adjustment: 1 }],
    ['put', '/employees/{id}/leave-balance', '/employees/1/leave-balance', 403, { adjustment: 1 }, 'kim@example.com'],
    ['post', '/employees/{id}/deduct-leave', '/employees/1/deduct-leave', 200, { days: 0.5 }],
    ['get', '/employees/{id}/leave-balance', '/employees/1/leave-balance', 200],
    ['post', '/attendance/check-in/{id}', '/attendance/check-in/1', 200],
    ['get', '/attendance/history/{id}', '/attendance/history/1', 200],
    ['get', '/attendance/progress/{id}', '/attendance/progress/1', 200],
    ['post', '/leaves', '/leaves', 200, day],
    ['put', '/leaves/{id}/approve', '/leaves/1/approve', 200],
    ['put', '/leaves/{id}/reject', '/leaves/1/reject', 409],
    ['get', '/leaves/{id}', '/leaves/1', 200],
    ['get', '/leaves/balance/{id}', '/leaves/balance/1', 200],
    ['post', '/quests', '/quests', 200, quest],
    ['get', '/quests/available', '/quests/available?employeeId=1', 200],
    ['post', '/quests/{id}/accept', '/quests/1/accept', 200, actor],
    ['post', '/quests/{id}/complete', '/quests/1/complete', 200, actor],
    ['get', '/quests', '/quests', 200],
    ['get', '/quests/my-created', '/quests/my-created?managerId=1', 200],
    ['put', '/quests/{id}/reject', '/quests/1/reject', 200],
    ['post', '/quests/{id}/complete', '/quests/1/complete', 200, actor],
    ['put', '/quests/{id}/approve', '/quests/1/approve', 200],
    ['post', '/quests/{id}/claim', '/quests/1/claim', 200, actor],
    ['get', '/quests/my-quests', '/quests/my-quests?employeeId=1', 200],
    ['delete', '/quests/{id}', '/quests/1', 200],
    ['get', '/employees/{id}/leave-changes', '/employees/1/leave-changes', 200],
    ['get', '/employees/{id}', '/employees/1', 200],
    ['delete', '/employees/{id}', '/employees/1', 204],
    ['get', '/employees/{id}', '/employees/1', 404],
    ['get', '/health', '/health', 200],
  ];
  test('every operation, with rows to show', async () => {
    const service = db.open();
    const documented = openapi.paths as unknown as Record<
      string,
      Record<string, { responses: Record<string, object> }>
    >;
    for (const [method, path, url, status, body, by] of JOURNEY) {
      const send = by === undefined ? service.send : service.as({ email: by });
      const answer = await send(method.toUpperCase(), url, body);
      expect([method, url, answer.status]).toEqual([method, url, status]);
      const response = documented[path]?.[method]?.responses[status] ?? {};
      // An empty list would keep to any schema.
      if (Array.isArray(answer.body))
        expect([url, answer.body]).toEqual([url, expect.arrayContaining([expect.anything()])]);
      if ('$ref' in response) check('components/schemas/Error', answer.body);
      else if (status === 204) expect(response).not.toHaveProperty('content');
      else check(pointer(path, method, String(status)), answer.body);
    }
    const visited = JOURNEY.map(([method, path]) => `${method} ${path}`);
    const missing = Object.entries(documented).flatMap(([path, operations]) =>
      Object.keys(operations).flatMap((method) => (method === 'parameters' ? [] : [`${method} ${path}`])),
    );
    expect(missing.filter((each) => !visited.includes(each))).toEqual(['get /openapi.json']);
  });
});
