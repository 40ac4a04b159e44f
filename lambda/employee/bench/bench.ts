import { buildSync } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { buildEmployee } from '../build';
import { createMigratedDatabase } from '../dev/database';
import { findServer } from '../dev/find-server';
import { PEERS, PRELUDE } from './peers';
import { median } from './statistics';

const USAGE = `npm run bench:employee [-- --peers] [-- --node24]
  --peers   also measure other ways to write the service; installs them into a folder below ${tmpdir()}
  --node24  run on the Node 24 of the npm package node@24, installed the same way; otherwise on this Node
Ends with status 1 when a budget is exceeded.`;

const ROOT = join(__dirname, '../../..');
const CACHE = join(tmpdir(), 'erp-employee-bench');
const INIT_ROUNDS = 21;
const SERVICE = 'this service';
const BARE = 'mysql2 alone, untrimmed';

interface Variant {
  readonly name: string;
  readonly file: string;
}

interface Init {
  readonly ms: number;
  /** To mysql2 alone. */
  readonly ratio: number;
}

interface Warm {
  readonly results: Record<string, Record<string, { p10: number; ratio: number; perSecond: number }>>;
  readonly failures: readonly { name: string; failure: string }[];
}

function install(packages: readonly string[]): void {
  mkdirSync(CACHE, { recursive: true });
  if (!existsSync(join(CACHE, 'package.json'))) writeFileSync(join(CACHE, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], {
    cwd: CACHE,
    stdio: 'inherit',
  });
}

function node24(): string {
  install(['node@24']);
  const binary = join(CACHE, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(binary)) return binary;
  // npm was told not to run installation scripts: this one only fetches the package of the platform's binary.
  const { version } = JSON.parse(readFileSync(join(CACHE, 'node_modules', 'node', 'package.json'), 'utf8')) as {
    version: string;
  };
  const platform = `node-${process.platform}-${process.arch}`;
  install([`${platform}@${version}`]);
  return join(CACHE, 'node_modules', platform, 'bin', 'node');
}

function bundle(folder: string, name: string, source: string, resolveDir: string): Variant {
  const file = join(folder, `${name.replace(/\W+/g, '-')}.mjs`);
  buildSync({
    stdin: { contents: source, resolveDir, loader: 'js' },
    nodePaths: [join(ROOT, 'node_modules')],
    outfile: file,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import{createRequire as createRequireHere}from'node:module';const require=createRequireHere(import.meta.url);",
    },
    logLevel: 'error',
  });
  return { name, file };
}

/** Milliseconds from the start of the import until the handler is there, each in a process of its own. */
function measureInit(node: string, variants: readonly Variant[], env: NodeJS.ProcessEnv): Map<string, Init> {
  const script =
    'const t=performance.now();import(process.argv[1]).then(()=>{require("fs").writeSync(1,String(performance.now()-t));process.exit(0)})';
  const times = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < INIT_ROUNDS; round++) {
    for (const { name, file } of variants) {
      const { stdout, stderr } = spawnSync(node, ['-e', script, file], { env, encoding: 'utf8' });
      const time = Number.parseFloat(stdout);
      if (!Number.isFinite(time)) throw new Error(`${name} did not load: ${stderr.slice(-600)}`);
      times.get(name)?.push(time);
    }
  }
  const bare = times.get(BARE) ?? [];
  // The ratio of neighbours in time: what slows the machine for a while slows both.
  const ratio = (all: readonly number[]) => median(all.map((time, round) => time / (bare[round] ?? NaN)));
  return new Map([...times].map(([name, all]) => [name, { ms: median(all), ratio: ratio(all) }]));
}

function measureWarm(node: string, variants: readonly Variant[], env: NodeJS.ProcessEnv): Warm {
  const options = JSON.stringify({ root: ROOT, variants, rounds: 150, batch: 20 });
  // The service's log goes where Lambda's pipe would be: written, and not waited for.
  const { output, stderr, status } = spawnSync(node, [join(__dirname, 'warm.mjs'), options], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`the warm measurement failed: ${stderr.slice(-600)}`);
  return JSON.parse(output[3] ?? '') as Warm;
}

async function main(): Promise<void> {
  const flags = process.argv.slice(2);
  const unknown = flags.filter((flag) => flag !== '--peers' && flag !== '--node24');
  if (unknown.length > 0) throw new Error(`${unknown.join(' ')} is not known.\n${USAGE}`);
  const say = (line: string) => console.error(line);
  const node = flags.includes('--node24') ? node24() : process.execPath;
  const peers = flags.includes('--peers') ? PEERS : [];
  if (peers.length > 0) install(peers.flatMap((peer) => peer.packages));

  const folder = mkdtempSync(join(tmpdir(), 'erp-bench-'));
  const server = await findServer(say);
  const database = await createMigratedDatabase(server.url);
  try {
    const connection = await createConnection(database.url);
    for (let i = 0; i < 1000; i++) {
      await connection.execute(
        "INSERT INTO employees (name, department, position, annual_leave_balance, created_at) VALUES ('김민수', ?, '대리', 9999999, NOW(6))",
        [i % 2 === 0 ? '개발팀' : `부서 ${i % 9}`],
      );
    }
    await connection.end();

    buildEmployee(folder, 'ap-northeast-2');
    const service: Variant = { name: SERVICE, file: join(folder, 'index.mjs') };
    const bare = bundle(
      folder,
      BARE,
      "import mysql from 'mysql2'; export const handler = async () => mysql.createConnection;",
      ROOT,
    );
    const others = peers.map((peer) => bundle(folder, peer.name, PRELUDE + peer.source, CACHE));
    // Calls without a token are a service's, which may not add people.
    const env = { PATH: process.env.PATH, DATABASE_URL: database.url, AUTHORIZATION: 'observe' };

    say(`measuring on ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}, with ${server.how} …`);
    const init = measureInit(node, [service, bare, ...others], env);
    const warm = measureWarm(node, [service, ...others], env);
    process.exitCode = report([service, bare, ...others], init, warm) ? 0 : 1;
  } finally {
    await database.drop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(variants: readonly Variant[], init: Map<string, Init>, { results, failures }: Warm): boolean {
  console.log('| variant | bundle kB | init ms | ratio to mysql2 alone |\n|---|---:|---:|---:|');
  for (const { name, file } of variants) {
    const { ms, ratio } = init.get(name) ?? { ms: NaN, ratio: NaN };
    console.log(`| ${name} | ${(statSync(file).size / 1000).toFixed(0)} | ${ms.toFixed(1)} | ${ratio.toFixed(2)} |`);
  }
  for (const [route, subjects] of Object.entries(results)) {
    console.log(`\n| ${route} | p10 µs | ratio to raw execute | calls per s |\n|---|---:|---:|---:|`);
    for (const [name, { p10, ratio, perSecond }] of Object.entries(subjects)) {
      console.log(`| ${name} | ${(p10 * 1000).toFixed(0)} | ${ratio.toFixed(2)} | ${perSecond.toFixed(0)} |`);
    }
  }
  for (const { name, failure } of failures) console.log(`\nnot measured: ${name}: ${failure.slice(0, 300)}`);

  const size = statSync(variants.find(({ name }) => name === SERVICE)?.file ?? '').size / 1000;
  const ratio = (route: string) => results[route]?.[SERVICE]?.ratio ?? NaN;
  const budgets: [string, number, number][] = [
    ['bundle kB', size, 350],
    ['init, ratio to mysql2 alone', init.get(SERVICE)?.ratio ?? NaN, 1.15],
    ['GET by id p10, ratio to raw', ratio('GET /employees/{id}'), 1.2],
    ['list of 500 p10, ratio to raw', ratio('GET /employees?department='), 1.3],
    ['POST p10, ratio to raw', ratio('POST /employees'), 1.25],
  ];
  console.log('\n| budget | measured | allowed | |\n|---|---:|---:|---|');
  for (const [name, value, allowed] of budgets) {
    console.log(`| ${name} | ${value.toFixed(2)} | ${allowed} | ${value <= allowed ? 'kept' : 'EXCEEDED'} |`);
  }
  return budgets.every(([, value, allowed]) => value <= allowed);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
