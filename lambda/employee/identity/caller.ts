import { JwtVerifier } from 'aws-jwt-verify';
import { JwksValidationError, FetchError, WaitPeriodNotYetEndedJwkError } from 'aws-jwt-verify/error';
import { ENTRY_HEADER } from '../http/entry-header';
import { type Request } from '../http/event';
import { unavailable, unauthorized } from '../http/failures';

export type Role = 'employee' | 'manager' | 'administrator' | 'service';

export interface Caller {
  readonly role: Role;
  /** Of the user pool: the account's id, which is no personal data; `service` for callers in the cluster. */
  readonly subject: string;
  /** What the token says; undefined for a service. */
  readonly person?: Person;
}

export interface Person {
  /** Only an address that the person has confirmed. */
  readonly email?: string;
  readonly name?: string;
  readonly department?: string;
  readonly position?: string;
}

/** The user pool whose ID tokens are taken. */
export interface TokenSource {
  /** `https://cognito-idp.<region>.amazonaws.com/<user pool>` */
  readonly issuer: string;
  /** App client of the frontend. */
  readonly audience: string;
  /**
   * JSON Web Key Set of the issuer.
   *
   * @default - fetched from the issuer
   */
  readonly keys?: string;
}

/** What each group of the user pool is, strongest first; who is in none is an employee. */
export const ROLES_OF_GROUPS = { admins: 'administrator', managers: 'manager' } as const satisfies Record<string, Role>;
const SERVICE: Caller = { role: 'service', subject: 'service' };

/** A browser sends the same token for an hour; checking its signature takes as long as a short query. */
const TOKENS_KEPT = 200;

/**
 * Tells who calls. People come with the ID token that the API has let through, and it is verified here again: a header
 * that says who somebody is could be written by any pod that reaches the load balancer. Without a token it is a pod,
 * because the API lets nothing through without one.
 */
export class Callers {
  readonly #verifier: ReturnType<typeof verifierOf> | undefined;
  readonly #known = new Map<string, { caller: Caller; until: number }>();

  constructor(source: TokenSource | undefined) {
    this.#verifier = source && verifierOf(source);
  }

  /** Fetches the keys ahead of the first call; nothing waits for it, and a failure is met again by that call. */
  open(): void {
    this.#verifier?.hydrate().catch(() => undefined);
  }

  of(request: Request): Caller | Promise<Caller> {
    const header = request.header('authorization');
    if (header === undefined) {
      if (request.header(ENTRY_HEADER) === undefined) return SERVICE;
      throw unauthorized('this needs a signed-in person: send the ID token as Authorization: Bearer …');
    }
    const known = this.#known.get(header);
    return known && known.until > Date.now() ? known.caller : this.#verify(header);
  }

  async #verify(header: string): Promise<Caller> {
    if (!this.#verifier) throw unauthorized('tokens are not taken here, because no user pool is configured');
    try {
      const claims = await this.#verifier.verify(header.replace(/^bearer /i, '').trim());
      const caller = callerOf(claims);
      if (this.#known.size >= TOKENS_KEPT) this.#known.clear();
      this.#known.set(header, { caller, until: Number(claims.exp) * 1000 });
      return caller;
    } catch (error) {
      const keysMissing = [FetchError, WaitPeriodNotYetEndedJwkError, JwksValidationError];
      if (keysMissing.some((kind) => error instanceof kind)) {
        throw unavailable('the token cannot be checked, because the keys of the user pool cannot be read');
      }
      throw unauthorized('the token is not a valid ID token of this application: sign in again');
    }
  }
}

function verifierOf({ issuer, audience, keys }: TokenSource) {
  const verifier = JwtVerifier.create({
    issuer,
    audience,
    customJwtCheck: ({ payload }) => {
      if (payload.token_use !== 'id') throw new Error('Not an ID token.');
    },
  });
  if (keys) verifier.cacheJwks(JSON.parse(keys) as Parameters<typeof verifier.cacheJwks>[0]);
  return verifier;
}

type Claims = Readonly<Record<string, unknown>>;

function callerOf(claims: Claims): Caller {
  const groups: unknown = claims['cognito:groups'];
  const group = Array.isArray(groups) ? Object.keys(ROLES_OF_GROUPS).find((name) => groups.includes(name)) : undefined;
  const confirmed = claims.email_verified === true || claims.email_verified === 'true';
  return {
    role: group === undefined ? 'employee' : ROLES_OF_GROUPS[group as keyof typeof ROLES_OF_GROUPS],
    subject: String(claims.sub),
    person: {
      email: confirmed ? textOf(claims.email) : undefined,
      name: textOf(claims.name),
      department: textOf(claims['custom:department']),
      position: textOf(claims['custom:position']),
    },
  };
}

/** As the fields of an employee are: trimmed, in NFC, none for empty. */
function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' ? claim.trim().normalize('NFC') || undefined : undefined;
}
