import { LIMITS } from '../contract/limits';
import { validate } from '../contract/validate';
import { type Session } from '../db/database';
import { notFound } from '../http/failures';
import { HttpError } from '../http/http-error';
import { readJson } from '../http/json-body';
import { type Call, type Operation } from './call';
import { fromDecimal, inDays, toDecimal } from './decimal';
import { changeOnce } from './idempotency';

interface BalanceRow {
  readonly balance: string;
  readonly total: string;
}

const SELECT_BALANCE =
  'SELECT annual_leave_balance AS balance, annual_leave_balance + leave_used AS total FROM employees WHERE id = ?';

/** A parameter as exact decimal: a plain one would be a double, and would make the whole expression one. */
const DECIMAL = 'CAST(? AS DECIMAL(9,2))';

export const getLeaveBalance: Operation = async (call) => {
  const [row] = await call.database.run('read', call, (session) => session.rows<BalanceRow>(SELECT_BALANCE, [call.id]));
  if (!row) throw notFound(call.id);
  return {
    status: 200,
    body: JSON.stringify({ totalLeave: fromDecimal(row.total), remainingLeave: fromDecimal(row.balance) }),
  };
};

// In both statements LAST_INSERT_ID(expression) makes the server return the new balance, in hundredths, with the
// statement's own answer: it is the balance of this very change, and no second statement is needed.
const ADJUST = `UPDATE employees
  SET annual_leave_balance = LAST_INSERT_ID((annual_leave_balance + ${DECIMAL}) * 100) / 100
  WHERE id = ? AND annual_leave_balance + ${DECIMAL} BETWEEN 0 AND ${LIMITS.balance}`;

const DEDUCT = `UPDATE employees
  SET leave_used = leave_used + ${DECIMAL},
      annual_leave_balance = LAST_INSERT_ID((annual_leave_balance - ${DECIMAL}) * 100) / 100
  WHERE id = ? AND annual_leave_balance >= ${DECIMAL} AND leave_used + ${DECIMAL} <= ${LIMITS.balance}`;

export const adjustLeaveBalance: Operation = async (call) => {
  const value = validate('leaveAdjustment', readJson(call.request));
  return changeOnce(call, value, async (session) => {
    const days = toDecimal(value.adjustment);
    const result = await session.change(ADJUST, [days, call.id, days]);
    if (result.affectedRows === 0) {
      const balance = await readBalance(session, call);
      throw refused(
        'adjustment',
        `the leave balance is ${inDays(balance)}; an adjustment of ${value.adjustment} would leave the range 0 to ${LIMITS.balance}`,
      );
    }
    const newBalance = result.insertId / 100;
    return {
      status: 200,
      body: JSON.stringify({ newBalance, message: `the leave balance is now ${inDays(newBalance)}` }),
    };
  });
};

export const deductLeave: Operation = async (call) => {
  const value = validate('leaveDeduction', readJson(call.request));
  return changeOnce(call, value, async (session) => {
    const days = toDecimal(value.days);
    const result = await session.change(DEDUCT, [days, days, call.id, days, days]);
    if (result.affectedRows === 0) {
      const balance = await readBalance(session, call);
      throw refused(
        'days',
        `the leave balance is ${inDays(balance)}, which does not suffice for ${inDays(value.days)}`,
      );
    }
    const remainingLeave = result.insertId / 100;
    return {
      status: 200,
      body: JSON.stringify({
        remainingLeave,
        message: `${inDays(value.days)} deducted; the leave balance is now ${inDays(remainingLeave)}`,
      }),
    };
  });
};

/** Only for the message: why the change found no row that it may change. */
async function readBalance(session: Session, call: Call): Promise<number> {
  const [row] = await session.rows<BalanceRow>(SELECT_BALANCE, [call.id]);
  if (!row) throw notFound(call.id);
  return fromDecimal(row.balance);
}

function refused(field: string, message: string): HttpError {
  return new HttpError(400, message, [{ field, message }]);
}
