import { type Settings } from '../settings';
import { RDS_CA } from './rds-ca';

/** Who may vouch for the database's certificate. A secret means RDS, which is always spoken to over TLS. */
export function serverCa({ database, ca }: Settings): string | undefined {
  return ca ?? (database.kind === 'secret' ? RDS_CA : undefined);
}
