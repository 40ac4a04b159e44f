import { type Settings } from '../settings';

/** The certificate authorities of RDS in the region that the bundle is built for; the build puts them here. */
declare const RDS_CA: string;

/** Who may vouch for the database's certificate. A secret means RDS, which is always spoken to over TLS. */
export function serverCa({ database, ca }: Settings): string | undefined {
  return ca ?? (database.kind === 'secret' ? RDS_CA : undefined);
}
