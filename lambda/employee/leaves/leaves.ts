import { mustExist } from '../audit/leave-changes';
import { validate, validateQuery } from '../contract/validate';
import { type Call, type Operation } from '../employees/call';
import { fromDecimal, toDecimal } from '../employees/decimal';
import { changeOnce } from '../employees/idempotency';
import { pageOf } from '../employees/page';
import { fromSqlTime, toSqlTime } from '../employees/time';
import { notFound, refused } from '../http/failures';
import { HttpError } from '../http/http-error';
import { readJson } from '../http/json-body';

interface LeaveRow {
  readonly id: number;
  readonly employee_id: number;
  readonly start_date: string;
  readonly end_date: string;
  readonly days: string;
  readonly reason: string | null;
  readonly status: string;
  readonly created_at: string | null;
}

const SELECT = 'SELECT id, employee_id, start_date, end_date, days, reason, status, created_at FROM leaves';

const show = (row: LeaveRow) => ({
  id: row.id,
  employeeId: row.employee_id,
  startDate: row.start_date,
  endDate: row.end_date,
  days: fromDecimal(row.days),
  reason: row.reason,
  status: row.status,
  createdAt: fromSqlTime(row.created_at),
});

export const requestLeave: Operation = async (call) => {
  const value = validate('newLeave', readJson(call.request));
  const { employeeId, startDate, endDate, reason = null } = value;
  for (const field of ['startDate', 'endDate'] as const) {
    if (!isDate(value[field])) throw refused(field, `${field} must be a day of the calendar; got ${value[field]}`);
  }
  if (endDate < startDate)
    throw refused('endDate', `endDate must not be before startDate, ${startDate}; got ${endDate}`);
  return changeOnce(
    call,
    value,
    async (session) => {
      const days = toDecimal(value.days);
      const now = toSqlTime(call.now);
      // One statement: nothing is added for an employee who is not there.
      const result = await session.change(
        `INSERT INTO leaves (employee_id, start_date, end_date, days, reason, status, created_at)
       SELECT id, ?, ?, ?, ?, 'PENDING', ? FROM employees WHERE id = ?`,
        [startDate, endDate, days, reason, now, employeeId],
      );
      if (result.affectedRows === 0) throw notFound(employeeId);
      const row: LeaveRow = {
        id: result.insertId,
        employee_id: employeeId,
        start_date: startDate,
        end_date: endDate,
        days,
        reason,
        status: 'PENDING',
        created_at: now,
      };
      return { status: 200, body: JSON.stringify(show(row)) };
    },
    'one',
  );
};

function isDate(text: string): boolean {
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

export const listLeaves: Operation = async (call) => {
  const query = validateQuery('pageQuery', call.request.query());
  const sql = `${SELECT} WHERE employee_id = ?`;
  const answer = await pageOf<LeaveRow>(call, query, { sql, values: [call.id], id: 'id', newestFirst: true, show });
  if (answer.body === '[]' && query.after === undefined) await mustExist(call, call.id);
  return answer;
};

export const approveLeave: Operation = (call) => decide(call, 'APPROVED');
export const rejectLeave: Operation = (call) => decide(call, 'REJECTED');

/** Deciding the same again is no change; a decision is not turned around. */
async function decide(call: Call, status: 'APPROVED' | 'REJECTED') {
  const row = await call.database.run('repeatable', call, async (session) => {
    await session.change("UPDATE leaves SET status = ? WHERE id = ? AND status = 'PENDING'", [status, call.id]);
    const [decided] = await session.rows<LeaveRow>(`${SELECT} WHERE id = ?`, [call.id]);
    return decided;
  });
  if (!row) throw notFound(call.id, 'leave');
  if (row.status !== status) {
    const message = `the leave is ${row.status}, and a decision stands; ask for another leave instead`;
    throw new HttpError(409, message, [{ field: 'status', message }]);
  }
  return { status: 200, body: JSON.stringify(show(row)) };
}

interface BalanceRow {
  readonly total: string;
  readonly used: string;
}

export const getLeavesBalance: Operation = async (call) => {
  const [row] = await call.database.run('read', call, (session) =>
    session.rows<BalanceRow>(
      `SELECT annual_leave_balance AS total,
         (SELECT COALESCE(SUM(days), 0) FROM leaves WHERE employee_id = e.id AND status = 'APPROVED') AS used
       FROM employees e WHERE id = ?`,
      [call.id],
    ),
  );
  if (!row) throw notFound(call.id);
  const totalLeave = fromDecimal(row.total);
  const usedLeave = fromDecimal(row.used);
  // Of two decimals: a plain difference of doubles would show 0.30000000000000004.
  const remainingLeave = Math.round((totalLeave - usedLeave) * 100) / 100;
  return { status: 200, body: JSON.stringify({ totalLeave, usedLeave, remainingLeave }) };
};
