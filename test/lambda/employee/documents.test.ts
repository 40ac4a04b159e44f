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
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });
  ajv.addSchema({ $id: 'openapi', ...openapi });
  const check = (schema: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `openapi#/components/schemas/${schema}` });
    expect([validate(value), validate.errors]).toEqual([true, null]);
  };
  test('every kind of answer', async () => {
    const { send } = db.open();
    const { body: employee } = await send('POST', '/employees', kim);
    check('Employee', employee);
    check('Employee', (await send('GET', '/employees')).body[0]);
    check(
      'TeamMember',
      (await send('GET', `/employees/team?department=${encodeURIComponent(kim.department)}`)).body[0],
    );
    check('LeaveBalance', (await send('GET', `/employees/${employee.id}/leave-balance`)).body);
    check('Health', (await send('GET', '/health')).body);
    check('Error', (await send('POST', '/employees', {})).body);
    check('Error', (await send('GET', '/employees/0')).body);
  });
});
