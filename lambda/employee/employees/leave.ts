import { type LeaveChange, recordChange } from '../audit/leave-changes';
import { LIMITS } from '../contract/limits';
import { validate } from '../contract/validate';
import { type Session } from '../db/database';
import { notFound, refused } from '../http/failures';
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

// LAST_INSERT_ID(expression) makes the server return the new balance, in hundredths, with the statement's own answer: it is
// the balance of this very change, and no second statement is needed. It knows no negative numbers, hence the offset.
const OFFSET = 10_000_000;
const ADD = `UPDATE employees SET annual_leave_balance = annual_leave_balance + ${DECIMAL}
  WHERE id = ? AND annual_leave_balance + ${DECIMAL} BETWEEN ${DECIMAL} AND ${LIMITS.balance}
    AND LAST_INSERT_ID((annual_leave_balance + ${DECIMAL} + ${OFFSET}) * 100) > 0`;

const DEDUCT = `UPDATE employees
  SET leave_used = leave_used + ${DECIMAL},
      annual_leave_balance = LAST_INSERT_ID((annual_leave_balance - ${DECIMAL}) * 100) / 100
  WHERE id = ? AND annual_leave_balance >= ${DECIMAL} AND leave_used + ${DECIMAL} <= ${LIMITS.balance}`;

/**
 * Adds days to a balance, or takes them away when negative, and writes the change down; undefined when the balance would
 * leave its range. What is taken away leaves nothing below zero; a balance that is below may be raised step by step.
 */
export async function addDays(
  session: Session,
  call: Call,
  { employeeId, days, kind, reason }: Omit<LeaveChange, 'balance'>,
): Promise<number | undefined> {
  const lowest = days.startsWith('-') ? '0' : `-${LIMITS.balance}`;
  const result = await session.change(ADD, [days, employeeId, days, lowest, days]);
  if (result.affectedRows === 0) return undefined;
  const balance = (result.insertId - OFFSET * 100) / 100;
  await recordChange(session, call, { employeeId, days, balance, kind, reason });
  return balance;
}

export const adjustLeaveBalance: Operation = async (call) => {
  const value = validate('leaveAdjustment', readJson(call.request));
  return changeOnce(call, value, async (session) => {
    const days = toDecimal(value.adjustment);
    const { reason } = value;
    const newBalance = await addDays(session, call, { employeeId: call.id, days, kind: 'adjustment', reason });
    if (newBalance === undefined) {
      const balance = await readBalance(session, call);
      throw refused(
        'adjustment',
        `the leave balance is ${inDays(balance)}; an adjustment of ${value.adjustment} would leave the range 0 to ${LIMITS.balance}`,
      );
    }
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
    const { reason } = value;
    await recordChange(session, call, {
      employeeId: call.id,
      days: `-${days}`,
      balance: remainingLeave,
      kind: 'deduction',
      reason,
    });
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
