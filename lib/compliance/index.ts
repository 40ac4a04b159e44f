import * as cdk from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { ErpChecks } from './erp-checks';

/** Packs whose findings fail a synth. */
export const PACKS = [
  AwsSolutionsChecks,
  NIST80053R5Checks,
  HIPAASecurityChecks,
  PCIDSS321Checks,
  ServerlessChecks,
  ErpChecks,
];

/** Checks every stack of the app with all packs when it synthesizes. */
export function addCompliance(app: cdk.App): void {
  cdk.Validations.of(app).addPlugins(...PACKS.map((Pack) => new Pack(app)));
}
