import { generateKeyPairSync, sign } from 'node:crypto';
import { type TokenSource } from '../identity/caller';

/** Somebody who signs in. */
export interface Account {
  readonly email: string;
  readonly groups?: readonly ('admins' | 'managers')[];
  readonly name?: string;
  readonly department?: string;
  readonly position?: string;
  /** @default - made of the address */
  readonly subject?: string;
  /** @default true */
  readonly confirmed?: boolean;
}

/** A user pool for this machine: signs ID tokens as Cognito does, with a key of its own. */
export class Issuer {
  readonly #pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly source: Required<TokenSource> = {
    issuer: 'https://cognito-idp.ap-northeast-2.amazonaws.com/ap-northeast-2_Local0000',
    audience: 'local-client',
    keys: JSON.stringify({
      keys: [{ ...this.#pair.publicKey.export({ format: 'jwk' }), kid: 'local', use: 'sig', alg: 'RS256' }],
    }),
  };

  /** An ID token, good for a day. `claims` replace what it would say. */
  token(account: Account, claims: Readonly<Record<string, unknown>> = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      sub: account.subject ?? `account-of-${account.email.replace(/\W/g, '-')}`,
      email: account.email,
      email_verified: account.confirmed ?? true,
      name: account.name,
      'custom:department': account.department,
      'custom:position': account.position,
      'cognito:groups': account.groups,
      iss: this.source.issuer,
      aud: this.source.audience,
      token_use: 'id',
      iat: now,
      exp: now + 86_400,
      ...claims,
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ kid: 'local', alg: 'RS256' })}.${part(payload)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#pair.privateKey).toString('base64url')}`;
  }
}
