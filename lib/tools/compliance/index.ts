import * as cdk from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import type { EnvironmentStacks } from '../../platform/platform';
import { checkCharts } from '../../assembly/chart-check';
import { DELIVERY_REGISTER } from './delivery-register';
import { type Acknowledgement, type AppliedAcknowledgement, acknowledge } from './acknowledgement';
import { ErpChecks } from './erp-checks';
import { Recorder } from './recorder';
import { REGISTER, UNPROTECTED_REGISTER } from './register';
import { RegisterAudit } from './register-audit';
import { TemplateRules } from './template-rules';

/** Packs whose findings fail a synth. */
export const PACKS = [
  AwsSolutionsChecks,
  NIST80053R5Checks,
  HIPAASecurityChecks,
  PCIDSS321Checks,
  ServerlessChecks,
  ErpChecks,
];

export interface ComplianceProps {
  /** Environments of the app, whose config decides which acknowledgements hold. */
  readonly environments: readonly EnvironmentStacks[];

  /** ISO 8601 date of the synth, against which review dates are read. */
  readonly today: string;

  /**
   * Whether the command line has taken the protections away for this run. A config that goes without them has its findings.
   *
   * @default false
   */
  readonly unprotected?: boolean;

  /**
   * Findings that stay.
   *
   * @default - the registers of `register.ts` and `delivery-register.ts`, and what `unprotected` adds
   */
  readonly register?: readonly Acknowledgement[];
}

/** What a synth has checked; filled in while it runs. */
export interface Compliance {
  readonly recorder: Recorder;
  readonly templateRules: TemplateRules;
  readonly applied: readonly AppliedAcknowledgement[];
}

/**
 * Checks every stack of the app with all packs and template rules when it synthesizes, and the register of
 * acknowledgements with them. The chart checks its values at once.
 */
export function addCompliance(app: cdk.App, props: ComplianceProps): Compliance {
  const { environments, today, unprotected } = props;
  const { register = [...REGISTER, ...DELIVERY_REGISTER, ...(unprotected ? UNPROTECTED_REGISTER : [])] } = props;
  checkCharts(environments.map(({ environment }) => environment));
  const recorder = new Recorder();
  const templateRules = new TemplateRules(app, environments);
  const applied = acknowledge(environments, register);
  cdk.Validations.of(app).addPlugins(
    ...PACKS.map((Pack) => recorder.record(new Pack(app))),
    templateRules,
    new RegisterAudit({ environments, entries: register, applied, recorder, templateRules, today }),
  );
  return { recorder, templateRules, applied };
}
