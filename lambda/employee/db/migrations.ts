import { type Migration, type Schema } from './migrator';
import { attendance } from './steps/attendance';
import { exactDays } from './steps/exact-days';
import { leaveChanges, leaves } from './steps/leave';
import { people } from './steps/people';
import { quests } from './steps/quests';

/**
 * Forward only. Each must leave a schema that the code of the release before still works with, because that code
 * serves until the new one takes over.
 */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-employees', online: 'COPY', apply: employees },
  { name: '0002-idempotency-keys', online: 'INPLACE', apply: idempotencyKeys },
  { name: '0003-people', online: 'COPY', apply: people },
  { name: '0004-leave-changes', online: 'INPLACE', apply: leaveChanges },
  { name: '0005-attendance', online: 'COPY', apply: attendance },
  { name: '0006-leaves', online: 'COPY', apply: leaves },
  { name: '0007-quests', online: 'COPY', apply: quests },
];

/** The table as the predecessor made it, or made here in the same form, and then brought to exact numbers. */
async function employees(schema: Schema): Promise<void> {
  await schema.run(`CREATE TABLE IF NOT EXISTS employees (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    email VARCHAR(100) NULL UNIQUE,
    department VARCHAR(100) NOT NULL,
    position VARCHAR(100) NOT NULL,
    annual_leave_balance DOUBLE DEFAULT 0,
    attendance_count INT DEFAULT 0,
    created_at DATETIME(6) NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4`);
  await exactDays(schema, {
    table: 'employees',
    column: 'annual_leave_balance',
    keptIn: 'employees_balance_before_0001',
    keptId: 'employee_id',
    what: 'the leave balance of employees',
  });
  await schema.run('UPDATE employees SET attendance_count = 0 WHERE attendance_count IS NULL');
  await schema.run('ALTER TABLE employees MODIFY attendance_count INT NOT NULL DEFAULT 0');
  if (!(await schema.hasColumn('employees', 'leave_used'))) {
    await schema.run('ALTER TABLE employees ADD COLUMN leave_used DECIMAL(9,2) NOT NULL DEFAULT 0');
  }
  for (const column of ['department', 'position']) {
    const index = `ix_employees_${column}`;
    if (!(await schema.hasIndex('employees', index))) {
      await schema.run(`CREATE INDEX ${index} ON employees (${column})`);
    }
  }
}

async function idempotencyKeys(schema: Schema): Promise<void> {
  await schema.run(`CREATE TABLE IF NOT EXISTS idempotency_keys (
    id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    request_hash BINARY(32) NOT NULL,
    status SMALLINT NOT NULL,
    location VARCHAR(255) CHARACTER SET ascii NULL,
    body TEXT CHARACTER SET utf8mb4 NOT NULL,
    created_at DATETIME(6) NOT NULL,
    INDEX ix_idempotency_keys_created_at (created_at)
  ) ENGINE = InnoDB`);
}
