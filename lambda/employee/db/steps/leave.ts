import { type Schema } from '../migrator';
import { EXACT, WORD } from './text';

/** One row per change of a balance. No foreign key: the trail stays when the employee is deleted. A new table. */
export async function leaveChanges(schema: Schema): Promise<void> {
  await schema.run(`CREATE TABLE IF NOT EXISTS leave_changes (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    employee_id BIGINT NOT NULL,
    days DECIMAL(9,2) NOT NULL,
    balance DECIMAL(9,2) NOT NULL,
    kind VARCHAR(20) ${WORD} NOT NULL,
    reason VARCHAR(200) ${EXACT} NULL,
    changed_by VARCHAR(64) ${WORD} NOT NULL,
    role VARCHAR(20) ${WORD} NOT NULL,
    idempotency_key VARCHAR(255) ${WORD} NULL,
    changed_at DATETIME(6) NOT NULL,
    INDEX ix_leave_changes_employee (employee_id)
  ) ENGINE = InnoDB`);
}

/** The predecessor's table, with half days. Taking it over rebuilds it. */
export async function leaves(schema: Schema): Promise<void> {
  await schema.run(`CREATE TABLE IF NOT EXISTS leaves (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    employee_id BIGINT NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NOT NULL,
    days INT NULL,
    reason TEXT NULL,
    status VARCHAR(20) NULL,
    created_at DATETIME(6) NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4`);
  await schema.run('UPDATE leaves SET days = DATEDIFF(end_date, start_date) + 1 WHERE days IS NULL');
  await schema.run("UPDATE leaves SET status = 'PENDING' WHERE status IS NULL");
  await schema.run(`ALTER TABLE leaves
    MODIFY employee_id BIGINT NOT NULL,
    MODIFY start_date DATE NOT NULL,
    MODIFY end_date DATE NOT NULL,
    MODIFY days DECIMAL(9,2) NOT NULL,
    MODIFY reason TEXT ${EXACT} NULL,
    MODIFY status VARCHAR(20) ${WORD} NOT NULL,
    MODIFY created_at DATETIME(6) NULL`);
  if (!(await schema.hasIndex('leaves', 'ix_leaves_employee'))) {
    await schema.run('CREATE INDEX ix_leaves_employee ON leaves (employee_id) ALGORITHM=INPLACE LOCK=NONE');
  }
}
