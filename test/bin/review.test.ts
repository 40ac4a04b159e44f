import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

const REPOSITORY = path.join(__dirname, '..', '..');

const run = (command: 'review' | 'cost', ...args: string[]) =>
  spawnSync('node', ['-r', './bin/register.js', `bin/${command}.ts`, ...args], { cwd: REPOSITORY, encoding: 'utf8' });

test.each([
  ['review', ['--env', 'staging'], '--env staging: allowed are dev, prod, all'],
  ['review', ['--nonsense'], "Unknown option '--nonsense'"],
  ['review', ['--deployed', '--base', 'main'], '--base and --deployed exclude each other'],
  ['review', ['-c', 'kubernets=1.36'], '-c kubernets=1.36: allowed are kubernetes=<value>, standIn=<value>'],
  ['cost', ['-c', 'kubernetes'], '-c kubernetes: allowed are kubernetes=<value>, standIn=<value>'],
  ['cost', ['staging'], 'staging: allowed are dev, prod, shared'],
] as const)('%s %j is wrong usage: exit code 2 and what is allowed', (command, args, message) => {
  const { status, stderr } = run(command, ...args);

  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

test('a base that does not exist is exit code 1', () => {
  const { status, stderr } = run('review', '--base', 'no-such-branch');

  expect(stderr).toBe('--base no-such-branch: no such commit, branch or tag\n');
  expect(status).toBe(1);
});

test('help is exit code 0 and explains the exit codes', () => {
  const { status, stdout } = run('review', '--help');

  expect(stdout).toMatch(/exit code: 0 .* 3 something would be lost/);
  expect(status).toBe(0);
});
