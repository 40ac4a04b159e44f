import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Programs } from '../../../../lib/tools/rehearsal/programs';
import { REPOSITORY, temporaryFolder } from '../../synth';

const PATH = process.env.PATH ?? '';

function programs(): { programs: Programs; cleanUp: () => void } {
  const works: (() => void)[] = [];
  return {
    programs: new Programs({ folder: temporaryFolder(), path: PATH, cleanUp: (work) => works.push(work) }),
    cleanUp: () => works.forEach((work) => work()),
  };
}

/** A program that ends at no polite signal, nor does what it has started, and that writes down both process ids. */
const STUBBORN = (pids: string) => ['-c', `trap '' TERM INT HUP; sleep 600 & echo $$ $! > '${pids}'; wait; sleep 600`];

async function pidsIn(file: string): Promise<number[]> {
  while (!fs.existsSync(file) || !fs.readFileSync(file, 'utf8').endsWith('\n')) await pause(20);
  return fs.readFileSync(file, 'utf8').trim().split(' ').map(Number);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Nobody may wait for it here, in a container without an init.
    return !/\) Z /.test(fs.existsSync('/proc/self') ? fs.readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
  } catch {
    return false;
  }
}

async function end(pids: readonly number[]): Promise<void> {
  while (pids.some(lives)) await pause(20);
}

describe('a program and what it has started', () => {
  test('end when the command ends, even if they ignore every signal that can be ignored', async () => {
    const { programs: own, cleanUp } = programs();
    const file = path.join(temporaryFolder(), 'pids');
    own.start('stubborn', 'sh', STUBBORN(file));
    const pids = await pidsIn(file);
    cleanUp();
    await end(pids);
  });

  test('end when the program ends', async () => {
    const { programs: own } = programs();
    const { output } = await own.run('leaves', 'sh', ['-c', 'sleep 600 >/dev/null & echo $!'], { limit: 60 });
    await end([Number(output)]);
  });

  test('end when somebody has it killed', async () => {
    const { programs: own } = programs();
    const file = path.join(temporaryFolder(), 'pids');
    const abort = new AbortController();
    const done = own.run('stubborn', 'sh', STUBBORN(file), { limit: 60, abort: abort.signal });
    const pids = await pidsIn(file);
    abort.abort();
    expect((await done).code).toBe(1);
    await end(pids);
  });

  test('end when its time is over', async () => {
    const { programs: own } = programs();
    const { code } = await own.run('long', 'sleep', ['600'], { limit: 0.1 });
    expect(code).toBe(1);
  });

  describe.each(['SIGINT', 'SIGTERM', 'SIGKILL', 'an error'])('end after %s', (how) => {
    let command: ChildProcess;
    afterEach(() => command.kill('SIGKILL'));

    test('to the command', async () => {
      const folder = temporaryFolder();
      const file = path.join(folder, 'pids');
      const script = path.join(folder, 'command.ts');
      const from = (module: string) => path.join(REPOSITORY, 'lib', module);
      fs.writeFileSync(
        script,
        `const { start } = require('${from('command/start')}');
         const { defineCommand } = require('${from('command/command')}');
         const { Programs } = require('${from('tools/rehearsal/programs')}');
         const run = async ({ cleanUp }) => {
           const programs = new Programs({ folder: '${folder}', path: process.env.PATH, cleanUp });
           programs.start('stubborn', 'sh', ${JSON.stringify(STUBBORN(file))});
           process.on('SIGUSR2', () => { throw new Error('a defect'); });
           await new Promise(() => setInterval(() => {}, 1000));
         };
         void start(defineCommand({ name: 'x', summary: '', examples: {}, builds: false, reports: false, run }));`,
      );
      command = spawn(process.execPath, ['-r', path.join(REPOSITORY, 'bin/register.js'), script], { stdio: 'ignore' });
      const pids = await pidsIn(file);
      expect(pids.every(lives)).toBe(true);
      command.kill(how === 'an error' ? 'SIGUSR2' : (how as NodeJS.Signals));
      await once(command, 'exit');
      await end(pids);
    });
  });
});

test('a program gets what a person would type, when it asks', async () => {
  const { programs: own } = programs();
  const script = 'printf "Sure (y/n) "; read answer; printf "Really (y/n) "; read again; echo "$answer $again"';
  const heard: string[] = [];
  const { output, code } = await own.run('asks', 'sh', ['-c', script], {
    limit: 60,
    reply: { to: /\(y\/n\)/, with: 'y' },
    hear: (line) => heard.push(line),
  });
  expect([code, output]).toEqual([0, 'Sure (y/n) Really (y/n) y y\n']);
  expect(heard.at(-1)).toBe('y y');
});

test('a program sees nothing of the environment of the command but the search path', async () => {
  const { programs: own } = programs();
  process.env.AWS_PROFILE = 'somebody';
  const { output } = await own.run('env', 'env', [], { limit: 60, env: { AWS_REGION: 'ap-northeast-2' } });
  const names = output.split('\n').map((line) => line.split('=')[0]);
  expect(names).toEqual(expect.arrayContaining(['PATH', 'HOME', 'AWS_REGION']));
  expect(names).not.toContain('AWS_PROFILE');
  expect(output).not.toContain(`HOME=${process.env.HOME}\n`);
});

test('a program that does not exist says so', async () => {
  const { programs: own } = programs();
  const { code, output } = await own.run('missing', '/nowhere/program', [], { limit: 60 });
  expect(code).toBe(127);
  expect(output).toContain('/nowhere/program');
});
