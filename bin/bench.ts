import { execFileSync, spawnSync } from 'child_process';
import * as path from 'path';
import { helm } from '../lib/assembly/kubernetes/tools';

const REPOSITORY = path.join(__dirname, '..');

/** What is measured, how often, and its budget in seconds on two cores. */
const BENCHES: { name: string; command: string; runs: number; wall: number; cpu?: number }[] = [
  {
    name: 'synth ErpDev, validation off',
    command: 'npx cdk synth ErpDev -q --no-validation',
    runs: 5,
    wall: 4,
    cpu: 4,
  },
  { name: 'synth ErpDev, everything on', command: 'npx cdk synth ErpDev -q', runs: 5, wall: 10 },
  { name: 'helm template, dev', command: `'${helm()}' template erp chart -f chart/values-dev.yaml`, runs: 5, wall: 1 },
  { name: 'unit tests', command: 'npx jest --selectProjects unit', runs: 1, wall: 60 },
];

/** Wall and CPU seconds of a command and all its children. */
function measure(command: string): { wall: number; cpu: number } {
  const script = `TIMEFORMAT='%R %U %S'; time { ${command} >/dev/null 2>&1; }`;
  const { status, stderr } = spawnSync('bash', ['-c', script], { cwd: REPOSITORY, encoding: 'utf8' });
  if (status !== 0) throw new Error(`exit code ${status}: ${command}`);
  const [wall = NaN, user = NaN, system = NaN] = stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { wall, cpu: user + system };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: REPOSITORY, encoding: 'utf8' }).trim();
console.log(`${commit}, Node ${process.version}, medians\n`);
console.log('| what | runs | wall s | budget | CPU s | budget |\n|---|---:|---:|---:|---:|---:|');
let over = false;
for (const { name, command, runs, wall, cpu } of BENCHES) {
  const measured = Array.from({ length: runs }, () => measure(command));
  const medians = { wall: median(measured.map((run) => run.wall)), cpu: median(measured.map((run) => run.cpu)) };
  over ||= medians.wall > wall || medians.cpu > (cpu ?? Infinity);
  console.log(
    `| ${name} | ${runs} | ${medians.wall.toFixed(2)} | ${wall} | ${medians.cpu.toFixed(2)} | ${cpu ?? ''} |`,
  );
}
process.exitCode = over ? 1 : 0;
