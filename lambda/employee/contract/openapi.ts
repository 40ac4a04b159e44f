import { COMPONENTS } from './components';
import { FAILURES, HEADERS, type Json, PARAMETERS, operation, ref } from './operation';
import { ATTENDANCE_PATHS } from './paths/attendance';
import { EMPLOYEE_PATHS } from './paths/employees';
import { LEAVE_PATHS } from './paths/leaves';
import { QUEST_PATHS } from './paths/quests';

/** The OpenAPI 3.1 document of the service, from the same schemas that validate. */
export function openapi(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'ERP employee service',
      version: '2.0.0',
      description:
        'Employees, their leave, attendance and quests. All paths also work below /api. Numbers of days are exact ' +
        'decimals of two places.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }, { url: '/api' }],
    // People have a token, services in the cluster have none.
    security: [{ idToken: [] }, {}],
    paths: {
      ...EMPLOYEE_PATHS,
      ...ATTENDANCE_PATHS,
      ...LEAVE_PATHS,
      ...QUEST_PATHS,
      '/health': {
        get: operation('getHealth', {
          summary: 'Whether the service reaches its database',
          answer: 'It does.',
          schema: ref('Health'),
        }),
      },
      '/openapi.json': {
        get: operation('getContract', {
          summary: 'This document',
          answer: 'The OpenAPI document.',
          schema: { type: 'object' },
        }),
      },
    },
    components: {
      securitySchemes: {
        idToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'ID token of the user pool. What it lets somebody do says the group of the account.',
        },
      },
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: FAILURES,
      schemas: COMPONENTS,
    },
  };
}
