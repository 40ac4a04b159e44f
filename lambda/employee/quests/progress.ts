import { validate } from '../contract/validate';
import { type Session } from '../db/database';
import { type Call, type Operation } from '../employees/call';
import { inDays } from '../employees/decimal';
import { changeOnce } from '../employees/idempotency';
import { addDays } from '../employees/leave';
import { toSqlTime } from '../employees/time';
import { type Answer } from '../http/event';
import { notFound, refused } from '../http/failures';
import { readJson } from '../http/json-body';

type Status = 'IN_PROGRESS' | 'WAITING_APPROVAL' | 'APPROVED' | 'REJECTED' | 'CLAIMED';

interface ProgressRow {
  readonly id: number;
  readonly status: Status;
}

interface QuestRow {
  readonly department: string;
  readonly status: string;
  readonly title: string;
  readonly reward_days: string;
}

const said = (message: string, more: object = {}): Answer => ({
  status: 200,
  body: JSON.stringify({ message, ...more }),
});

/** The quest and what this person has done of it, held until the change is made. */
async function hold(session: Session, call: Call, employeeId: number): Promise<[QuestRow, ProgressRow | undefined]> {
  const [quest] = await session.rows<QuestRow>(
    'SELECT department, status, title, reward_days FROM quests WHERE id = ?',
    [call.id],
  );
  if (!quest) throw notFound(call.id, 'quest');
  const [progress] = await session.rows<ProgressRow>(
    'SELECT id, status FROM quest_progress WHERE quest_id = ? AND employee_id = ? FOR UPDATE',
    [call.id, employeeId],
  );
  return [quest, progress];
}

/** An operation of one person on a quest, in one transaction. */
const byActor =
  (change: (session: Session, call: Call, employeeId: number) => Promise<Answer>): Operation =>
  (call) => {
    const value = validate('questActor', readJson(call.request));
    return changeOnce(call, value, (session) => change(session, call, value.employeeId));
  };

/** Accepting twice is accepting once: the table holds one row for a person and a quest. */
export const acceptQuest = byActor(async (session, call, employeeId) => {
  const [employee] = await session.rows<{ department: string }>('SELECT department FROM employees WHERE id = ?', [
    employeeId,
  ]);
  if (!employee) throw notFound(employeeId);
  const [quest] = await session.rows<QuestRow>(
    'SELECT department, status, title, reward_days FROM quests WHERE id = ?',
    [call.id],
  );
  if (!quest || quest.status === 'DELETED') throw notFound(call.id, 'quest');
  if (quest.department !== employee.department) {
    throw refused('employeeId', 'the quest is for people of another department');
  }
  const now = toSqlTime(call.now);
  await session.change(
    `INSERT INTO quest_progress (quest_id, employee_id, status, accepted_at, created_at)
     VALUES (?, ?, 'IN_PROGRESS', ?, ?) ON DUPLICATE KEY UPDATE quest_id = quest_id`,
    [call.id, employeeId, now, now],
  );
  return said('the quest is accepted');
});

/** What was rejected may be completed again. */
export const completeQuest = byActor(async (session, call, employeeId) => {
  const [, progress] = await hold(session, call, employeeId);
  if (progress?.status === 'WAITING_APPROVAL') return said('the quest waits for approval');
  if (progress?.status !== 'IN_PROGRESS' && progress?.status !== 'REJECTED') {
    throw refused('employeeId', `the quest cannot be completed: ${stateOf(progress)}`);
  }
  await session.change("UPDATE quest_progress SET status = 'WAITING_APPROVAL', completed_at = ? WHERE id = ?", [
    toSqlTime(call.now),
    progress.id,
  ]);
  return said('the quest waits for approval');
});

/** The row changes with the balance, so that of two claims at once the second finds nothing approved. */
export const claimReward = byActor(async (session, call, employeeId) => {
  const [quest, progress] = await hold(session, call, employeeId);
  if (progress?.status !== 'APPROVED') {
    throw refused('employeeId', `there is no reward to claim: ${stateOf(progress)}`);
  }
  await session.change("UPDATE quest_progress SET status = 'CLAIMED', claimed_at = ? WHERE id = ?", [
    toSqlTime(call.now),
    progress.id,
  ]);
  const days = quest.reward_days;
  const reason = `quest ${call.id}`;
  const newLeaveBalance = await addDays(session, call, { employeeId, days, kind: 'quest', reason });
  if (newLeaveBalance === undefined) {
    const employees = await session.rows('SELECT id FROM employees WHERE id = ?', [employeeId]);
    if (employees.length === 0) throw notFound(employeeId);
    throw refused('employeeId', `the leave balance cannot take another ${inDays(Number(days))}`);
  }
  return said(`${inDays(Number(days))} added; the leave balance is now ${inDays(newLeaveBalance)}`, {
    newLeaveBalance,
  });
});

const STATES: Readonly<Record<Status, string>> = {
  IN_PROGRESS: 'it is accepted and not completed',
  WAITING_APPROVAL: 'it waits for approval',
  APPROVED: 'it is approved',
  REJECTED: 'it was rejected',
  CLAIMED: 'its reward was claimed',
};

const stateOf = (progress: ProgressRow | undefined): string =>
  progress ? STATES[progress.status] : 'this employee has not accepted it';

export const approveQuest: Operation = (call) => decide(call, 'APPROVED');
export const rejectQuest: Operation = (call) => decide(call, 'REJECTED');

/** Of the people who wait, the one that the body names or who has waited longest; never the manager himself. */
function decide(call: Call, status: 'APPROVED' | 'REJECTED'): Promise<Answer> {
  // The predecessor's page sends no body, or one with its user's id.
  const value = validate('questDecision', call.request.body() === undefined ? {} : readJson(call.request));
  return changeOnce(call, value, async (session) => {
    const waiting = await session.rows<{ id: number }>(
      `SELECT id FROM quest_progress
       WHERE quest_id = ? AND status = 'WAITING_APPROVAL' AND employee_id <> ? AND (? = 0 OR employee_id = ?)
       ORDER BY completed_at, id LIMIT 1 FOR UPDATE`,
      [call.id, call.access.self?.id ?? 0, value.employeeId ?? 0, value.employeeId ?? 0],
    );
    const [progress] = waiting;
    if (!progress) {
      const quests = await session.rows('SELECT id FROM quests WHERE id = ?', [call.id]);
      if (quests.length === 0) throw notFound(call.id, 'quest');
      throw refused('', 'nobody whom you may decide on waits for approval of this quest');
    }
    await session.change('UPDATE quest_progress SET status = ?, approved_at = ? WHERE id = ?', [
      status,
      status === 'APPROVED' ? toSqlTime(call.now) : null,
      progress.id,
    ]);
    return said(status === 'APPROVED' ? 'the quest is approved' : 'the quest is rejected');
  });
}
