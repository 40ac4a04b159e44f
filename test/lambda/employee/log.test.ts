import { buildSync } from 'esbuild';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = mkdtempSync(join(tmpdir(), 'erp-log-'));
const program = join(folder, 'write.cjs');
let child: ChildProcess | undefined;
afterAll(() => {
  child?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes `lines` lines into a pipe that does not block, of which nothing is read for a while. */
async function written(lines: number, unreadMs: number): Promise<{ n?: number; lost?: number }[]> {
  buildSync({
    stdin: {
      // Asking for process.stdout is what makes the pipe non-blocking, as the runtime does.
      contents: `import { writeOut } from './lambda/employee/observe/log';
        process.stdout;
        for (let n = 0; n < ${lines}; n++) writeOut(JSON.stringify({ n, text: '가'.repeat(300) }) + '\\n');
        const last = setInterval(() => writeOut('{"n":-1}\\n'), 100);
        process.on('SIGTERM', () => clearInterval(last));`,
      resolveDir: process.cwd(),
    },
    outfile: program,
    bundle: true,
    platform: 'node',
  });
  child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  await sleep(unreadMs);
  child.stdout?.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    // A slow reader.
    child?.stdout?.pause();
    setTimeout(() => child?.stdout?.resume(), 2);
  });
  const ended = once(child, 'close');
  while (!Buffer.concat(chunks).includes('{"n":-1}')) await sleep(20);
  child.kill();
  await ended;
  return Buffer.concat(chunks)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { n?: number; lost?: number })
    .filter(({ n }) => n !== -1);
}

test('lines keep whole and in order when the pipe is full', async () => {
  const lines = await written(400, 300);
  expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 400 }, (_, n) => n));
});

test('a reader that has gone to sleep loses whole lines, and is told how many', async () => {
  const lines = await written(3000, 2500);
  const kept = lines.flatMap(({ n }) => (n === undefined ? [] : [n]));
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => n));
  expect(kept.length + (lines.find(({ lost }) => lost !== undefined)?.lost ?? 0)).toBeGreaterThanOrEqual(3000);
  expect(lines.length).toBeGreaterThan(kept.length);
});
