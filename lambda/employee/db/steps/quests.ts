import { type Schema } from '../migrator';
import { exactDays } from './exact-days';
import { EXACT, WORD } from './text';

/** How far a row has come, for telling which of two is kept. */
const RANK = (table: string) =>
  `FIELD(${table}.status, 'REJECTED', 'IN_PROGRESS', 'WAITING_APPROVAL', 'APPROVED', 'CLAIMED')`;

/** The predecessor's two tables. Taking them over rebuilds them; the indexes are made in place. */
export async function quests(schema: Schema): Promise<void> {
  await schema.run(`CREATE TABLE IF NOT EXISTS quests (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    description TEXT NULL,
    reward_days DOUBLE DEFAULT 0,
    department VARCHAR(50) NULL,
    created_by BIGINT NULL,
    status VARCHAR(20) NULL,
    created_at DATETIME(6) NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4`);
  await exactDays(schema, {
    table: 'quests',
    column: 'reward_days',
    keptIn: 'quests_reward_before_0007',
    keptId: 'quest_id',
    what: 'the reward of quests',
  });
  await schema.run("UPDATE quests SET status = 'AVAILABLE' WHERE status IS NULL");
  await schema.run("UPDATE quests SET department = '' WHERE department IS NULL");
  await schema.run(`ALTER TABLE quests
    MODIFY title VARCHAR(200) ${EXACT} NOT NULL,
    MODIFY description TEXT ${EXACT} NULL,
    MODIFY department VARCHAR(100) ${EXACT} NOT NULL,
    MODIFY created_by BIGINT NULL,
    MODIFY status VARCHAR(20) ${WORD} NOT NULL,
    MODIFY created_at DATETIME(6) NULL`);
  if (!(await schema.hasIndex('quests', 'ix_quests_department'))) {
    await schema.run('CREATE INDEX ix_quests_department ON quests (department) ALGORITHM=INPLACE LOCK=NONE');
  }
  if (!(await schema.hasIndex('quests', 'ix_quests_created_by'))) {
    await schema.run('CREATE INDEX ix_quests_created_by ON quests (created_by) ALGORITHM=INPLACE LOCK=NONE');
  }
  await questProgress(schema);
}

async function questProgress(schema: Schema): Promise<void> {
  await schema.run(`CREATE TABLE IF NOT EXISTS quest_progress (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    quest_id BIGINT NOT NULL,
    employee_id BIGINT NOT NULL,
    status VARCHAR(20) NULL,
    accepted_at DATETIME(6) NULL,
    completed_at DATETIME(6) NULL,
    approved_at DATETIME(6) NULL,
    claimed_at DATETIME(6) NULL,
    created_at DATETIME(6) NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4`);
  await schema.run("UPDATE quest_progress SET status = 'IN_PROGRESS' WHERE status IS NULL");
  await schema.run(`ALTER TABLE quest_progress
    MODIFY quest_id BIGINT NOT NULL,
    MODIFY employee_id BIGINT NOT NULL,
    MODIFY status VARCHAR(20) ${WORD} NOT NULL`);
  // The predecessor let one person accept a quest twice. The row that has come furthest stays, the others are put aside.
  await schema.run('CREATE TABLE IF NOT EXISTS quest_progress_before_0007 LIKE quest_progress');
  await schema.run(`INSERT IGNORE INTO quest_progress_before_0007
    SELECT p.* FROM quest_progress p
    JOIN quest_progress kept ON kept.quest_id = p.quest_id AND kept.employee_id = p.employee_id
      AND (${RANK('kept')} > ${RANK('p')} OR (${RANK('kept')} = ${RANK('p')} AND kept.id < p.id))`);
  await schema.run('DELETE p FROM quest_progress p JOIN quest_progress_before_0007 aside ON aside.id = p.id');
  if (!(await schema.hasIndex('quest_progress', 'ux_quest_progress'))) {
    await schema.run(
      'CREATE UNIQUE INDEX ux_quest_progress ON quest_progress (quest_id, employee_id) ALGORITHM=INPLACE LOCK=NONE',
    );
  }
  if (!(await schema.hasIndex('quest_progress', 'ix_quest_progress_employee'))) {
    await schema.run(
      'CREATE INDEX ix_quest_progress_employee ON quest_progress (employee_id) ALGORITHM=INPLACE LOCK=NONE',
    );
  }
}
