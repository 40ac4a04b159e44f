import { execFileSync, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { helm } from '../lib/assembly/kubernetes/tools';
import { defineCommand } from '../lib/command/command';
import { start } from '../lib/command/start';
import { EXIT } from '../lib/report/exit';
import { markdownTable } from '../lib/report/markdown';

const REPOSITORY = path.join(__dirname, '..');

interface Bench {
  readonly name: string;
  readonly command: () => string;
  readonly runs: number;

  /** Seconds on two cores at most. */
  readonly wall: number;

  /**
   * Seconds of all cores at most, as a multiple of what the CDK CLI takes to start: machines differ, the ratio hardly does.
   *
   * @default - any
   */
  readonly cpuInStarts?: number;
}

const START: Bench = { name: 'start of the CDK CLI', command: () => 'npx cdk --version', runs: 5, wall: 2 };

const BENCHES: readonly Bench[] = [
  START,
  {
    name: 'synth ErpDev, validation off',
    command: () => 'npx cdk synth ErpDev -q --no-validation',
    runs: 5,
    wall: 4,
    cpuInStarts: 2.2,
  },
  {
    name: 'synth ErpDev, everything on',
    command: () => 'npx cdk synth ErpDev -q',
    runs: 5,
    wall: 10,
    cpuInStarts: 8.3,
  },
  {
    name: 'helm template, dev',
    command: () => `'${helm()}' template erp chart -f chart/values-dev.yaml`,
    runs: 5,
    wall: 1,
  },
  { name: 'unit tests', command: () => 'npx jest --selectProjects unit', runs: 1, wall: 40 },
];

export const command = defineCommand({
  name: 'bench',
  summary: 'Measures time and CPU of what developers wait for, against their budgets.',
  examples: { '': 'everything; takes some minutes' },
  builds: false,
  reports: false,
  exitCodes: { [EXIT.problem]: 'a budget is exceeded, or a command failed' },
  run: ({ progress, say }) => {
    const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: REPOSITORY, encoding: 'utf8' });
    say(`${commit.trim()}, Node ${process.version}, medians\n`);
    const measured = BENCHES.map((bench) => {
      const runs = progress.blocking(bench.name, () =>
        Array.from({ length: bench.runs }, () => measure(bench.command())),
      );
      return { bench, wall: median(runs, 'wall'), cpu: median(runs, 'cpu') };
    });
    const start = measured.find(({ bench }) => bench === START)?.cpu ?? NaN;
    const results = measured.map(({ bench, ...median }) => ({
      ...bench,
      median,
      cpu: bench.cpuInStarts && bench.cpuInStarts * start,
    }));
    say(
      markdownTable({
        columns: ['what', 'runs', 'wall s', 'budget', 'CPU s', 'budget'],
        right: [1, 2, 3, 4, 5],
        rows: results.map(({ name, runs, median: { wall, cpu }, ...budget }) => [
          name,
          ...[String(runs), wall.toFixed(2), String(budget.wall), cpu.toFixed(2), budget.cpu?.toFixed(2) ?? ''],
        ]),
      }),
    );
    const isOver = results.some(
      ({ median: { wall, cpu }, ...budget }) => wall > budget.wall || cpu > (budget.cpu ?? Infinity),
    );
    return isOver ? EXIT.problem : EXIT.fine;
  },
});

/** Wall and CPU seconds of a command and all its children. */
function measure(line: string): { readonly wall: number; readonly cpu: number } {
  const script = `TIMEFORMAT='%R %U %S'; time { ${line} >/dev/null 2>&1; }`;
  const { status, stderr } = spawnSync('bash', ['-c', script], { cwd: REPOSITORY, encoding: 'utf8' });
  if (status !== 0) throw new Error(`exit code ${status}: ${line}`);
  const [wall = NaN, user = NaN, system = NaN] = stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { wall, cpu: user + system };
}

function median(runs: readonly { readonly wall: number; readonly cpu: number }[], of: 'wall' | 'cpu'): number {
  const sorted = runs.map((run) => run[of]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

if (require.main === module) void start(command);
