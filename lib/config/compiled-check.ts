import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import type { ValidateFunction } from 'ajv';
import { cached } from '../cache';
import type * as compileSchema from './compile-schema';

/**
 * The check that a JSON Schema describes. Compiling takes longer than all checks together, so the code is kept.
 *
 * @param name folder in the cache
 * @param parts everything that the code is made of
 * @param schema makes the schema, where the code is not kept yet
 */
export function compiledCheck(
  name: string,
  parts: readonly (string | Buffer)[],
  schema: () => string,
): ValidateFunction {
  const compiler = require.resolve('./compile-schema');
  const hash = [fs.readFileSync(compiler), ...parts]
    .reduce((all, part) => all.update(part), createHash('sha256'))
    .digest('hex');
  const code = cached(path.join(name, `${hash}.js`), (file) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used
    const { compile } = require(compiler) as typeof compileSchema;
    fs.writeFileSync(file, compile(schema()));
  });
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- just written
  return require(code) as ValidateFunction;
}
