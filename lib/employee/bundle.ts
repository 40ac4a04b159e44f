import * as fs from 'fs';
import * as path from 'path';
import { FileSystem } from 'aws-cdk-lib';
import { buildEmployee } from '../../lambda/employee/build';

const REPOSITORY = path.join(__dirname, '..', '..');

/** Where builds are kept, by what they were made from; `npm ci` empties it. */
const CACHE = path.join(REPOSITORY, 'node_modules', '.cache', 'erp-platform', 'employee');

/** Folder with the built functions of the employee service; built only when a source or a dependency has changed. */
export function employeeBundle(): string {
  const sources = ['lambda/employee', 'package-lock.json'].map((source) =>
    FileSystem.fingerprint(path.join(REPOSITORY, source), { exclude: ['bench', 'dev'] }),
  );
  const folder = path.join(CACHE, sources.map((hash) => hash.slice(0, 16)).join('-'));
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(CACHE, { recursive: true });
  // Several processes may build at once: each in a folder of its own, and the first to finish provides it.
  const building = fs.mkdtempSync(path.join(CACHE, 'building-'));
  buildEmployee(building);
  try {
    fs.renameSync(building, folder);
  } catch (error) {
    fs.rmSync(building, { recursive: true });
    if (!fs.existsSync(folder)) throw error;
  }
  return folder;
}
