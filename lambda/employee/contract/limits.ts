/** Numbers that both the validation and the SQL keep to. */
export const LIMITS = {
  /** The columns are VARCHAR(100), counted in characters. */
  text: 100,
  /** DECIMAL(9,2). */
  balance: 9_999_999.99,
  /** Why a balance was changed; VARCHAR(200). */
  reason: 200,
  /** Why somebody wants leave; TEXT, bounded for lists. */
  leaveReason: 500,
  /** Of a quest; VARCHAR(200). */
  title: 200,
  /** Of a quest; TEXT, bounded for lists. */
  description: 2000,
  /** Check-ins that earn a day of leave. */
  checkIns: 30,
  pageDefault: 500,
  pageMax: 1000,
  questsDefault: 100,
  questsMax: 200,
  /** People of one quest in a list, the latest. */
  progressShown: 200,
  idempotencyKey: 255,
  /** How long a stored answer is given again. */
  idempotencyHours: 24,
} as const;
