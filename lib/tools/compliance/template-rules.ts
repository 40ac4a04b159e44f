import * as fs from 'fs';
import * as path from 'path';
import * as cdk from 'aws-cdk-lib';

const RULES = path.join(__dirname, 'rules');

/**
 * CloudFormation Validate with the rules of `rules/*.rego` besides its own. They see the finished templates, so nothing
 * that reaches a template passes them by, whichever construct made it.
 */
export class TemplateRules extends cdk.CloudFormationValidatePlugin {
  /** What the last run found. */
  violations: readonly cdk.PolicyViolation[] = [];

  constructor() {
    super({
      regoRules: fs
        .readdirSync(RULES)
        .sort()
        .map((name) => ({ name, content: fs.readFileSync(path.join(RULES, name), 'utf8') })),
    });
  }

  override validate(context: cdk.IPolicyValidationContext): cdk.PolicyValidationPluginReport {
    const report = super.validate(context);
    // The framework takes suppressed violations out of the report's own lists.
    this.violations = report.violations.map((violation) => ({
      ...violation,
      violatingResources: [...violation.violatingResources],
    }));
    return report;
  }
}
