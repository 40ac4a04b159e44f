import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone';

/** Source of a CommonJS module that exports Ajv's check of a JSON Schema, with all problems and what they are about. */
export function compile(schema: string): string {
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, code: { source: true } });
  return standaloneCode(ajv, ajv.compile(JSON.parse(schema)));
}
