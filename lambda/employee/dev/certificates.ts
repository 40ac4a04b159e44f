import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  /** For the server: --ssl-ca, --ssl-cert and --ssl-key. */
  readonly serverArguments: readonly string[];
  readonly caFile: string;
  readonly ca: string;
  /** Puts a certificate for another host in the place of the server's. */
  reissue(host: string): void;
  remove(): void;
}

/** A certificate authority and a server certificate for `host`, made with openssl for this run. */
export function makeCertificates(host: string): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'erp-tls-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Private Root CA');
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=database');
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  const issue = (name: string): void => {
    writeFileSync(file('names'), `subjectAltName=DNS:${name}\n`);
    openssl('x509', '-req', '-in', 'server.csr', ...sign, '-out', 'server.pem');
  };
  issue(host);
  return {
    serverArguments: [
      `--ssl-ca=${file('ca.pem')}`,
      `--ssl-cert=${file('server.pem')}`,
      `--ssl-key=${file('server.key')}`,
    ],
    caFile: file('ca.pem'),
    ca: readFileSync(file('ca.pem'), 'utf8'),
    reissue: issue,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
