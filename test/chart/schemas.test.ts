import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { expectFresh } from './golden';

const root = join(__dirname, '..', '..');

test('schemas.json is what the types in kinds.ts say', () => {
  const schema = createGenerator({
    path: join(root, 'lib', 'assembly', 'kubernetes', 'kinds.ts'),
    type: 'Kinds',
    skipTypeCheck: true,
    jsDoc: 'none',
    additionalProperties: false,
  }).createSchema('Kinds');
  // The types know quantities as strings; the API takes bare numbers too.
  const definitions = { ...schema.definitions, Quantity: { type: ['string', 'number'] } };

  expectFresh(
    join(root, 'test', 'lib', 'assembly', 'kubernetes', 'schemas.json'),
    `${JSON.stringify({ ...schema, definitions }, undefined, 1)}\n`,
  );
});
