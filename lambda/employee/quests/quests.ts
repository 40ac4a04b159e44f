import { mustExist } from '../audit/leave-changes';
import { LIMITS } from '../contract/limits';
import { validate, validateQuery } from '../contract/validate';
import { type Operation } from '../employees/call';
import { fromDecimal, toDecimal } from '../employees/decimal';
import { changeOnce } from '../employees/idempotency';
import { page, pageOf } from '../employees/page';
import { toSqlTime } from '../employees/time';
import { notFound } from '../http/failures';
import { readJson } from '../http/json-body';

export const createQuest: Operation = async (call) => {
  const value = validate('newQuest', readJson(call.request));
  const { title, description = null, rewardDays, department, createdBy } = value;
  return changeOnce(
    call,
    value,
    async (session) => {
      const result = await session.change(
        `INSERT INTO quests (title, description, reward_days, department, created_by, status, created_at)
         SELECT ?, ?, ?, ?, id, 'AVAILABLE', ? FROM employees WHERE id = ?`,
        [title, description, toDecimal(rewardDays), department, toSqlTime(call.now), createdBy],
      );
      if (result.affectedRows === 0) throw notFound(createdBy);
      return { status: 200, body: JSON.stringify({ id: result.insertId, message: 'the quest is open' }) };
    },
    'one',
  );
};

interface QuestRow {
  readonly id: number;
  readonly title: string;
  readonly description: string | null;
  readonly reward_days: string;
  readonly status: string;
}

/** A quest with one of the people who accepted it; a quest that nobody accepted is one row without. */
interface ProgressRow extends QuestRow {
  readonly department: string;
  readonly created_by: number | null;
  readonly created_by_name: string | null;
  readonly progress_id: number | null;
  readonly employee_id: number;
  readonly employee_name: string | null;
  readonly progress_status: string;
}

// What is said of a quest stands in its last row alone: in each it would be a description for each of its people.
const LIST = `WITH page AS (SELECT id FROM quests WHERE status <> 'DELETED' AND id > ? ORDER BY id LIMIT ?)
  SELECT q.id, q.reward_days, q.created_by, q.status, IF(p.place > 1, NULL, q.title) AS title,
    IF(p.place > 1, NULL, q.description) AS description, IF(p.place > 1, NULL, q.department) AS department,
    IF(p.place > 1, NULL, c.name) AS created_by_name,
    p.id AS progress_id, p.employee_id, e.name AS employee_name, p.status AS progress_status
  FROM page JOIN quests q ON q.id = page.id
  LEFT JOIN employees c ON c.id = q.created_by
  LEFT JOIN (
    SELECT id, quest_id, employee_id, status, ROW_NUMBER() OVER (PARTITION BY quest_id ORDER BY id DESC) AS place
    FROM quest_progress WHERE quest_id IN (SELECT id FROM page)
  ) p ON p.quest_id = q.id AND p.place <= ${LIMITS.progressShown}
  LEFT JOIN employees e ON e.id = p.employee_id
  ORDER BY q.id, p.id`;

export const listQuests: Operation = async (call) => {
  const { limit = LIMITS.questsDefault, after = 0 } = validateQuery('questsQuery', call.request.query());
  const rows = await call.database.run('read', call, (session) =>
    session.rows<ProgressRow>(LIST, [after, String(limit + 1)]),
  );
  const quests = new Map<number, ProgressRow[]>();
  for (const row of rows) {
    const known = quests.get(row.id);
    if (known) known.push(row);
    else quests.set(row.id, [row]);
  }
  const grouped = [...quests].map(([id, people]) => ({ id, people }));
  return page(grouped, limit, {}, ({ people }) => showWithPeople(people));
};

function showWithPeople(rows: readonly ProgressRow[]) {
  const [quest] = rows.slice(-1) as [ProgressRow];
  return {
    id: quest.id,
    title: quest.title,
    description: quest.description,
    rewardDays: fromDecimal(quest.reward_days),
    department: quest.department,
    createdBy: quest.created_by,
    createdByName: quest.created_by_name ?? '',
    status: quest.status,
    progressList: rows
      .filter(({ progress_id }) => progress_id !== null)
      .map((row) => ({
        id: row.progress_id,
        employeeId: row.employee_id,
        employeeName: row.employee_name ?? '',
        status: row.progress_status,
      })),
  };
}

export const listAvailable: Operation = async (call) => {
  const { employeeId, ...paging } = validateQuery('employeeQuery', call.request.query());
  const answer = await pageOf<QuestRow>(call, paging, {
    sql: `SELECT q.id, q.title, q.description, q.reward_days, q.status
          FROM employees e JOIN quests q ON q.department = e.department
          WHERE e.id = ? AND q.status = 'AVAILABLE'`,
    values: [employeeId],
    id: 'q.id',
    show: (row) => ({
      id: row.id,
      title: row.title,
      description: row.description,
      rewardDays: fromDecimal(row.reward_days),
      status: row.status,
    }),
    query: { employeeId },
  });
  if (answer.body === '[]' && paging.after === undefined) await mustExist(call, employeeId);
  return answer;
};

interface OwnProgressRow {
  readonly id: number;
  readonly quest_id: number;
  readonly title: string;
  readonly reward_days: string;
  readonly status: string;
}

export const listMyQuests: Operation = async (call) => {
  const { employeeId, ...paging } = validateQuery('employeeQuery', call.request.query());
  const answer = await pageOf<OwnProgressRow>(call, paging, {
    sql: `SELECT p.id, p.quest_id, q.title, q.reward_days, p.status
          FROM quest_progress p JOIN quests q ON q.id = p.quest_id WHERE p.employee_id = ?`,
    values: [employeeId],
    id: 'p.id',
    show: (row) => ({
      id: row.id,
      questId: row.quest_id,
      title: row.title,
      rewardDays: fromDecimal(row.reward_days),
      status: row.status,
    }),
    query: { employeeId },
  });
  if (answer.body === '[]' && paging.after === undefined) await mustExist(call, employeeId);
  return answer;
};

interface CreatedRow {
  readonly id: number;
  readonly title: string;
  readonly reward_days: string;
  readonly accepted_by: string | null;
  readonly waiting: number;
}

/** Of several people who accepted a quest it names the one who waits, or who came first. */
const CREATED = `SELECT q.id, q.title, q.reward_days,
    EXISTS (SELECT 1 FROM quest_progress w WHERE w.quest_id = q.id AND w.status = 'WAITING_APPROVAL') AS waiting,
    (SELECT e.name FROM quest_progress p JOIN employees e ON e.id = p.employee_id WHERE p.quest_id = q.id
     ORDER BY p.status = 'WAITING_APPROVAL' DESC, p.completed_at, p.id LIMIT 1) AS accepted_by
  FROM quests q WHERE q.created_by = ? AND q.status <> 'DELETED'`;

export const listMyCreated: Operation = async (call) => {
  const { managerId, ...paging } = validateQuery('managerQuery', call.request.query());
  const answer = await pageOf<CreatedRow>(call, paging, {
    sql: CREATED,
    values: [managerId],
    id: 'q.id',
    show: (row) => ({
      id: row.id,
      title: row.title,
      acceptedBy: row.accepted_by ?? '',
      status: row.waiting ? 'WAITING_APPROVAL' : 'AVAILABLE',
      rewardDays: fromDecimal(row.reward_days),
    }),
    query: { managerId },
  });
  if (answer.body === '[]' && paging.after === undefined) await mustExist(call, managerId);
  return answer;
};

/** The row stays, and so does what people have earned with it. */
export const deleteQuest: Operation = async (call) => {
  const found = await call.database.run('repeatable', call, async (session) => {
    await session.change("UPDATE quests SET status = 'DELETED' WHERE id = ?", [call.id]);
    return session.rows('SELECT id FROM quests WHERE id = ?', [call.id]);
  });
  if (found.length === 0) throw notFound(call.id, 'quest');
  return { status: 200, body: JSON.stringify({ message: 'the quest is closed' }) };
};
