import Ajv, { _ } from 'ajv';
import standaloneCode from 'ajv/dist/standalone';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openapi } from './openapi';
import { type FieldSchema, type ObjectSchema, SCHEMAS } from './schemas';

/** The validators as JavaScript, compiled from the schemas: nothing is compiled at run time. */
export function validatorsSource(): string {
  const ajv = new Ajv({
    allErrors: true,
    messages: false,
    allowUnionTypes: true,
    validateFormats: false,
    inlineRefs: false,
    code: { source: true, lines: true },
  });
  // JSON Schema's multipleOf divides floats: 0.07 / 0.01 is 7.000000000000001. This one asks whether the number is a decimal
  // of two places but for what sums of floats are off by, such as 0.1 + 0.2; it is then taken for that decimal.
  ajv.removeKeyword('multipleOf');
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    code: (context) => {
      const { data } = context;
      context.fail(_`Math.abs(Math.round(${data} * 100) - ${data} * 100) > Math.abs(${data}) * 1e-10`);
    },
  });
  const shared = sharedFields();
  for (const [field, name] of shared) ajv.addSchema(field, name);
  for (const [name, schema] of Object.entries<ObjectSchema>(SCHEMAS)) {
    const properties = Object.entries(schema.properties).map(([key, field]) => {
      const $ref = shared.get(field);
      return [key, $ref ? { $ref } : field];
    });
    ajv.addSchema({ ...schema, properties: Object.fromEntries(properties) }, name);
  }
  const code = standaloneCode(ajv, Object.fromEntries(Object.keys(SCHEMAS).map((name) => [name, name])));
  return `// Made from contract/schemas.ts by \`npm run employee:generate\`; not edited by hand.\n${code}\n`;
}

/** Fields of several schemas: one function of each, where they would be compiled anew into every schema. */
function sharedFields(): Map<FieldSchema, string> {
  const uses = new Map<FieldSchema, number>();
  for (const { properties } of Object.values<ObjectSchema>(SCHEMAS)) {
    for (const field of Object.values(properties)) uses.set(field, (uses.get(field) ?? 0) + 1);
  }
  const several = [...uses].filter(([, count]) => count > 1);
  return new Map(several.map(([field], index) => [field, `field${index}`]));
}

export function openapiSource(): string {
  return `${JSON.stringify(openapi(), null, 2)}\n`;
}

if (require.main === module) {
  writeFileSync(join(__dirname, 'validators.generated.js'), validatorsSource());
  writeFileSync(join(__dirname, '..', 'openapi.json'), openapiSource());
}
