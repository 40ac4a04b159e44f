import { HttpError } from '../http/http-error';
import { type Problem, type SchemaError, problemsOf } from './problems';
import { type ObjectSchema, SCHEMAS, type SchemaName } from './schemas';
import * as compiled from './validators.generated';

/** What a valid request of each schema looks like, once read. */
export interface Valid {
  newEmployee: { name: string; department: string; position: string; email?: string | null };
  employeeChange: { name?: string; department?: string; position?: string; email?: string | null };
  leaveAdjustment: { adjustment: number; reason?: string | null };
  leaveDeduction: { days: number; reason?: string | null };
  newLeave: { employeeId: number; startDate: string; endDate: string; days: number; reason?: string | null };
  newQuest: {
    title: string;
    description?: string | null;
    rewardDays: number;
    department: string;
    createdBy: number;
  };
  questActor: { employeeId: number };
  questDecision: { employeeId?: number };
  listQuery: { department?: string; position?: string; email?: string } & Paging;
  teamQuery: { department: string } & Paging;
  pageQuery: Paging;
  questsQuery: Paging;
  employeeQuery: { employeeId: number } & Paging;
  managerQuery: { managerId: number } & Paging;
}

interface Paging {
  limit?: number;
  after?: number;
}

export type QueryName = Extract<SchemaName, `${string}Query`>;

type Validator = ((value: unknown) => boolean) & { errors?: readonly SchemaError[] | null };

/** Half of a surrogate pair is no text; patterns of OpenAPI, which other engines read, cannot say so. */
const HALF = /\p{Cs}/u;

/** The known fields of `value` if it keeps to the schema; a 400 that names every problem otherwise. */
export function validate<N extends SchemaName>(name: N, value: unknown): Valid[N] {
  const schema: ObjectSchema = SCHEMAS[name];
  const validator: Validator = compiled[name];
  const cleaned = typeof value === 'object' && value !== null && !Array.isArray(value) ? clean(schema, value) : value;
  const halves = Object.entries(Object(cleaned) as object).filter(
    ([, text]) => typeof text === 'string' && HALF.test(text),
  );
  if (!validator(cleaned) || halves.length > 0) {
    const errors = halves.map(([field]) => ({ keyword: 'text', instancePath: `/${field}`, params: {} }));
    throw invalid(problemsOf(schema, cleaned, [...errors, ...(validator.errors ?? [])]));
  }
  return cleaned as Valid[N];
}

export function invalid(problems: readonly Problem[]): HttpError {
  return new HttpError(400, problems.map((problem) => problem.message).join('; '), problems);
}

/**
 * The fields that the schema knows, in its order. Text is trimmed and brought to NFC: a Mac sends Hangul in pieces
 * (NFD), which counts more characters and would not be found by a filter in NFC. An empty email means none.
 */
function clean(schema: ObjectSchema, value: object): Record<string, unknown> {
  const cleaned: Record<string, unknown> = {};
  for (const field of Object.keys(schema.properties)) {
    const given: unknown = Object.hasOwn(value, field) ? value[field as keyof typeof value] : undefined;
    if (given === undefined) continue;
    const text = typeof given === 'string' ? cleanText(given, schema.properties[field]?.maxLength) : given;
    cleaned[field] = field === 'email' && text === '' ? null : text;
  }
  return cleaned;
}

/** Too long text stays as it is, for the schema to refuse: its limits count the space around it. */
function cleanText(given: string, maxLength: unknown): string {
  const text = given.normalize('NFC');
  return typeof maxLength === 'number' && text.length > maxLength && [...text].length > maxLength ? text : text.trim();
}

/** Query parameters arrive as text: whole numbers become numbers where the schema wants one, empty ones are left out. */
export function validateQuery<N extends QueryName>(name: N, query: ReadonlyMap<string, string>): Valid[N] {
  const schema: ObjectSchema = SCHEMAS[name];
  const value: Record<string, unknown> = {};
  for (const [field, { type }] of Object.entries(schema.properties)) {
    const text = query.get(field);
    if (text?.trim()) value[field] = type === 'integer' && /^\d{1,16}$/.test(text.trim()) ? Number(text) : text;
  }
  return validate(name, value);
}
