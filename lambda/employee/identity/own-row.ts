import { LIMITS } from '../contract/limits';
import { type Session } from '../db/database';
import { type DatabaseError } from '../db/failure';
import { type Call } from '../employees/call';
import { toSqlTime } from '../employees/time';
import { forbidden } from '../http/failures';

/** The caller as an employee. */
export interface Self {
  readonly id: number;
  readonly department: string;
}

interface SelfRow extends Self {
  readonly email: string | null;
}

/** Of whom nobody has said where he works; it makes nobody anybody's manager. */
export const NO_DEPARTMENT = 'unassigned';

const BY_SUBJECT = 'SELECT id, department, email FROM employees WHERE subject = ?';

/**
 * The caller's own row. The first call of a person makes it: it is the row with the account's confirmed address, or a new
 * one of what the token says. `given` completes what the token does not say of somebody who leads nobody.
 */
export async function ownRow(
  call: Call,
  given: { readonly name?: string; readonly department?: string; readonly position?: string } = {},
): Promise<Self & { readonly created: boolean }> {
  const { person, subject, role } = call.caller;
  if (!person) throw forbidden('a service has no row of its own: this is for signed-in people');
  const [row] = await call.database.run('read', call, (session) => session.rows<SelfRow>(BY_SUBJECT, [subject]));
  if (row && (person.email === undefined || row.email === person.email)) return { ...row, created: false };
  const { email } = person;
  if (email === undefined) {
    throw forbidden('the e-mail address of your account is not confirmed, and you are found by it: confirm it first');
  }
  if (row) {
    await call.database.run('repeatable', call, (session) => rename(session, row.id, email));
    return { ...row, created: false };
  }
  const department = person.department ?? (role === 'employee' ? given.department : undefined) ?? NO_DEPARTMENT;
  const position = person.position ?? given.position ?? (role === 'employee' ? 'STAFF' : 'MANAGER');
  const name = person.name ?? given.name ?? email;
  const texts = [name, department, position].map((text) => [...text].slice(0, LIMITS.text).join(''));
  return call.database.run('repeatable', call, async (session) => {
    const found = await session.change('UPDATE employees SET subject = ? WHERE email_key = ?', [
      subject,
      email.toLowerCase(),
    ]);
    if (found.affectedRows === 0) {
      await ignoringDuplicates(
        session.change(
          `INSERT INTO employees (name, department, position, email, subject, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
          [...texts, email, subject, toSqlTime(call.now)],
        ),
      );
    }
    const [made] = await session.rows<SelfRow>(BY_SUBJECT, [subject]);
    if (!made) throw new Error('The row of a person who signed in was taken away while it was made.');
    return { ...made, created: found.affectedRows === 0 };
  });
}

/** A new address, unless another row has it, which an administrator has to sort out. */
const rename = (session: Session, id: number, email: string): Promise<unknown> =>
  ignoringDuplicates(session.change('UPDATE employees SET email = ? WHERE id = ?', [email, id]));

/** What has the same address or account was made by another call at the same moment. */
function ignoringDuplicates(change: Promise<unknown>): Promise<unknown> {
  return change.catch((error: unknown) => {
    if ((error as DatabaseError).errno !== 1062) throw error;
  });
}
