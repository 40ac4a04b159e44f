import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';

const CODE_CACHE = path.join(__dirname, '..', '..', 'bin', 'code-cache.js');

let directory: string;
let pack: string;
let cache: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-code-cache-'));
  pack = path.join(directory, 'node_modules', 'pack', 'index.js');
  cache = path.join(directory, 'cache');
  fs.mkdirSync(path.dirname(pack), { recursive: true });
});

afterEach(() => fs.rmSync(directory, { recursive: true }));

/** What the package exports in a new process. */
async function load(): Promise<string> {
  const script = `require(${JSON.stringify(CODE_CACHE)}).keepCode(${JSON.stringify(cache)}); console.log(require(${JSON.stringify(pack)})());`;
  const { stdout } = await promisify(execFile)('node', ['-e', script]);
  return stdout.trim();
}

const cacheFiles = () => fs.readdirSync(cache).map((name) => path.join(cache, name));

test('kept code runs instead of compiled code, and only while the source is the same', async () => {
  fs.writeFileSync(pack, 'module.exports = () => "one" + __filename.slice(-8);');
  expect(await load()).toBe('oneindex.js');
  const [file = ''] = cacheFiles();
  const first = fs.statSync(file).mtimeMs;

  expect(await load()).toBe('oneindex.js');
  expect(fs.statSync(file).mtimeMs).toBe(first);

  // V8 would take code of the same length for the same code.
  fs.writeFileSync(pack, 'module.exports = () => "two" + __filename.slice(-8);');
  expect(await load()).toBe('twoindex.js');
});

test('modules find what Node gives them', async () => {
  fs.writeFileSync(
    pack,
    `module.exports = () => [require('./package.json').name, require.resolve('fs'), typeof require.cache[__filename],
      typeof require.resolve.paths('x'), this === module.exports, module.parent === require.main].join();`,
  );
  fs.writeFileSync(path.join(path.dirname(pack), 'package.json'), '{ "name": "pack" }');

  const expected = 'pack,fs,object,object,false,false';
  expect(await load()).toBe(expected);
  expect(await load()).toBe(expected);
});

test('a damaged file is written again', async () => {
  fs.writeFileSync(pack, 'module.exports = () => "one";');
  await load();
  const [file = ''] = cacheFiles();
  fs.truncateSync(file, 20);

  expect(await load()).toBe('one');
  expect(fs.statSync(file).size).toBeGreaterThan(20);
});

test('processes that write at once leave one file', async () => {
  fs.writeFileSync(pack, 'module.exports = () => "one";');

  expect(await Promise.all([load(), load(), load(), load()])).toEqual(['one', 'one', 'one', 'one']);
  expect(cacheFiles()).toHaveLength(1);
});
