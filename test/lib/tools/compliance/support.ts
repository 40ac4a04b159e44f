import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ComplianceProps, addCompliance } from '../../../../lib/tools/compliance';
import type { EnvironmentConfig } from '../../../../lib/config/environment';
import { buildApp } from '../../../../lib/assembly/app';
import { CONFIGS, loadEnvironments } from '../../synth';

/** A day on which no support ends and no review is due, so that tests print no warning. */
export const TODAY = '2025-06-01';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The whole app without its bundles. */
export function buildPlatform(configs: readonly EnvironmentConfig[] = Object.values(CONFIGS)) {
  const outdir = mkdtempSync(join(tmpdir(), 'erp-test-'));
  folders.push(outdir);
  return buildApp({
    environments: () => loadEnvironments(configs),
    today: TODAY,
    context: { 'aws:cdk:bundling-stacks': [] },
    app: { outdir },
  });
}

/** The same with all checks. */
export function buildChecked(props: Partial<ComplianceProps> = {}, configs?: readonly EnvironmentConfig[]) {
  const { app, environments } = buildPlatform(configs);
  return { app, environments, compliance: addCompliance(app, { environments, today: TODAY, ...props }) };
}
