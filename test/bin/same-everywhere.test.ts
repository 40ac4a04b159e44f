import { execFile } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';

const REPOSITORY = path.join(__dirname, '..', '..');
const { context } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'cdk.json'), 'utf8')) as { context: object };

/** Moves the clock of a process by some days. */
const otherDay = (days: number) => `
const RealDate = Date;
const shift = ${days} * 86400000;
globalThis.Date = class extends RealDate {
  constructor(...args) { if (args.length) super(...args); else super(RealDate.now() + shift); }
  static now() { return RealDate.now() + shift; }
};
`;

/** Templates and asset manifests of a copy of the repository in a folder of its own, by file name. */
async function synthesize(days: number, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), `erp-machine-${'x'.repeat(days)}`));
  for (const name of ['bin', 'lib', 'lambda', 'chart', '.swcrc', 'cdk.json', 'package.json']) {
    fs.cpSync(path.join(REPOSITORY, name), path.join(copy, name), { recursive: true, preserveTimestamps: false });
  }
  fs.symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(copy, 'node_modules'));
  fs.writeFileSync(path.join(copy, 'clock.cjs'), otherDay(days));
  const output = path.join(copy, 'cdk.out');
  await promisify(execFile)('node', ['-r', './clock.cjs', '-r', './bin/register.js', 'bin/erp.ts'], {
    cwd: copy,
    env: {
      ...process.env,
      CDK_VALIDATION: 'false',
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      ...env,
    },
  });
  const files = fs.readdirSync(output).filter((name) => /\.(template|assets)\.json$/.test(name));
  const contents = files.map((name) => [name, fs.readFileSync(path.join(output, name), 'utf8')]);
  fs.rmSync(copy, { recursive: true });
  return Object.fromEntries(contents) as Record<string, string>;
}

test('two machines on two days synthesize the same bytes', async () => {
  const [here, there] = await Promise.all([
    synthesize(0, { TZ: 'Asia/Seoul', LANG: 'ko_KR.UTF-8', USER: 'one' }),
    synthesize(45, { TZ: 'America/Los_Angeles', LANG: 'C', USER: 'another', HOME: os.tmpdir() }),
  ]);
  const hash = (text: string) => crypto.createHash('sha256').update(text).digest('hex');

  expect(Object.keys(here).length).toBeGreaterThan(20);
  expect(Object.entries(there).map(([name, text]) => [name, hash(text)])).toEqual(
    Object.entries(here).map(([name, text]) => [name, hash(text)]),
  );
});
