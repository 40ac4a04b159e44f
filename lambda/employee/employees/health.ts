import { type Operation } from './call';

export const getHealth: Operation = async (call) => {
  await call.database.run('read', call, (session) => session.rows('SELECT ? AS alive', [1]));
  return { status: 200, body: JSON.stringify({ status: 'up', database: 'up', version: call.version }) };
};
