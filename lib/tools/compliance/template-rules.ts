import * as fs from 'fs';
import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import type { EnvironmentStacks } from '../../platform/platform';

const RULES = path.join(__dirname, 'rules');

/**
 * CloudFormation Validate with the rules of `rules/*.rego` besides its own. They see the finished templates, so nothing
 * that reaches a template passes them by, whichever construct made it.
 */
export class TemplateRules extends cdk.CloudFormationValidatePlugin {
  /** What the last run found. */
  violations: readonly cdk.PolicyViolation[] = [];

  constructor(environments: readonly EnvironmentStacks[]) {
    super({
      regoRules: [
        ...fs
          .readdirSync(RULES)
          .sort()
          .map((name) => ({ name, content: fs.readFileSync(path.join(RULES, name), 'utf8') })),
        {
          name: 'environments.rego',
          // One to a line: the engine refuses long lines, and a refusal looks as if nothing had been found.
          content: `package erp.design\n\ndestroyed := ${JSON.stringify(destroyed(environments), undefined, 2)}\n`,
        },
      ],
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

/** Descriptions of the stacks that leave nothing behind: what a template can be told by. */
function destroyed(environments: readonly EnvironmentStacks[]): string[] {
  return environments
    .filter(({ environment }) => environment.config.removal === 'destroy')
    .flatMap((stacks) => Object.values(stacks))
    .flatMap((stack) => (cdk.Stack.isStack(stack) ? (stack.templateOptions.description ?? []) : []));
}
