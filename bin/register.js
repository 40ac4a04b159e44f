const { createHash, randomUUID } = require('node:crypto');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const v8 = require('node:v8');
const { addHook } = require('pirates');

// Node 20 compiles functions again, optimized, before they have run often enough to repay it in a process of seconds.
// Later versions wait longer by themselves and do not have the flag. Before anything is compiled: kept code is of use
// only under the flags that it was compiled with.
if (process.version.startsWith('v20.')) v8.setFlagsFromString('--interrupt-budget=500000');

const CACHE = path.join(__dirname, '..', 'node_modules', '.cache', 'erp-platform');
const codeCache = path.join(CACHE, 'code');
if (Module.enableCompileCache) Module.enableCompileCache(codeCache);
else require('./code-cache').keepCode(codeCache);

/**
 * Preloaded by every command (`node -r ./bin/register.js`): TypeScript runs without a build step, as `.swcrc` says.
 * Ready-made registers load the TypeScript compiler for its tsconfig.json, a quarter of a second in each synth; what swc has
 * made of a file is kept, because loading swc costs a tenth.
 */
const configFile = path.join(__dirname, '..', '.swcrc');
const options = `${require('@swc/core/package.json').version}\n${fs.readFileSync(configFile, 'utf8')}`;
addHook(
  (code, filename) => {
    // The map names the source by its place beside the code, so that every copy of the repository may share the result.
    const sourceFileName = path.basename(filename);
    const key = createHash('sha256').update(options).update(sourceFileName).update('\n').update(code).digest('hex');
    const kept = path.join(CACHE, 'javascript', `${key}.js`);
    try {
      return fs.readFileSync(kept, 'utf8');
    } catch {
      const javascript = require('@swc/core').transformSync(code, { filename, sourceFileName, configFile }).code;
      keep(kept, javascript);
      return javascript;
    }
  },
  { exts: ['.ts'] },
);
process.setSourceMapsEnabled(true);

/** Several processes may write the same file at once; one that cannot be written is made again next time. */
function keep(file, content) {
  const writing = `${file}.${randomUUID()}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(writing, content);
    fs.renameSync(writing, file);
  } catch {
    fs.rmSync(writing, { force: true });
  }
}
