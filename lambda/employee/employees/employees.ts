import { type Valid, invalid, validate, validateQuery } from '../contract/validate';
import { type Session, type SqlValue } from '../db/database';
import { type DatabaseError } from '../db/failure';
import { type Answer } from '../http/event';
import { notFound } from '../http/failures';
import { HttpError } from '../http/http-error';
import { readJson } from '../http/json-body';
import { type Call, type Operation } from './call';
import { fromDecimal } from './decimal';
import { COLUMNS, type EmployeeRow, toEmployee } from './employee';
import { changeOnce } from './idempotency';
import { page, pageSize } from './page';

const SELECT_ONE = `SELECT ${COLUMNS} FROM employees WHERE id = ?`;

export const getEmployee: Operation = async (call) => {
  const rows = await call.database.run('read', call, (session) => session.rows<EmployeeRow>(SELECT_ONE, [call.id]));
  return { status: 200, body: JSON.stringify(toEmployee(only(rows, call))) };
};

export const listEmployees: Operation = async (call) => {
  const { department, position, limit: wanted, after } = validateQuery('listQuery', call.request.query());
  const limit = pageSize(wanted);
  const filters: [string, string | undefined][] = [
    ['department', department],
    ['position', position],
  ];
  const used = filters.filter((filter): filter is [string, string] => filter[1] !== undefined);
  const sql = `SELECT ${COLUMNS} FROM employees WHERE ${used.map(([name]) => `${name} = ? AND `).join('')}id > ? ORDER BY id LIMIT ?`;
  const values: SqlValue[] = [...used.map(([, value]) => value), after ?? 0, String(limit + 1)];
  const rows = await call.database.run('read', call, (session) => session.rows<EmployeeRow>(sql, values));
  return page(rows, limit, { department, position }, toEmployee);
};

interface TeamRow {
  readonly id: number;
  readonly name: string;
  readonly position: string;
  readonly annual_leave_balance: string;
}

export const listTeam: Operation = async (call) => {
  const { department, limit: wanted, after } = validateQuery('teamQuery', call.request.query());
  const limit = pageSize(wanted);
  const rows = await call.database.run('read', call, (session) =>
    session.rows<TeamRow>(
      'SELECT id, name, position, annual_leave_balance FROM employees WHERE department = ? AND id > ? ORDER BY id LIMIT ?',
      [department, after ?? 0, String(limit + 1)],
    ),
  );
  return page(rows, limit, { department }, (row) => ({
    id: row.id,
    name: row.name,
    position: row.position,
    leaveBalance: fromDecimal(row.annual_leave_balance),
  }));
};

export const createEmployee: Operation = async (call) => {
  const employee = validate('newEmployee', readJson(call.request));
  const add = async (session: Session): Promise<Answer> => {
    const createdAt = new Date().toISOString();
    const email = employee.email ?? null;
    const result = await refusingDuplicates(employee, () =>
      session.change(
        `INSERT INTO employees (name, email, department, position, annual_leave_balance, leave_used, attendance_count, created_at)
         VALUES (?, ?, ?, ?, 0, 0, 0, ?)`,
        [employee.name, email, employee.department, employee.position, createdAt.slice(0, 23).replace('T', ' ')],
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

export const changeEmployee: Operation = async (call) => {
  const change = validate('employeeChange', readJson(call.request));
  const fields = Object.entries(change);
  const sql = `UPDATE employees SET ${fields.map(([name]) => `${name} = ?`).join(', ')} WHERE id = ?`;
  // Setting the same values twice is the same as once.
  const rows = await call.database.run('repeatable', call, async (session) => {
    await refusingDuplicates(change, () => session.change(sql, [...fields.map(([, value]) => value), call.id]));
    return session.rows<EmployeeRow>(SELECT_ONE, [call.id]);
  });
  return { status: 200, body: JSON.stringify(toEmployee(only(rows, call))) };
};

export const deleteEmployee: Operation = async (call) => {
  const removed = await call.database.run('repeatable', call, async (session, attempt) => {
    const { affectedRows } = await session.change('DELETE FROM employees WHERE id = ?', [call.id]);
    // After a lost connection the first attempt may be what removed the row.
    return affectedRows > 0 || attempt > 1;
  });
  if (!removed) throw notFound(call.id);
  return { status: 204 };
};

function only(rows: readonly EmployeeRow[], call: Call): EmployeeRow {
  const [row] = rows;
  if (row === undefined) throw notFound(call.id);
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
