import { credentialsFrom } from './db/credentials';
import { migrate } from './db/migrator';
import { serverCa } from './db/server-ca';
import { jsonLog, writeOut } from './observe/log';
import { readSettings } from './settings';

/**
 * Brings the schema up to date. The deployment calls it before the new code takes traffic; when it throws, the
 * deployment fails and the old code stays.
 */
export async function handler(): Promise<{ applied: string[] }> {
  const settings = readSettings(process.env);
  const credentials = await credentialsFrom(settings.database)(false);
  const log = jsonLog(settings.version, writeOut);
  const { serviceUser } = settings;
  return { applied: await migrate({ credentials, ca: serverCa(settings), log, serviceUser }) };
}
