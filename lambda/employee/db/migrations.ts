import { type Migration, type Schema } from './migrator';

/** DECIMAL(9,2) holds up to 9,999,999.99. */
const LARGEST_BALANCE = 9_999_999.99;

/**
 * Forward only. Each must leave a schema that the code of the release before still works with, because that code
 * serves until the new one takes over.
 */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-employees', online: 'COPY', apply: employees },
  { name: '0002-idempotency-keys', online: 'INPLACE', apply: idempotencyKeys },
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
  await exactBalances(schema);
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

async function exactBalances(schema: Schema): Promise<void> {
  const tooLarge = await schema.rows<{ id: number }>(
    `SELECT id FROM employees WHERE ABS(annual_leave_balance) > ${LARGEST_BALANCE} ORDER BY id LIMIT 20`,
  );
  if (tooLarge.length > 0) {
    throw new Error(
      `Nothing was changed: the leave balance of employees ${tooLarge.map(({ id }) => id).join(', ')} is outside ` +
        `-${LARGEST_BALANCE} to ${LARGEST_BALANCE}, which no balance in days can be. Correct these rows, then deploy again.`,
    );
  }
  // A balance such as 1/3 cannot be kept as a decimal of two places: what it was stays on record.
  await schema.run(`CREATE TABLE IF NOT EXISTS employees_balance_before_0001 (
    employee_id BIGINT NOT NULL PRIMARY KEY, annual_leave_balance DOUBLE NOT NULL
  ) ENGINE = InnoDB`);
  await schema.run(`INSERT IGNORE INTO employees_balance_before_0001
    SELECT id, annual_leave_balance FROM employees
    WHERE ABS(annual_leave_balance - ROUND(annual_leave_balance, 2)) > 0.000001`);
  await schema.run(`UPDATE employees SET annual_leave_balance = COALESCE(ROUND(annual_leave_balance, 2), 0)
    WHERE annual_leave_balance IS NULL OR annual_leave_balance <> ROUND(annual_leave_balance, 2)`);
  await schema.run('ALTER TABLE employees MODIFY annual_leave_balance DECIMAL(9,2) NOT NULL DEFAULT 0');
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
