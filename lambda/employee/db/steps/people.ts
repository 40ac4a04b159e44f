import { type Schema } from '../migrator';
import { EXACT, WORD } from './text';

/**
 * Who a row is to the user pool, and how text is compared: names exactly, addresses without regard to case. What changes
 * collations rebuilds the table, during which others read and do not write; the rest is done beside the traffic.
 */
export async function people(schema: Schema): Promise<void> {
  const collisions = await schema.rows<{ ids: string }>(
    `SELECT GROUP_CONCAT(id ORDER BY id) AS ids FROM employees WHERE email IS NOT NULL
     GROUP BY LOWER(CONVERT(email USING utf8mb4)) COLLATE utf8mb4_bin HAVING COUNT(*) > 1 LIMIT 20`,
  );
  if (collisions.length > 0) {
    throw new Error(
      `Nothing was changed: employees ${collisions.map(({ ids }) => ids).join('; ')} share an e-mail address that ` +
        'differs in case alone. Correct these rows, then deploy again.',
    );
  }
  await schema.run(`ALTER TABLE employees
    MODIFY name VARCHAR(100) ${EXACT} NOT NULL,
    MODIFY email VARCHAR(100) ${EXACT} NULL,
    MODIFY department VARCHAR(100) ${EXACT} NOT NULL,
    MODIFY position VARCHAR(100) ${EXACT} NOT NULL`);
  if (!(await schema.hasColumn('employees', 'subject'))) {
    await schema.run(`ALTER TABLE employees ADD COLUMN subject VARCHAR(64) ${WORD} NULL, ALGORITHM=INSTANT`);
  }
  if (!(await schema.hasColumn('employees', 'email_key'))) {
    await schema.run(
      `ALTER TABLE employees ADD COLUMN email_key VARCHAR(100) ${EXACT} GENERATED ALWAYS AS (LOWER(email)) VIRTUAL,
       ALGORITHM=INSTANT`,
    );
  }
  for (const column of ['subject', 'email_key']) {
    const index = `ux_employees_${column}`;
    if (!(await schema.hasIndex('employees', index))) {
      await schema.run(`CREATE UNIQUE INDEX ${index} ON employees (${column}) ALGORITHM=INPLACE LOCK=NONE`);
    }
  }
}
