import { type SchemaName } from '../contract/schemas';
import { type QueryName } from '../contract/validate';
import { type Role } from './caller';

/**
 * What of a route a role may use:
 *  - `any`: all of it
 *  - `self`: what is the caller's own
 *  - `department`: what is of the caller's department, the caller included
 *  - `others`: the same without the caller, because nobody grants anything to himself
 *  - `none`: nothing
 */
export type Scope = 'any' | 'self' | 'department' | 'others' | 'none';

/** Where a request says whom or what it is about. */
export type Target =
  /** The {id} of the path. */
  | { readonly path: 'employee' | 'leave' | 'quest' }
  /** A query parameter is the id of an employee. */
  | { readonly query: QueryName; readonly field: string }
  /** A field of the body is the id of an employee, and another may be a department. */
  | { readonly body: SchemaName; readonly field: string; readonly department?: string };

export interface Rule {
  readonly scopes: Readonly<Record<Role, Scope>>;
  readonly target?: Target;
}

const rule = (employee: Scope, manager: Scope, administrator: Scope, service: Scope, target?: Target): Rule => ({
  scopes: { employee, manager, administrator, service },
  target,
});

const EMPLOYEE: Target = { path: 'employee' };
const LEAVE: Target = { path: 'leave' };
const QUEST: Target = { path: 'quest' };
const OF_EMPLOYEE: Target = { query: 'employeeQuery', field: 'employeeId' };
const OF_MANAGER: Target = { query: 'managerQuery', field: 'managerId' };
const NEW_LEAVE: Target = { body: 'newLeave', field: 'employeeId' };
const NEW_QUEST: Target = { body: 'newQuest', field: 'createdBy', department: 'department' };
const ACTOR: Target = { body: 'questActor', field: 'employeeId' };

/** Who may do what, a table to be read by its columns. A route that is not here is nobody's. */
// prettier-ignore
export const RULES: Readonly<Record<string, Rule>> = {
  //                                        employee   manager       administrator  service
  'GET /employees':                     rule('any',     'any',        'any',         'any'),
  'POST /employees':                    rule('self',    'self',       'any',         'none'),
  'GET /employees/me':                  rule('self',    'self',       'self',        'none'),
  'GET /employees/team':                rule('any',     'any',        'any',         'any'),
  'GET /employees/{id}':                rule('any',     'any',        'any',         'any'),
  'PUT /employees/{id}':                rule('none',    'none',       'any',         'none'),
  'DELETE /employees/{id}':             rule('none',    'none',       'any',         'none'),
  'GET /employees/{id}/leave-balance':  rule('self',    'department', 'any',         'any', EMPLOYEE),
  'PUT /employees/{id}/leave-balance':  rule('none',    'others',     'any',         'none', EMPLOYEE),
  'GET /employees/{id}/leave-changes':  rule('self',    'department', 'any',         'none', EMPLOYEE),
  'POST /employees/{id}/deduct-leave':  rule('none',    'others',     'any',         'any', EMPLOYEE),
  'POST /attendance/check-in/{id}':     rule('self',    'self',       'any',         'none', EMPLOYEE),
  'GET /attendance/history/{id}':       rule('self',    'department', 'any',         'none', EMPLOYEE),
  'GET /attendance/progress/{id}':      rule('self',    'department', 'any',         'none', EMPLOYEE),
  'POST /leaves':                       rule('self',    'department', 'any',         'none', NEW_LEAVE),
  'GET /leaves/{id}':                   rule('self',    'department', 'any',         'none', EMPLOYEE),
  'GET /leaves/balance/{id}':           rule('self',    'department', 'any',         'any', EMPLOYEE),
  'PUT /leaves/{id}/approve':           rule('none',    'others',     'any',         'none', LEAVE),
  'PUT /leaves/{id}/reject':            rule('none',    'others',     'any',         'none', LEAVE),
  'GET /quests':                        rule('any',     'any',        'any',         'none'),
  'POST /quests':                       rule('none',    'self',       'any',         'none', NEW_QUEST),
  'GET /quests/available':              rule('self',    'department', 'any',         'none', OF_EMPLOYEE),
  'GET /quests/my-quests':              rule('self',    'department', 'any',         'none', OF_EMPLOYEE),
  'GET /quests/my-created':             rule('self',    'department', 'any',         'none', OF_MANAGER),
  'POST /quests/{id}/accept':           rule('self',    'self',       'any',         'none', ACTOR),
  'POST /quests/{id}/complete':         rule('self',    'self',       'any',         'none', ACTOR),
  'POST /quests/{id}/claim':            rule('self',    'self',       'any',         'none', ACTOR),
  'PUT /quests/{id}/approve':           rule('none',    'department', 'any',         'none', QUEST),
  'PUT /quests/{id}/reject':            rule('none',    'department', 'any',         'none', QUEST),
  'DELETE /quests/{id}':                rule('none',    'department', 'any',         'none', QUEST),
  'GET /health':                        rule('any',     'any',        'any',         'any'),
  'GET /openapi.json':                  rule('any',     'any',        'any',         'any'),
};
