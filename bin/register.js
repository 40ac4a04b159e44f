const path = require('node:path');
const v8 = require('node:v8');
const { transformSync } = require('@swc/core');
const { addHook } = require('pirates');

/**
 * Preloaded by every command (`node -r ./bin/register.js`): TypeScript runs without a build step, as `.swcrc` says.
 * Ready-made registers load the TypeScript compiler for its tsconfig.json, a quarter of a second in each synth.
 */
const configFile = path.join(__dirname, '..', '.swcrc');
addHook((code, filename) => transformSync(code, { filename, configFile }).code, { exts: ['.ts'] });
process.setSourceMapsEnabled(true);

// Node 20 compiles functions again, optimized, before they have run often enough to repay it in a process of seconds.
// Later versions wait longer by themselves and do not have the flag.
if (process.version.startsWith('v20.')) v8.setFlagsFromString('--interrupt-budget=500000');
