import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import type { EnvironmentConfig } from '../../../../lib/config/environment';
import { assemble } from '../../../../lib/assembly/app';
import type { SynthesizedAssembly } from '../../../../lib/assembly/assembly';
import { CONFIGS, loadEnvironments } from '../../synth';

/** The platform, synthesized into a folder that goes with the test; with both environments, unless configs say otherwise. */
export function assemblePlatform(configs: readonly EnvironmentConfig[] = Object.values(CONFIGS)): SynthesizedAssembly {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-assembly-'));
  afterAll(() => fs.rmSync(directory, { recursive: true }));
  return assemble({ environments: loadEnvironments(configs), directory, today: '2026-11-23' });
}
