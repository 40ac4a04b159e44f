const ROWS = 'SELECT, INSERT, UPDATE, DELETE';

/**
 * What the service may do, table by table. Balances are audited by a user who cannot change the audit, and what a migration keeps for
 * people is for people. A table that is not here is not the service's.
 */
export const SERVICE_GRANTS: Readonly<Record<string, string>> = {
  employees: ROWS,
  idempotency_keys: 'SELECT, INSERT, DELETE',
  leave_changes: 'SELECT, INSERT',
  attendance: ROWS,
  leaves: ROWS,
  quests: ROWS,
  quest_progress: ROWS,
};
