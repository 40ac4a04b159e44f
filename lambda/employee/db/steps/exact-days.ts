import { LIMITS } from '../../contract/limits';
import { type Schema } from '../migrator';

export interface DaysColumn {
  readonly table: string;
  /** A DOUBLE of the predecessor. */
  readonly column: string;
  /** Table for the values that two decimals cannot hold. */
  readonly keptIn: string;
  /** Column of that table for the id of the row. */
  readonly keptId: string;
  /** Begins the sentence about rows that no number of days can be, `the leave balance of employees`. */
  readonly what: string;
}

/** Brings a column of days to DECIMAL(9,2). Rebuilds the table: InnoDB lets others read meanwhile, not write. */
export async function exactDays(schema: Schema, { table, column, keptIn, keptId, what }: DaysColumn): Promise<void> {
  const tooLarge = await schema.rows<{ id: number }>(
    `SELECT id FROM ${table} WHERE ABS(${column}) > ${LIMITS.balance} ORDER BY id LIMIT 20`,
  );
  if (tooLarge.length > 0) {
    throw new Error(
      `Nothing was changed: ${what} ${tooLarge.map(({ id }) => id).join(', ')} is outside ` +
        `-${LIMITS.balance} to ${LIMITS.balance}, which no balance in days can be. Correct these rows, then deploy again.`,
    );
  }
  // A value such as 1/3 cannot be kept as a decimal of two places: what it was stays on record.
  await schema.run(`CREATE TABLE IF NOT EXISTS ${keptIn} (
    ${keptId} BIGINT NOT NULL PRIMARY KEY, ${column} DOUBLE NOT NULL
  ) ENGINE = InnoDB`);
  await schema.run(`INSERT IGNORE INTO ${keptIn}
    SELECT id, ${column} FROM ${table} WHERE ABS(${column} - ROUND(${column}, 2)) > 0.000001`);
  await schema.run(`UPDATE ${table} SET ${column} = COALESCE(ROUND(${column}, 2), 0)
    WHERE ${column} IS NULL OR ${column} <> ROUND(${column}, 2)`);
  await schema.run(`ALTER TABLE ${table} MODIFY ${column} DECIMAL(9,2) NOT NULL DEFAULT 0`);
}
