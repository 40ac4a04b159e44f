import { LIMITS } from './limits';

/**
 * The requests of the contract as JSON Schema. `contract/generate.ts` compiles them to validators and puts them, with
 * their descriptions, into the OpenAPI document; the descriptions are also what a caller reads when a value is refused.
 */
export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly description?: string;
}

export interface FieldSchema {
  readonly type: string | readonly string[];
  /** Completes the sentence "<field> must be …". */
  readonly description: string;
  readonly [keyword: string]: unknown;
}

/** Space that is trimmed, and control characters (line breaks, NUL). */
const SPACE = ' \\t\\n\\r\\u00a0\\u3000';
const NO_TEXT = '\\u0000-\\u001f\\u007f-\\u009f';
/** The same but for line breaks and tabs. */
const NO_PROSE = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f';
const ADDRESS = `[^\\s@.${NO_TEXT}]`;

const line = (maxLength: number): FieldSchema => ({
  type: 'string',
  minLength: 1,
  maxLength,
  pattern: `^[${SPACE}]*[^${SPACE}${NO_TEXT}][^${NO_TEXT}]*$`,
  description: `text of 1 to ${maxLength} characters on one line`,
});

const text = line(LIMITS.text);

const prose = (maxLength: number): FieldSchema => ({
  type: ['string', 'null'],
  maxLength,
  pattern: `^[^${NO_PROSE}]*$`,
  description: `text of at most ${maxLength} characters, or null for none`,
});

const email: FieldSchema = {
  type: ['string', 'null'],
  maxLength: LIMITS.text,
  // Labels between dots, not any text with a dot in it: that would take quadratic time on a long one.
  pattern: `^(|(${ADDRESS}|\\.)+@${ADDRESS}+(\\.${ADDRESS}+)+)$`,
  description: `an address such as kim@example.com of at most ${LIMITS.text} characters, or null for none`,
};

const filter = (what: string): FieldSchema => ({
  type: 'string',
  maxLength: LIMITS.text,
  pattern: `^[^${NO_TEXT}]*$`,
  description: `the ${what} to look for, of at most ${LIMITS.text} characters`,
});

const id = (description: string): FieldSchema => ({
  type: 'integer',
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description,
});

const employeeId: FieldSchema = { ...id('the id of an employee, a whole number'), examples: [1] };

const date: FieldSchema = {
  type: 'string',
  format: 'date',
  pattern: '^\\d{4}-\\d\\d-\\d\\d$',
  description: 'a date such as 2026-01-31',
};

const limit: FieldSchema = {
  type: 'integer',
  minimum: 1,
  maximum: LIMITS.pageMax,
  default: LIMITS.pageDefault,
  description: `a whole number from 1 to ${LIMITS.pageMax}, the most rows to give at once`,
};

const after: FieldSchema = {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'the id of the last row of the page before, a whole number',
};

const paging = { limit, after };

export const newEmployee: ObjectSchema = {
  type: 'object',
  properties: { name: text, department: text, position: text, email },
  required: ['name', 'department', 'position'],
};

/** Unknown fields are ignored, so that a client may send back the whole employee that it was given. */
export const employeeChange: ObjectSchema = {
  type: 'object',
  properties: newEmployee.properties,
  minProperties: 1,
};

const days = (minimum: number, what: string): FieldSchema => ({
  type: 'number',
  minimum,
  maximum: LIMITS.balance,
  multipleOf: 0.01,
  description: `${what} from ${minimum} to ${LIMITS.balance} with at most two decimals`,
});

const reason = prose(LIMITS.reason);

export const leaveAdjustment: ObjectSchema = {
  type: 'object',
  properties: { adjustment: days(-LIMITS.balance, 'a number of days, negative to take away,'), reason },
  required: ['adjustment'],
};

export const leaveDeduction: ObjectSchema = {
  type: 'object',
  properties: { days: days(0.01, 'a number of days'), reason },
  required: ['days'],
};

export const newLeave: ObjectSchema = {
  type: 'object',
  properties: {
    employeeId,
    startDate: date,
    endDate: date,
    days: days(0.01, 'a number of days'),
    reason: prose(LIMITS.leaveReason),
  },
  required: ['employeeId', 'startDate', 'endDate', 'days'],
};

export const newQuest: ObjectSchema = {
  type: 'object',
  properties: {
    title: line(LIMITS.title),
    description: prose(LIMITS.description),
    rewardDays: days(0, 'a number of days'),
    department: text,
    createdBy: employeeId,
  },
  required: ['title', 'rewardDays', 'department', 'createdBy'],
};

/** Who accepts, completes or claims. */
export const questActor: ObjectSchema = {
  type: 'object',
  properties: { employeeId },
  required: ['employeeId'],
};

/** Without `employeeId` it is about whoever has waited longest. */
export const questDecision: ObjectSchema = { type: 'object', properties: { employeeId } };

export const listQuery: ObjectSchema = {
  type: 'object',
  properties: { department: filter('department'), position: filter('position'), email: filter('email'), ...paging },
};

export const teamQuery: ObjectSchema = {
  type: 'object',
  properties: { department: text, ...paging },
  required: ['department'],
};

export const pageQuery: ObjectSchema = { type: 'object', properties: paging };

export const questsQuery: ObjectSchema = {
  type: 'object',
  properties: {
    limit: {
      ...limit,
      maximum: LIMITS.questsMax,
      default: LIMITS.questsDefault,
      description: `a whole number from 1 to ${LIMITS.questsMax}, the most quests to give at once`,
    },
    after,
  },
};

export const employeeQuery: ObjectSchema = {
  type: 'object',
  properties: { employeeId, ...paging },
  required: ['employeeId'],
};

export const managerQuery: ObjectSchema = {
  type: 'object',
  properties: { managerId: employeeId, ...paging },
  required: ['managerId'],
};

export const SCHEMAS = {
  newEmployee,
  employeeChange,
  leaveAdjustment,
  leaveDeduction,
  newLeave,
  newQuest,
  questActor,
  questDecision,
  listQuery,
  teamQuery,
  pageQuery,
  questsQuery,
  employeeQuery,
  managerQuery,
};
export type SchemaName = keyof typeof SCHEMAS;
