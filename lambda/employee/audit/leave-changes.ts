import { validateQuery } from '../contract/validate';
import { type Session } from '../db/database';
import { type Call, type Operation } from '../employees/call';
import { fromDecimal } from '../employees/decimal';
import { pageOf } from '../employees/page';
import { fromSqlTime, toSqlTime } from '../employees/time';
import { notFound } from '../http/failures';

export type ChangeKind = 'adjustment' | 'deduction' | 'attendance' | 'quest' | 'deletion';

export interface LeaveChange {
  readonly employeeId: number;
  /** What was added, as SQL decimal; negative when taken away. */
  readonly days: string;
  /** After the change. */
  readonly balance: number;
  readonly kind: ChangeKind;
  /** In words. */
  readonly reason?: string | null;
}

/** Writes down a change of a balance, in the transaction that makes it. */
export async function recordChange(session: Session, call: Call, change: LeaveChange): Promise<void> {
  await session.change(
    `INSERT INTO leave_changes (employee_id, days, balance, kind, reason, changed_by, role, idempotency_key, changed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      change.employeeId,
      change.days,
      String(change.balance),
      change.kind,
      change.reason ?? null,
      call.caller.subject,
      call.caller.role,
      // A deletion needs no key, so whatever was sent is not checked.
      change.kind === 'deletion' ? null : (call.request.header('idempotency-key') ?? null),
      toSqlTime(call.now),
    ],
  );
}

interface ChangeRow {
  readonly id: number;
  readonly employee_id: number;
  readonly days: string;
  readonly balance: string;
  readonly kind: string;
  readonly reason: string | null;
  readonly changed_by: string;
  readonly role: string;
  readonly idempotency_key: string | null;
  readonly changed_at: string;
}

/** Of somebody who was deleted, too. */
export const listLeaveChanges: Operation = async (call) => {
  const query = validateQuery('pageQuery', call.request.query());
  const answer = await pageOf<ChangeRow>(call, query, {
    sql: `SELECT id, employee_id, days, balance, kind, reason, changed_by, role, idempotency_key, changed_at
          FROM leave_changes WHERE employee_id = ?`,
    values: [call.id],
    id: 'id',
    newestFirst: true,
    show: (row) => ({
      id: row.id,
      employeeId: row.employee_id,
      days: fromDecimal(row.days),
      balance: fromDecimal(row.balance),
      kind: row.kind,
      reason: row.reason,
      changedBy: row.changed_by,
      role: row.role,
      idempotencyKey: row.idempotency_key,
      changedAt: fromSqlTime(row.changed_at),
    }),
  });
  if (answer.body === '[]' && query.after === undefined) await mustExist(call, call.id);
  return answer;
};

/** Throws 404 unless there is such an employee; asked only where nothing else has shown it. */
export async function mustExist(call: Call, id: number): Promise<void> {
  const rows = await call.database.run('read', call, (session) =>
    session.rows('SELECT id FROM employees WHERE id = ?', [id]),
  );
  if (rows.length === 0) throw notFound(id);
}
