import { fromDecimal } from './decimal';
import { fromSqlTime } from './time';

/** A row as the driver gives it. */
export interface EmployeeRow {
  readonly id: number;
  readonly name: string;
  readonly email: string | null;
  readonly department: string;
  readonly position: string;
  readonly annual_leave_balance: string;
  readonly attendance_count: number;
  readonly created_at: string | null;
}

export const COLUMNS = 'id, name, email, department, position, annual_leave_balance, attendance_count, created_at';

export function toEmployee(row: EmployeeRow) {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    department: row.department,
    position: row.position,
    annualLeaveBalance: fromDecimal(row.annual_leave_balance),
    attendanceCount: row.attendance_count,
    createdAt: fromSqlTime(row.created_at),
  };
}
