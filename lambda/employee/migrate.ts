import { credentialsFrom, withCurrent } from './db/credentials';
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
  const log = jsonLog(settings.version, writeOut);
  const { serviceUser } = settings;
  const ca = serverCa(settings);
  const applied = await withCurrent(credentialsFrom(settings.database), (credentials) =>
    migrate({ credentials, ca, log, serviceUser }),
  );
  return { applied };
}
