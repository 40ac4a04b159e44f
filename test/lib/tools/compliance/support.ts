import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { context } from '../../../../cdk.json';
import { type ComplianceProps, addCompliance } from '../../../../lib/tools/compliance';
import { addPlatform } from '../../../../lib/platform/platform';
import { CONFIGS, loadEnvironments } from '../../synth';

/** A day on which no support ends and no review is due, so that tests print no warning. */
export const TODAY = '2025-06-01';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The whole app without its bundles. */
export function buildPlatform() {
  const outdir = mkdtempSync(join(tmpdir(), 'erp-test-'));
  folders.push(outdir);
  const app = new cdk.App({ outdir, context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  const environments = addPlatform(app, { environments: loadEnvironments(Object.values(CONFIGS)), today: TODAY });
  return { app, environments };
}

/** The same with all checks. */
export function buildChecked(props: Partial<ComplianceProps> = {}) {
  const { app, environments } = buildPlatform();
  return { app, environments, compliance: addCompliance(app, { environments, today: TODAY, ...props }) };
}
