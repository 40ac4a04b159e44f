import { credentialsFrom, withCurrent } from './db/credentials';
import { serverCa } from './db/server-ca';
import { type DatabaseUser, SCHEMA_PRIVILEGES, ensureUsers } from './db/users';
import { jsonLog, writeOut } from './observe/log';
import { readSettings } from './settings';

/**
 * Makes the users of the database, by the credentials of its master, which nothing else uses. The deployment calls it
 * once the database is there, and people do after a restore.
 */
export async function handler(): Promise<{ users: string[] }> {
  const settings = readSettings(process.env);
  const credentialsOf = (variable: string) => {
    const secret = process.env[variable];
    if (!secret) throw new Error(`${variable} is not set: it is the name of the secret of a user.`);
    return credentialsFrom(readSettings({ ...process.env, DATABASE_SECRET_ARN: secret }).database)(false);
  };
  const users: DatabaseUser[] = [
    { credentials: await credentialsOf('SERVICE_SECRET'), privileges: [] },
    { credentials: await credentialsOf('MIGRATION_SECRET'), privileges: SCHEMA_PRIVILEGES, grants: true },
    { credentials: await credentialsOf('CLUSTER_SECRET'), privileges: SCHEMA_PRIVILEGES },
  ];
  const log = jsonLog(settings.version, writeOut);
  const ca = serverCa(settings);
  await withCurrent(credentialsFrom(settings.database), (admin) => ensureUsers({ admin, ca, log }, users));
  return { users: users.map(({ credentials }) => credentials.user) };
}
