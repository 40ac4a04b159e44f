import { unavailable } from '../http/failures';
import { type Operation } from './call';

/** Whoever checks health waits for less than a caller does. */
const LONGEST_MS = 5000;

/** Whether the service can do its work: it reaches the server, which takes writes, and finds its tables. */
const WORKS = 'SELECT @@global.read_only AS read_only, EXISTS (SELECT 1 FROM employees) AS employees FROM DUAL WHERE ?';

export const getHealth: Operation = async (call) => {
  const budget = { deadline: Math.min(call.deadline, performance.now() + LONGEST_MS), databaseMs: 0 };
  try {
    const [state] = await call.database.run('read', budget, (session) =>
      session.rows<{ read_only: number }>(WORKS, [1]),
    );
    if (state?.read_only) throw unavailable('the database takes no writes');
  } finally {
    call.databaseMs += budget.databaseMs;
  }
  return { status: 200, body: JSON.stringify({ status: 'up', database: 'up', version: call.version }) };
};
