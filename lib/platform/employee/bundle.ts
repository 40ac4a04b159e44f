import * as path from 'path';
import { FileSystem } from 'aws-cdk-lib';
import { buildEmployee, buildUsers } from '../../../lambda/employee/build';
import { cached } from '../../cache';

const REPOSITORY = path.join(__dirname, '..', '..', '..');

/** Folder with the functions of the employee service, built for a region; only when a source or a dependency has changed. */
export function employeeBundle(region: string): string {
  return bundle('employee', region, buildEmployee);
}

/** The same with the function that makes the users of the database. */
export function usersBundle(region: string): string {
  return bundle('database-users', region, buildUsers);
}

function bundle(what: string, region: string, build: (folder: string, region: string) => void): string {
  // Of the packages npm's record of what is installed: package-lock.json says only what should be.
  const sources = ['lambda/employee', 'node_modules/.package-lock.json'].map((source) =>
    FileSystem.fingerprint(path.join(REPOSITORY, source), { exclude: ['bench', 'dev'] }),
  );
  const name = [...sources.map((hash) => hash.slice(0, 16)), region].join('-');
  return cached(path.join(what, name), (folder) => build(folder, region));
}
