import { type Handler, createHandler } from './app';
import { credentialsFrom } from './db/credentials';
import { Database } from './db/database';
import { serverCa } from './db/server-ca';
import { Callers } from './identity/caller';
import { callLog } from './observe/call-log';
import { jsonLog, writeOut } from './observe/log';
import { readSettings } from './settings';

/** The service as its environment variables describe it. */
export function createService(env: NodeJS.ProcessEnv): { handler: Handler; database: Database; callers: Callers } {
  const settings = readSettings(env);
  const { version, environment, xrayDaemon, authorization, checkIns } = settings;
  const log = jsonLog(version, writeOut);
  const record = callLog(version, environment, writeOut);
  const database = new Database({ credentials: credentialsFrom(settings.database), ca: serverCa(settings), log });
  const callers = new Callers(settings.tokens);
  // Reading the environment is a call into the system: only where there is a daemon to send to.
  const traceHeader = xrayDaemon ? () => env._X_AMZN_TRACE_ID : undefined;
  const handler = createHandler({
    database,
    log,
    record,
    version,
    callers,
    authorization,
    checkIns,
    xrayDaemon,
    traceHeader,
  });
  return { handler, database, callers };
}
