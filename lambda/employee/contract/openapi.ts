import { LIMITS } from './limits';
import { type ObjectSchema, SCHEMAS } from './schemas';

type Json = Record<string, unknown>;

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ 'application/json': { schema } });
const number = (description: string): Json => ({ type: 'number', multipleOf: 0.01, description });
const object = (properties: Json): Json => ({ type: 'object', properties, required: Object.keys(properties) });

/** A schema with every description made a sentence of its own, and the fields' types as they are. */
function component(schema: ObjectSchema): Json {
  const properties = Object.entries(schema.properties).map(([name, field]) => [
    name,
    { ...field, description: `Must be ${field.description}.` },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function parameters(schema: ObjectSchema): Json[] {
  return Object.entries(schema.properties).map(([name, { description, ...field }]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    description: `Must be ${description}.`,
    schema: field,
  }));
}

const id: Json = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The number of the employee.',
  schema: { type: 'integer', minimum: 1 },
};

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    `Makes a retry safe: for ${LIMITS.idempotencyHours} hours the same key with the same request gives the first ` +
    'answer again and changes nothing; with another request it gives 422.',
  schema: { type: 'string', minLength: 1, maxLength: LIMITS.idempotencyKey, pattern: '^[\\x21-\\x7e]+$' },
};

const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is wrong; `details` names every problem. Also: the leave balance does not suffice.',
  404: 'There is no such employee.',
  409: 'The email belongs to another employee, or a request with the same Idempotency-Key is still at work.',
  413: 'The body is too large.',
  415: 'The body is not JSON in UTF-8.',
  422: 'The Idempotency-Key was used for another request.',
  503: 'The database is not available; nothing was changed. Retry-After says when to try again.',
  504: 'The connection broke before the change was confirmed: look before trying again.',
};

const errors = (...statuses: number[]): Json =>
  Object.fromEntries(statuses.map((status) => [status, { description: ERRORS[status], content: json(ref('Error')) }]));

function operation(operationId: string, summary: string, more: Json, ...failures: number[]): Json {
  const { responses, ...rest } = more;
  return { operationId, summary, ...rest, responses: { ...(responses as Json), ...errors(...failures) } };
}

const body = (name: string): Json => ({ requestBody: { required: true, content: json(ref(name)) } });
const ok = (description: string, schema: Json, headers?: Json): Json => ({
  200: { description, ...(headers ? { headers } : {}), content: json(schema) },
});

const link: Json = {
  Link: {
    description: 'The next page, `rel="next"`, when there is one; relative to the address that was asked.',
    schema: { type: 'string' },
  },
};

/** The OpenAPI 3.1 document of the service, from the same schemas that validate. */
export function openapi(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'ERP employee service',
      version: '1.0.0',
      description:
        'Employees and their leave. All paths also work below /api. Numbers of days are exact decimals of two places.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }, { url: '/api' }],
    paths: {
      '/employees': {
        get: operation(
          'listEmployees',
          'Employees, by id',
          {
            parameters: parameters(SCHEMAS.listQuery),
            responses: ok('A page of employees.', { type: 'array', items: ref('Employee') }, link),
          },
          400,
          503,
        ),
        post: operation(
          'createEmployee',
          'Add an employee',
          {
            parameters: [idempotencyKey],
            ...body('NewEmployee'),
            responses: {
              201: {
                description: 'The employee that was added.',
                headers: { Location: { description: 'The path of the employee.', schema: { type: 'string' } } },
                content: json(ref('Employee')),
              },
            },
          },
          400,
          409,
          413,
          415,
          422,
          503,
          504,
        ),
      },
      '/employees/team': {
        get: operation(
          'listTeam',
          'The members of a department with their leave',
          {
            parameters: parameters(SCHEMAS.teamQuery),
            responses: ok('A page of members, by id.', { type: 'array', items: ref('TeamMember') }, link),
          },
          400,
          503,
        ),
      },
      '/employees/{id}': {
        parameters: [id],
        get: operation(
          'getEmployee',
          'One employee',
          { responses: ok('The employee.', ref('Employee')) },
          400,
          404,
          503,
        ),
        put: operation(
          'changeEmployee',
          'Change what is given, keep the rest',
          { ...body('EmployeeChange'), responses: ok('The employee as it is now.', ref('Employee')) },
          400,
          404,
          409,
          413,
          415,
          503,
        ),
        delete: operation(
          'deleteEmployee',
          'Remove an employee',
          { responses: { 204: { description: 'Removed.' } } },
          400,
          404,
          503,
        ),
      },
      '/employees/{id}/leave-balance': {
        parameters: [id],
        get: operation(
          'getLeaveBalance',
          'The leave granted and the leave that remains',
          { responses: ok('The balance.', ref('LeaveBalance')) },
          400,
          404,
          503,
        ),
        put: operation(
          'adjustLeaveBalance',
          'Grant leave, or take it away; never below zero',
          {
            parameters: [idempotencyKey],
            ...body('LeaveAdjustment'),
            responses: ok('The new balance.', object({ newBalance: number('Days.'), message: { type: 'string' } })),
          },
          400,
          404,
          409,
          413,
          415,
          422,
          503,
          504,
        ),
      },
      '/employees/{id}/deduct-leave': {
        parameters: [id],
        post: operation(
          'deductLeave',
          'Use leave that was approved',
          {
            parameters: [idempotencyKey],
            ...body('LeaveDeduction'),
            responses: ok('What remains.', object({ remainingLeave: number('Days.'), message: { type: 'string' } })),
          },
          400,
          404,
          409,
          413,
          415,
          422,
          503,
          504,
        ),
      },
      '/health': {
        get: operation(
          'getHealth',
          'Whether the service reaches its database',
          { responses: ok('It does.', ref('Health')) },
          503,
        ),
      },
      '/openapi.json': {
        get: operation('getContract', 'This document', {
          responses: ok('The OpenAPI document.', { type: 'object' }),
        }),
      },
    },
    components: {
      schemas: {
        NewEmployee: component(SCHEMAS.newEmployee),
        EmployeeChange: component(SCHEMAS.employeeChange),
        LeaveAdjustment: component(SCHEMAS.leaveAdjustment),
        LeaveDeduction: component(SCHEMAS.leaveDeduction),
        Employee: object({
          id: { type: 'integer' },
          name: { type: 'string' },
          email: { type: ['string', 'null'] },
          department: { type: 'string' },
          position: { type: 'string' },
          annualLeaveBalance: number('Days of leave that remain.'),
          attendanceCount: { type: 'integer' },
          createdAt: {
            type: ['string', 'null'],
            format: 'date-time',
            description: 'UTC; null for an employee whose date was never recorded.',
          },
        }),
        TeamMember: object({
          id: { type: 'integer' },
          name: { type: 'string' },
          position: { type: 'string' },
          leaveBalance: number('Days of leave that remain.'),
        }),
        LeaveBalance: object({
          totalLeave: number('Days granted: what remains and what was deducted.'),
          remainingLeave: number('Days that remain.'),
        }),
        Health: object({
          status: { type: 'string', enum: ['up'] },
          database: { type: 'string', enum: ['up'] },
          version: { type: 'string' },
        }),
        Error: {
          type: 'object',
          properties: {
            error: { type: 'string', description: 'What is wrong and what is allowed.' },
            details: {
              type: 'array',
              items: object({ field: { type: 'string' }, message: { type: 'string' } }),
            },
          },
          required: ['error', 'details'],
        },
      },
    },
  };
}
