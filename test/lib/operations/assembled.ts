import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { CONFIGS, loadEnvironments } from '../../../lib/config';
import { type Assembly, assemble } from '../../../lib/operations/assembly';

/** The platform with both environments, synthesized into a folder that goes with the test. */
export function assemblePlatform(): Assembly {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-assembly-'));
  afterAll(() => fs.rmSync(directory, { recursive: true }));
  return assemble({ environments: loadEnvironments(Object.values(CONFIGS)), directory, today: '2026-11-23' });
}
