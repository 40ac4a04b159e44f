import { type Handler, createHandler } from './app';
import { credentialsFrom } from './db/credentials';
import { Database } from './db/database';
import { serverCa } from './db/server-ca';
import { jsonLog } from './observe/log';
import { readSettings } from './settings';

/** The service as its environment variables describe it. */
export function createService(env: NodeJS.ProcessEnv): { handler: Handler; database: Database } {
  const settings = readSettings(env);
  const { version, xrayDaemon } = settings;
  const log = jsonLog(version);
  const database = new Database({ credentials: credentialsFrom(settings.database), ca: serverCa(settings), log });
  const traceHeader = () => env._X_AMZN_TRACE_ID;
  return { handler: createHandler({ database, log, version, xrayDaemon, traceHeader }), database };
}
