import { type ObjectSchema } from './schemas';

/** One thing wrong with a request. */
export interface Problem {
  /** The field or query parameter; empty for the whole body. */
  readonly field: string;
  readonly message: string;
}

/** The parts of a validator's error that are read. */
export interface SchemaError {
  readonly keyword: string;
  /** A JSON pointer. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One sentence per field, from the field's description and the value that was sent. */
export function problemsOf(schema: ObjectSchema, value: unknown, errors: readonly SchemaError[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const missing = error.keyword === 'required';
    const field = missing ? String(error.params.missingProperty) : error.instancePath.slice(1);
    const rule = schema.properties[field]?.description;
    // Several rules of one field make one problem.
    if (problems.has(field)) continue;
    if (rule === undefined) problems.set(field, { field: '', message: objectProblem(schema, value) });
    else if (missing) problems.set(field, { field, message: `${field} is missing: it must be ${rule}` });
    else {
      const got = (value as Record<string, unknown>)[field];
      problems.set(field, { field, message: `${field} must be ${rule}; got ${show(got)}` });
    }
  }
  return [...problems.values()];
}

function objectProblem(schema: ObjectSchema, value: unknown): string {
  const fields = Object.keys(schema.properties).join(', ');
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? `give at least one of ${fields}`
    : `the body must be a JSON object with ${fields}; got ${show(value)}`;
}

/** A value as the caller wrote it, shortened to something readable. */
function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  const characters = [...text];
  if (characters.length <= 60) return text;
  return `${characters.slice(0, 40).join('')}… (${[...String(value)].length} characters)`;
}
