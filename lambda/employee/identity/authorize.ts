import { validate, validateQuery } from '../contract/validate';
import { type Call } from '../employees/call';
import { forbidden, notFound } from '../http/failures';
import { readJson } from '../http/json-body';
import { type Role } from './caller';
import { NO_DEPARTMENT, type Self, ownRow } from './own-row';
import { type Rule, type Scope, type Target } from './roles';

/** What a call may do. */
export interface Access {
  readonly scope: Scope;
  /** The caller, where the scope depends on who he is. */
  readonly self?: Self;
}

type Limited = Exclude<Scope, 'any' | 'none'>;

const REFUSALS: Readonly<Record<Limited, string>> = {
  self: 'you may do this for yourself alone, in your own name and department',
  department: 'you may do this within your own department alone',
  others: 'you may do this for other people of your own department alone',
};

const PEOPLE: Readonly<Record<Role, string>> = {
  employee: 'employees',
  manager: 'managers',
  administrator: 'administrators',
  service: 'services',
};

/**
 * Throws 403 unless the rule lets the caller do what the call asks for, and 404 where its answer depends on what is not
 * there: what is left of a deleted employee is nobody's department. Between this and the operation somebody may change
 * department; that race is accepted.
 */
export async function authorize(call: Call, rule: Rule | undefined): Promise<Access> {
  const scope = rule?.scopes[call.caller.role] ?? 'none';
  if (rule === undefined || scope === 'none') throw forbidden(refusal(call.caller.role, rule));
  if (scope === 'any' || !rule.target) return { scope };
  const named = namedBy(call, rule.target);
  const self = await ownRow(call);
  const subject = scope === 'self' || named.employee === self.id ? named : await lookUp(call, rule.target, named);
  if (!covers(scope, self, subject)) throw forbidden(REFUSALS[scope]);
  return { scope, self };
}

function refusal(role: Role, rule: Rule | undefined): string {
  const allowed = Object.entries(rule?.scopes ?? {}).flatMap(([each, scope]) =>
    scope === 'none' ? [] : [PEOPLE[each as Role]],
  );
  return `this is for ${allowed.join(' and ') || 'nobody'}; you are known as one of the ${PEOPLE[role]}`;
}

/** Whom or what a request is about. */
interface Subject {
  readonly employee?: number;
  readonly department?: string | null;
}

function covers(scope: Limited, self: Self, { employee, department }: Subject): boolean {
  const own = employee === self.id;
  const near = department === self.department && department !== NO_DEPARTMENT && department !== '';
  if (scope === 'self') return own && (department === undefined || near);
  return scope === 'department' ? own || near : !own && near;
}

/** What the request itself says; also where it is malformed, which is a 400. */
function namedBy(call: Call, target: Target): Subject {
  if ('path' in target) return target.path === 'employee' ? { employee: call.id } : {};
  const fields = (
    'query' in target
      ? validateQuery(target.query, call.request.query())
      : validate(target.body, readJson(call.request))
  ) as Readonly<Record<string, unknown>>;
  return {
    employee: fields[target.field] as number | undefined,
    department: 'body' in target && target.department ? (fields[target.department] as string) : undefined,
  };
}

const DEPARTMENT = {
  employee: 'SELECT id AS employee, department FROM employees WHERE id = ?',
  leave:
    'SELECT l.employee_id AS employee, e.department FROM leaves l LEFT JOIN employees e ON e.id = l.employee_id WHERE l.id = ?',
  quest: 'SELECT department FROM quests WHERE id = ?',
};

async function lookUp(call: Call, target: Target, named: Subject): Promise<Subject> {
  if (named.department !== undefined) return named;
  const thing = 'path' in target ? target.path : 'employee';
  const id = 'path' in target ? call.id : (named.employee ?? 0);
  const [row] = await call.database.run('read', call, (session) => session.rows<Subject>(DEPARTMENT[thing], [id]));
  if (!row) throw notFound(id, thing);
  return row;
}
