import { type Budget, type Database } from '../db/database';
import { type Answer, type Request } from '../http/event';
import { type Log } from '../observe/log';

/** Everything that an operation may use. */
export interface Call extends Budget {
  readonly request: Request;
  /** The {id} of the path; 0 for routes without one. */
  readonly id: number;
  readonly database: Database;
  readonly log: Log;
  readonly version: string;
}

export type Operation = (call: Call) => Promise<Answer>;
