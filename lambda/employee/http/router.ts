import { checkIn, getProgress, listAttendance } from '../attendance/attendance';
import { listLeaveChanges } from '../audit/leave-changes';
import { servedContract } from '../contract/served';
import { type Operation } from '../employees/call';
import {
  changeEmployee,
  createEmployee,
  deleteEmployee,
  getEmployee,
  getOwnEmployee,
  listEmployees,
  listTeam,
} from '../employees/employees';
import { getHealth } from '../employees/health';
import { adjustLeaveBalance, deductLeave, getLeaveBalance } from '../employees/leave';
import { approveLeave, getLeavesBalance, listLeaves, rejectLeave, requestLeave } from '../leaves/leaves';
import { acceptQuest, approveQuest, claimReward, completeQuest, rejectQuest } from '../quests/progress';
import { createQuest, deleteQuest, listAvailable, listMyCreated, listMyQuests, listQuests } from '../quests/quests';
import { notFound } from './failures';
import { HttpError } from './http-error';

const getContract: Operation = () => Promise.resolve({ status: 200, body: servedContract() });

/** Every path of the contract, as the OpenAPI document spells it. */
export const ROUTES: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/employees': { GET: listEmployees, POST: createEmployee },
  '/employees/me': { GET: getOwnEmployee },
  '/employees/team': { GET: listTeam },
  '/employees/{id}': { GET: getEmployee, PUT: changeEmployee, DELETE: deleteEmployee },
  '/employees/{id}/leave-balance': { GET: getLeaveBalance, PUT: adjustLeaveBalance },
  '/employees/{id}/leave-changes': { GET: listLeaveChanges },
  '/employees/{id}/deduct-leave': { POST: deductLeave },
  '/attendance/check-in/{id}': { POST: checkIn },
  '/attendance/history/{id}': { GET: listAttendance },
  '/attendance/progress/{id}': { GET: getProgress },
  '/leaves': { POST: requestLeave },
  '/leaves/{id}': { GET: listLeaves },
  '/leaves/balance/{id}': { GET: getLeavesBalance },
  '/leaves/{id}/approve': { PUT: approveLeave },
  '/leaves/{id}/reject': { PUT: rejectLeave },
  '/quests': { GET: listQuests, POST: createQuest },
  '/quests/available': { GET: listAvailable },
  '/quests/my-quests': { GET: listMyQuests },
  '/quests/my-created': { GET: listMyCreated },
  '/quests/{id}': { DELETE: deleteQuest },
  '/quests/{id}/accept': { POST: acceptQuest },
  '/quests/{id}/complete': { POST: completeQuest },
  '/quests/{id}/claim': { POST: claimReward },
  '/quests/{id}/approve': { PUT: approveQuest },
  '/quests/{id}/reject': { PUT: rejectQuest },
  '/health': { GET: getHealth },
  '/openapi.json': { GET: getContract },
};

export interface Match {
  /** The path as the contract spells it, for logs. */
  readonly route: string;
  readonly id: number;
  /** What the {id} is of. */
  readonly thing: Thing;
  readonly operation: Operation;
}

export type Thing = 'employee' | 'leave' | 'quest';

export function match(method: string, path: string): Match {
  const { route, id: text } = routeOf(path);
  const thing = thingOf(route);
  const id = text === undefined ? 0 : parseId(text, thing);
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
  return { route, id, thing, operation };
}

/** The id stands second, `/employees/7/leave-balance`, or third and last, `/attendance/history/7`. */
function routeOf(path: string): { route: string; id?: string } {
  if (Object.hasOwn(ROUTES, path)) return { route: path };
  // Not split('/'), which makes a string of every part of whatever path is sent.
  const [, first, second, rest] = /^(\/[^/]*)\/([^/]*)(.*)$/s.exec(path) ?? [];
  const inside = `${first}/{id}${rest}`;
  if (second !== undefined && Object.hasOwn(ROUTES, inside)) return { route: inside, id: second };
  const atEnd = `${first}/${second}/{id}`;
  if (rest !== undefined && Object.hasOwn(ROUTES, atEnd)) return { route: atEnd, id: rest.slice(1) };
  throw new HttpError(404, `there is nothing at '${path.slice(0, 80)}'; GET /openapi.json lists what there is`);
}

function thingOf(route: string): Thing {
  if (route.startsWith('/quests/')) return 'quest';
  return route.startsWith('/leaves/{id}/') ? 'leave' : 'employee';
}

function parseId(text: string, thing: Thing): number {
  if (!/^-?\d+$/.test(text)) {
    const message = `the id of ${thing === 'employee' ? 'an' : 'a'} ${thing} is a whole number; got '${text.slice(0, 40)}'`;
    throw new HttpError(400, message, [{ field: 'id', message }]);
  }
  const id = Number(text);
  // One thing has one address: 07 is not 7.
  if (id < 1 || !Number.isSafeInteger(id) || String(id) !== text) {
    throw notFound(text.slice(0, 40), thing);
  }
  return id;
}
