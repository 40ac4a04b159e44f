/** Numbers that both the validation and the SQL keep to. */
export const LIMITS = {
  /** The columns are VARCHAR(100), counted in characters. */
  text: 100,
  /** DECIMAL(9,2). */
  balance: 9_999_999.99,
  pageDefault: 500,
  pageMax: 1000,
  idempotencyKey: 255,
  /** How long a stored answer is given again. */
  idempotencyHours: 24,
} as const;
