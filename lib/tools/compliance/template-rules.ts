import * as fs from 'fs';
import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import { environmentOf } from '../../assembly/assembly';
import type { EnvironmentStacks } from '../../platform/platform';

const RULES = path.join(__dirname, 'rules');

/**
 * CloudFormation Validate with the rules of `rules/*.rego` besides its own. They see the finished templates, so nothing
 * that reaches a template passes them by, whichever construct made it.
 */
export class TemplateRules extends cdk.CloudFormationValidatePlugin {
  /** What the last run found. */
  violations: readonly cdk.PolicyViolation[] = [];

  /** @param environments all environments of the app */
  constructor(app: cdk.App, environments: readonly EnvironmentStacks[]) {
    super({
      regoRules: [
        ...fs
          .readdirSync(RULES)
          .sort()
          .map((name) => ({ name, content: fs.readFileSync(path.join(RULES, name), 'utf8') })),
        { name: 'environments.rego', content: facts(app, environments) },
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

/** What the rules have to know beside the templates. */
function facts(app: cdk.App, environments: readonly EnvironmentStacks[]): string {
  const destroyed = environments
    .filter(({ environment }) => environment.config.removal === 'destroy')
    .map(({ environment }) => environment.config.name);
  const descriptions = app.node.children
    .filter((child) => cdk.Stack.isStack(child))
    .filter((stack) => destroyed.includes(environmentOf({ tags: stack.tags.tagValues() })))
    .flatMap((stack) => stack.templateOptions.description ?? []);
  // One to a line: the engine refuses long lines, and a refusal looks as if nothing had been found.
  return `package erp.design\n\nleaves_nothing := ${JSON.stringify(descriptions, undefined, 2)}\n`;
}
