import { addDays } from '../employees/leave';
import { mustExist } from '../audit/leave-changes';
import { LIMITS } from '../contract/limits';
import { validateQuery } from '../contract/validate';
import { type Session } from '../db/database';
import { type Call, type Operation } from '../employees/call';
import { fromDecimal } from '../employees/decimal';
import { changeOnce } from '../employees/idempotency';
import { pageOf } from '../employees/page';
import { fromSqlTime, toSqlTime } from '../employees/time';
import { type Answer } from '../http/event';
import { notFound, refused } from '../http/failures';

interface CountRow {
  readonly attendance_count: number;
  readonly annual_leave_balance: string;
}

/** South Korea has one time zone and no summer time. */
const SEOUL_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;

/** When the calendar day of Seoul began in which `time` is. */
export function startOfDay(time: Date): Date {
  const local = time.getTime() + SEOUL_MS;
  return new Date(local - (local % DAY_MS) - SEOUL_MS);
}

export const checkIn: Operation = (call) => changeOnce(call, undefined, (session) => checkInOnce(session, call));

async function checkInOnce(session: Session, call: Call): Promise<Answer> {
  // The row is held first: of two check-ins at once, the second sees what the first has written.
  const [employee] = await session.rows<CountRow>(
    'SELECT attendance_count, annual_leave_balance FROM employees WHERE id = ? FOR UPDATE',
    [call.id],
  );
  if (!employee) throw notFound(call.id);
  const balance = fromDecimal(employee.annual_leave_balance);
  if (call.checkIns === 'daily' && (await wasHere(session, call))) {
    return counted(employee.attendance_count, false, balance);
  }
  const now = toSqlTime(call.now);
  await session.change(
    "INSERT INTO attendance (employee_id, check_in_time, status, created_at) VALUES (?, ?, 'IN_PROGRESS', ?)",
    [call.id, now, now],
  );
  await session.change('UPDATE employees SET attendance_count = attendance_count + 1 WHERE id = ?', [call.id]);
  const count = employee.attendance_count + 1;
  if (count % LIMITS.checkIns !== 0) return counted(count, false, balance);
  const reason = `${count} check-ins`;
  const rewarded = await addDays(session, call, { employeeId: call.id, days: '1.00', kind: 'attendance', reason });
  if (rewarded === undefined) throw refused('', `the leave balance cannot take another day: it is ${balance} days`);
  return counted(count, true, rewarded);
}

async function wasHere(session: Session, call: Call): Promise<boolean> {
  // Locking, so that it reads what was written last and not what was there when the transaction began.
  const rows = await session.rows(
    'SELECT id FROM attendance WHERE employee_id = ? AND check_in_time >= ? LIMIT 1 FOR UPDATE',
    [call.id, toSqlTime(startOfDay(call.now))],
  );
  return rows.length > 0;
}

function counted(attendanceCount: number, rewardEarned: boolean, currentLeaveBalance: number): Answer {
  const questProgress = percent(attendanceCount % LIMITS.checkIns);
  return { status: 200, body: JSON.stringify({ attendanceCount, questProgress, rewardEarned, currentLeaveBalance }) };
}

const percent = (count: number): number => Math.round((count * 10_000) / LIMITS.checkIns) / 100;

export const getProgress: Operation = async (call) => {
  const [row] = await call.database.run('read', call, (session) =>
    session.rows<Pick<CountRow, 'attendance_count'>>('SELECT attendance_count FROM employees WHERE id = ?', [call.id]),
  );
  if (!row) throw notFound(call.id);
  const attendanceCount = row.attendance_count % LIMITS.checkIns;
  const nextRewardAt = row.attendance_count - attendanceCount + LIMITS.checkIns;
  const progress = percent(attendanceCount);
  return {
    status: 200,
    body: JSON.stringify({ attendanceCount, targetCount: LIMITS.checkIns, progress, nextRewardAt }),
  };
};

interface AttendanceRow {
  readonly id: number;
  readonly employee_id: number;
  readonly check_in_time: string | null;
  readonly check_out_time: string | null;
  readonly work_hours: number | null;
  readonly status: string;
  readonly created_at: string | null;
}

export const listAttendance: Operation = async (call) => {
  const query = validateQuery('pageQuery', call.request.query());
  const answer = await pageOf<AttendanceRow>(call, query, {
    sql: `SELECT id, employee_id, check_in_time, check_out_time, work_hours, status, created_at
          FROM attendance WHERE employee_id = ?`,
    values: [call.id],
    id: 'id',
    newestFirst: true,
    show: (row) => ({
      id: row.id,
      employeeId: row.employee_id,
      checkInTime: fromSqlTime(row.check_in_time),
      checkOutTime: fromSqlTime(row.check_out_time),
      workHours: row.work_hours,
      status: row.status,
      createdAt: fromSqlTime(row.created_at),
    }),
  });
  if (answer.body === '[]' && query.after === undefined) await mustExist(call, call.id);
  return answer;
};
