import { type Operation } from '../employees/call';
import {
  changeEmployee,
  createEmployee,
  deleteEmployee,
  getEmployee,
  listEmployees,
  listTeam,
} from '../employees/employees';
import { getHealth } from '../employees/health';
import { adjustLeaveBalance, deductLeave, getLeaveBalance } from '../employees/leave';
import openapi from '../openapi.json';
import { HttpError } from './http-error';

const getContract: Operation = () => Promise.resolve({ status: 200, body: JSON.stringify(openapi) });

/** Every path of the contract, as the OpenAPI document spells it. */
export const ROUTES: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/employees': { GET: listEmployees, POST: createEmployee },
  '/employees/team': { GET: listTeam },
  '/employees/{id}': { GET: getEmployee, PUT: changeEmployee, DELETE: deleteEmployee },
  '/employees/{id}/leave-balance': { GET: getLeaveBalance, PUT: adjustLeaveBalance },
  '/employees/{id}/deduct-leave': { POST: deductLeave },
  '/health': { GET: getHealth },
  '/openapi.json': { GET: getContract },
};

export interface Match {
  /** The path as the contract spells it, for logs. */
  readonly route: string;
  readonly id: number;
  readonly operation: Operation;
}

export function match(method: string, path: string): Match {
  let route = path;
  let id = 0;
  if (!Object.hasOwn(ROUTES, path)) {
    // Not split('/'), which makes a string of every part of whatever path is sent.
    const [, first, second, rest] = /^(\/[^/]*)\/([^/]*)(.*)$/s.exec(path) ?? [];
    route = `${first}/{id}${rest}`;
    if (second === undefined || !Object.hasOwn(ROUTES, route)) {
      throw new HttpError(404, `there is nothing at '${path.slice(0, 80)}'; GET /openapi.json lists what there is`);
    }
    id = parseId(second);
  }
  const operations = ROUTES[route] ?? {};
  // HEAD is GET without the body.
  const name = method === 'HEAD' ? 'GET' : method;
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation) {
    const allowed = Object.keys(operations).flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]));
    throw new HttpError(
      405,
      `${method.slice(0, 20)} is not possible on ${route}; possible: ${allowed.join(', ')}`,
      [],
      {
        allow: allowed.join(', '),
      },
    );
  }
  return { route, id, operation };
}

function parseId(text: string): number {
  if (!/^-?\d+$/.test(text)) {
    const message = `the id of an employee is a whole number; got '${text.slice(0, 40)}'`;
    throw new HttpError(400, message, [{ field: 'id', message }]);
  }
  const id = Number(text);
  if (id < 1 || !Number.isSafeInteger(id))
    throw new HttpError(404, `there is no employee with id ${text.slice(0, 40)}`);
  return id;
}
