import * as path from 'path';
import { FileSystem } from 'aws-cdk-lib';
import { buildEmployee } from '../../../lambda/employee/build';
import { cached } from '../../cache';

const REPOSITORY = path.join(__dirname, '..', '..', '..');

/** Folder with the functions of the employee service, built for a region; only when a source or a dependency has changed. */
export function employeeBundle(region: string): string {
  // Of the packages npm's record of what is installed: package-lock.json says only what should be.
  const sources = ['lambda/employee', 'node_modules/.package-lock.json'].map((source) =>
    FileSystem.fingerprint(path.join(REPOSITORY, source), { exclude: ['bench', 'dev'] }),
  );
  const name = [...sources.map((hash) => hash.slice(0, 16)), region].join('-');
  return cached(path.join('employee', name), (folder) => buildEmployee(folder, region));
}
