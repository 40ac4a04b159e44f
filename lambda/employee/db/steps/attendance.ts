import { type Schema } from '../migrator';
import { WORD } from './text';

/** The predecessor's table. Taking it over rebuilds it; the index is made in place. */
export async function attendance(schema: Schema): Promise<void> {
  await schema.run(`CREATE TABLE IF NOT EXISTS attendance (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    employee_id BIGINT NOT NULL,
    check_in_time DATETIME(6) NULL,
    check_out_time DATETIME(6) NULL,
    work_hours DOUBLE NULL,
    status VARCHAR(20) NULL,
    created_at DATETIME(6) NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4`);
  await schema.run(`UPDATE attendance SET status = IF(check_out_time IS NULL, 'IN_PROGRESS', 'COMPLETED')
    WHERE status IS NULL`);
  await schema.run(`ALTER TABLE attendance
    MODIFY employee_id BIGINT NOT NULL,
    MODIFY check_in_time DATETIME(6) NULL,
    MODIFY check_out_time DATETIME(6) NULL,
    MODIFY status VARCHAR(20) ${WORD} NOT NULL,
    MODIFY created_at DATETIME(6) NULL`);
  if (!(await schema.hasIndex('attendance', 'ix_attendance_employee'))) {
    await schema.run(
      'CREATE INDEX ix_attendance_employee ON attendance (employee_id, check_in_time) ALGORITHM=INPLACE LOCK=NONE',
    );
  }
}
