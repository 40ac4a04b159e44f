import { recordChange } from '../audit/leave-changes';
import { type Valid, invalid, validate, validateQuery } from '../contract/validate';
import { type Session } from '../db/database';
import { type DatabaseError } from '../db/failure';
import { type Answer } from '../http/event';
import { forbidden, notFound } from '../http/failures';
import { HttpError } from '../http/http-error';
import { readJson } from '../http/json-body';
import { ownRow } from '../identity/own-row';
import { type Call, type Operation } from './call';
import { fromDecimal, toDecimal } from './decimal';
import { COLUMNS, type EmployeeRow, toEmployee } from './employee';
import { changeOnce } from './idempotency';
import { pageOf } from './page';
import { toSqlTime } from './time';

const SELECT_ONE = `SELECT ${COLUMNS} FROM employees WHERE id = ?`;

export const getEmployee: Operation = (call) => oneEmployee(call, call.id);

export const getOwnEmployee: Operation = async (call) => oneEmployee(call, (await ownRow(call)).id);

async function oneEmployee(call: Call, id: number): Promise<Answer> {
  const rows = await call.database.run('read', call, (session) => session.rows<EmployeeRow>(SELECT_ONE, [id]));
  return { status: 200, body: JSON.stringify(toEmployee(only(rows, id))) };
}

export const listEmployees: Operation = async (call) => {
  const { department, position, email, ...paging } = validateQuery('listQuery', call.request.query());
  const filters: [column: string, value: string | undefined][] = [
    ['department', department],
    ['position', position],
    // As the column is: in lower case.
    ['email_key', email?.toLowerCase()],
  ];
  const used = filters.filter((filter): filter is [string, string] => filter[1] !== undefined);
  return pageOf<EmployeeRow>(call, paging, {
    sql: `SELECT ${COLUMNS} FROM employees WHERE ${used.map(([column]) => `${column} = ?`).join(' AND ') || 'TRUE'}`,
    values: used.map(([, value]) => value),
    id: 'id',
    show: toEmployee,
    query: { department, position, email },
  });
};

interface TeamRow {
  readonly id: number;
  readonly name: string;
  readonly position: string;
  readonly annual_leave_balance: string;
}

export const listTeam: Operation = async (call) => {
  const { department, ...paging } = validateQuery('teamQuery', call.request.query());
  return pageOf<TeamRow>(call, paging, {
    sql: 'SELECT id, name, position, annual_leave_balance FROM employees WHERE department = ?',
    values: [department],
    id: 'id',
    show: (row) => ({
      id: row.id,
      name: row.name,
      position: row.position,
      leaveBalance: fromDecimal(row.annual_leave_balance),
    }),
    query: { department },
  });
};

export const createEmployee: Operation = async (call) => {
  const employee = validate('newEmployee', readJson(call.request));
  if (call.access.scope === 'self') return createOwn(call, employee);
  const add = async (session: Session): Promise<Answer> => {
    const createdAt = call.now.toISOString();
    const email = employee.email ?? null;
    const result = await refusingDuplicates(employee, () =>
      session.change(
        `INSERT INTO employees (name, email, department, position, annual_leave_balance, leave_used, attendance_count, created_at)
         VALUES (?, ?, ?, ?, 0, 0, 0, ?)`,
        [employee.name, email, employee.department, employee.position, toSqlTime(call.now)],
      ),
    );
    const { name, department, position } = employee;
    // What was stored is known without reading it back.
    const created = { id: result.insertId, name, email, department, position };
    return {
      status: 201,
      headers: { location: `${call.request.prefix}/employees/${result.insertId}` },
      body: JSON.stringify({ ...created, annualLeaveBalance: 0, attendanceCount: 0, createdAt }),
    };
  };
  return changeOnce(call, employee, add, 'one');
};

/** The page makes people's own rows when they sign in for the first time; a row that is there already is the answer too. */
async function createOwn(call: Call, employee: Valid['newEmployee']): Promise<Answer> {
  const own = call.caller.person?.email;
  if (employee.email != null && employee.email.toLowerCase() !== own?.toLowerCase()) {
    throw forbidden('you may add yourself alone, with the confirmed address of your account');
  }
  const { id, created } = await ownRow(call, employee);
  const { body } = await oneEmployee(call, id);
  return { status: created ? 201 : 200, headers: { location: `${call.request.prefix}/employees/${id}` }, body };
}

export const changeEmployee: Operation = async (call) => {
  const change = validate('employeeChange', readJson(call.request));
  const fields = Object.entries(change);
  const sql = `UPDATE employees SET ${fields.map(([name]) => `${name} = ?`).join(', ')} WHERE id = ?`;
  // Setting the same values twice is the same as once.
  const rows = await call.database.run('repeatable', call, async (session) => {
    await refusingDuplicates(change, () => session.change(sql, [...fields.map(([, value]) => value), call.id]));
    return session.rows<EmployeeRow>(SELECT_ONE, [call.id]);
  });
  return { status: 200, body: JSON.stringify(toEmployee(only(rows, call.id))) };
};

/** What is known of the employee's leave stays. */
export const deleteEmployee: Operation = async (call) => {
  const removed = await call.database.run('repeatable', call, (session, attempt) =>
    session.transaction(async () => {
      const [row] = await session.rows<{ annual_leave_balance: string }>(
        'SELECT annual_leave_balance FROM employees WHERE id = ? FOR UPDATE',
        [call.id],
      );
      // After a lost connection the first attempt may be what removed the row.
      if (!row) return attempt > 1;
      const days = toDecimal(-fromDecimal(row.annual_leave_balance));
      await recordChange(session, call, { employeeId: call.id, days, balance: 0, kind: 'deletion' });
      await session.change('DELETE FROM employees WHERE id = ?', [call.id]);
      return true;
    }),
  );
  if (!removed) throw notFound(call.id);
  return { status: 204 };
};

function only(rows: readonly EmployeeRow[], id: number): EmployeeRow {
  const [row] = rows;
  if (row === undefined) throw notFound(id);
  return row;
}

async function refusingDuplicates(
  employee: Valid['employeeChange'],
  change: () => ReturnType<Session['change']>,
): ReturnType<Session['change']> {
  try {
    return await change();
  } catch (error) {
    const { errno } = error as DatabaseError;
    if (errno === 1062) {
      const message = `the email '${employee.email}' belongs to another employee`;
      throw new HttpError(409, message, [{ field: 'email', message }]);
    }
    // A table that the predecessor made in a three-byte or Korean character set.
    if (errno === 1366) {
      throw invalid([{ field: '', message: "the text contains characters that the database's tables cannot hold" }]);
    }
    throw error;
  }
}
