import Ajv, { _ } from 'ajv';
import standaloneCode from 'ajv/dist/standalone';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openapi } from './openapi';
import { SCHEMAS } from './schemas';

/** The validators as JavaScript, compiled from the schemas: nothing is compiled at run time. */
export function validatorsSource(): string {
  const ajv = new Ajv({ allErrors: true, messages: false, allowUnionTypes: true, code: { source: true, lines: true } });
  // JSON Schema's multipleOf divides floats: 0.07 / 0.01 is 7.000000000000001. This one asks whether the number is the
  // nearest to a decimal of two places, which is exact.
  ajv.removeKeyword('multipleOf');
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    code: (context) => context.fail(_`Math.round(${context.data} * 100) / 100 !== ${context.data}`),
  });
  for (const [name, schema] of Object.entries(SCHEMAS)) ajv.addSchema(schema, name);
  const code = standaloneCode(ajv, Object.fromEntries(Object.keys(SCHEMAS).map((name) => [name, name])));
  return `// Made from contract/schemas.ts by \`npm run employee:generate\`; not edited by hand.\n${code}\n`;
}

export function openapiSource(): string {
  return `${JSON.stringify(openapi(), null, 2)}\n`;
}

if (require.main === module) {
  writeFileSync(join(__dirname, 'validators.generated.js'), validatorsSource());
  writeFileSync(join(__dirname, '..', 'openapi.json'), openapiSource());
}
