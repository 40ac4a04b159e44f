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

/** No control characters (line breaks, NUL), no halves of surrogate pairs, which are not text. */
const TEXT = '^[^\\p{Cc}\\p{Cs}]*$';

const text: FieldSchema = {
  type: 'string',
  minLength: 1,
  maxLength: LIMITS.text,
  pattern: TEXT,
  description: `text of 1 to ${LIMITS.text} characters on one line`,
};

const email: FieldSchema = {
  type: ['string', 'null'],
  maxLength: LIMITS.text,
  pattern: '^[^\\s@\\p{Cc}\\p{Cs}]+@[^\\s@\\p{Cc}\\p{Cs}]+\\.[^\\s@\\p{Cc}\\p{Cs}]+$',
  description: `an address such as kim@example.com of at most ${LIMITS.text} characters, or null for none`,
};

const filter = (what: string): FieldSchema => ({
  type: 'string',
  maxLength: LIMITS.text,
  pattern: TEXT,
  description: `the ${what} to look for, of at most ${LIMITS.text} characters`,
});

const limit: FieldSchema = {
  type: 'integer',
  minimum: 1,
  maximum: LIMITS.pageMax,
  default: LIMITS.pageDefault,
  description: `a whole number from 1 to ${LIMITS.pageMax}, the most employees to give at once`,
};

const after: FieldSchema = {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'the id of the last employee of the page before, a whole number',
};

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

export const leaveAdjustment: ObjectSchema = {
  type: 'object',
  properties: { adjustment: days(-LIMITS.balance, 'a number of days, negative to take away,') },
  required: ['adjustment'],
};

export const leaveDeduction: ObjectSchema = {
  type: 'object',
  properties: { days: days(0.01, 'a number of days') },
  required: ['days'],
};

export const listQuery: ObjectSchema = {
  type: 'object',
  properties: { department: filter('department'), position: filter('position'), limit, after },
};

export const teamQuery: ObjectSchema = {
  type: 'object',
  properties: { department: text, limit, after },
  required: ['department'],
};

export const SCHEMAS = { newEmployee, employeeChange, leaveAdjustment, leaveDeduction, listQuery, teamQuery };
export type SchemaName = keyof typeof SCHEMAS;
