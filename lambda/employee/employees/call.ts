import { type Budget, type Database } from '../db/database';
import { type Answer, type Request } from '../http/event';
import { type Access } from '../identity/authorize';
import { type Caller } from '../identity/caller';
import { type Log } from '../observe/log';

/** Everything that an operation may use. */
export interface Call extends Budget {
  readonly request: Request;
  /** The {id} of the path; 0 for routes without one. */
  readonly id: number;
  readonly database: Database;
  readonly log: Log;
  readonly version: string;
  readonly caller: Caller;
  /** What the caller may do here. */
  access: Access;
  /** When the call began. */
  readonly now: Date;
  /** Whether somebody may check in once a day or as often as he likes. */
  readonly checkIns: CheckIns;
}

export type CheckIns = 'daily' | 'unlimited';

export type Operation = (call: Call) => Promise<Answer>;
