import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cached } from '../../cache';
import type { RehearsalOptions } from './rehearsal';

const REQUIREMENTS = path.join(__dirname, 'requirements.txt');

type PythonOptions = Pick<RehearsalOptions, 'path' | 'cache'>;

/** What Python 3 is too old for: ministack's own minimum. */
const OLDEST = [3, 10] as const;

/**
 * Folder of a Python environment with the emulator and the AWS CLI, made once and kept. Its programs run as modules
 * (`bin/python -m ministack`), because their first lines name the folder that they were installed into.
 *
 * @param say tells that it takes its time
 */
export function pythonEnvironment({ path: programs, cache }: PythonOptions, say: (text: string) => void): string {
  const digest = createHash('sha256').update(fs.readFileSync(REQUIREMENTS)).digest('hex').slice(0, 16);
  const env = { PATH: programs };
  const install = (folder: string) => {
    const version = pythonVersion(programs);
    say(`installing the emulator and the AWS CLI for Python ${version}, once, in about half a minute`);
    try {
      execFileSync('python3', ['-m', 'venv', folder], { env, stdio: 'pipe' });
      const pip = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--require-hashes',
        '-r',
        REQUIREMENTS,
      ];
      // pip finds its own settings, such as a mirror, where the caller has them.
      execFileSync(path.join(folder, 'bin', 'python'), pip, { stdio: 'pipe' });
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: Buffer };
      throw new Error(`The emulator could not be installed: ${stderr?.toString().trim() || message}`, { cause: error });
    }
  };
  return cached(path.join('python', digest), install, cache);
}

/** @throws Error when there is none that the emulator runs on */
function pythonVersion(programs: string): string {
  const wanted = `python3, ${OLDEST.join('.')} or later, with its module venv`;
  let version: string;
  try {
    const script = 'import ensurepip, platform; print(platform.python_version())';
    version = execFileSync('python3', ['-c', script], { env: { PATH: programs }, stdio: 'pipe' })
      .toString()
      .trim();
  } catch {
    throw new Error(`The emulator of AWS needs ${wanted} on the PATH; Debian and Ubuntu: apt-get install python3-venv`);
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new Error(`The emulator of AWS needs ${wanted}; python3 on the PATH is ${version}`);
  return version;
}
