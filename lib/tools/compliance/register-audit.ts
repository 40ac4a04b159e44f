import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { EnvironmentStacks } from '../../platform/platform';
import { type Acknowledgement, type AppliedAcknowledgement, overdue, selected } from './acknowledgement';
import { MANIFEST_PACK } from './manifest-checks';
import type { Recorder } from './recorder';
import type { TemplateRules } from './template-rules';

export interface RegisterAuditProps {
  /** Environments of the app, whose config decides which acknowledgements hold. */
  readonly environments: readonly EnvironmentStacks[];

  /** The register. */
  readonly entries: readonly Acknowledgement[];

  /** What the register has acknowledged in this app. */
  readonly applied: readonly AppliedAcknowledgement[];

  /** What the packs have said of each resource. */
  readonly recorder: Recorder;

  /** What the rules on whole templates have found. */
  readonly templateRules: TemplateRules;

  /** ISO 8601 date against which review dates are read. */
  readonly today: string;
}

interface Finding {
  readonly id: string;
  readonly construct?: cdk.CfnResource;
  readonly info: string;
  readonly fix?: string;
}

/** A resource without a path: the CLI shows those with one only to who selects their stack. */
const FOR_EVERY_SELECTION = { violatingResources: [{ locations: [] }] };

/**
 * Holds the findings of the other plugins against the register, so it is registered last. An acknowledgement that
 * acknowledges nothing would stay behind, ready to hide the next finding. A finding that nothing acknowledges fails the
 * synth of every stack, not of its own alone: `cdk synth ErpDev` shows only ErpDev what the plugins say.
 */
export class RegisterAudit implements cdk.IPolicyValidationPlugin {
  readonly name = 'Erp Register';

  private readonly byPlace: ReadonlyMap<string, AppliedAcknowledgement>;

  constructor(private readonly props: RegisterAuditProps) {
    this.byPlace = new Map(
      props.applied.map((acknowledgement) => [placeOf(acknowledgement.id, acknowledgement.at), acknowledgement]),
    );
  }

  validate({ appConstruct }: cdk.IPolicyValidationContext): cdk.PolicyValidationPluginReport {
    const findings = this.findings(appConstruct).map((finding) => ({ ...finding, by: this.nearest(finding) }));
    const open = findings.filter(({ by }) => !by);
    const errors = [...this.openFindings(open), ...this.unused(new Set(findings.flatMap(({ by }) => by ?? [])))];
    return { success: errors.length === 0, violations: [...errors, ...this.reviews()] };
  }

  private openFindings(findings: readonly Finding[]): cdk.PolicyViolation[] {
    return findings.map(({ id, construct, info, fix = 'Change the resource.' }) => ({
      ...FOR_EVERY_SELECTION,
      ruleName: 'open-finding',
      description: `${id} at ${construct?.node.path ?? 'a template'}: ${info}`,
      severity: 'fatal',
      fix: `${fix} Where that is not possible, give the reason in an entry of lib/tools/compliance/register.ts.`,
    }));
  }

  private unused(used: ReadonlySet<AppliedAcknowledgement>): cdk.PolicyViolation[] {
    const { environments, entries, applied } = this.props;
    const idle = applied.filter(
      // Manifests are rendered for the report only, which audits their acknowledgements.
      (acknowledgement) => !acknowledgement.id.startsWith(`${MANIFEST_PACK}::`) && !used.has(acknowledgement),
    );
    return entries.flatMap((entry) => {
      const violation = (description: string, fix: string) => ({
        ...FOR_EVERY_SELECTION,
        ruleName: 'unused-acknowledgement',
        description: `The entry ${entry.name} ${description}.`,
        severity: 'fatal',
        fix,
      });
      const place = `the entry ${entry.name} in lib/tools/compliance/register.ts`;
      const empty = environments.filter((stacks) => !selected(entry, stacks));
      const own = idle.filter((acknowledgement) => acknowledgement.entry === entry);
      return [
        ...(empty.length === 0
          ? []
          : [
              violation(
                `selects no construct in ${empty.map(({ environment }) => environment.config.name).join(', ')}`,
                `Say in its \`when\` which config makes it true, or remove ${place}.`,
              ),
            ]),
        ...(own.length === 0
          ? []
          : [
              violation(
                `acknowledges what no check finds: ${own.map(({ id, at }) => `${id} at ${at.node.path}`).join(', ')}`,
                `Take it out of ${place}, or say in its \`when\` which config makes it true.`,
              ),
            ]),
      ];
    });
  }

  /** Warnings alone: nobody is stopped at night by a calendar. */
  private reviews(): cdk.PolicyViolation[] {
    return overdue(this.props.entries, this.props.today).map(({ name, owner, review }) => ({
      ...FOR_EVERY_SELECTION,
      ruleName: 'review-due',
      description: `The acknowledgement ${name} was due for review on ${review}. Its owner is ${owner}.`,
      severity: 'warning',
      fix: 'Fix the finding, or look at the entry in lib/tools/compliance/register.ts and set a later date.',
    }));
  }

  private findings(root: cdk.IPolicyValidationContext['appConstruct']): Finding[] {
    const { recorder, templateRules } = this.props;
    const resources = root.node.findAll().filter((construct) => cdk.CfnResource.isCfnResource(construct));
    const byPath = new Map(resources.map((resource) => [resource.node.path, resource]));
    const byLogicalId = new Map(
      resources.map((resource) => [
        `${resource.stack.templateFile}|${resource.stack.resolve(resource.logicalId)}`,
        resource,
      ]),
    );
    return [
      ...recorder.evaluations
        .filter(({ result }) => result !== 'Compliant')
        .flatMap(({ pack, ids, resource, info, explanation }) =>
          ids.map((id) => ({ id: `${pack}::${id}`, construct: byPath.get(resource), info, fix: explanation })),
        ),
      ...templateRules.violations.flatMap(({ ruleName, description, violatingResources, fix }) =>
        violatingResources.map(({ templatePath = '', resourceLogicalId }) => ({
          id: `${templateRules.name.replaceAll(' ', '-')}::${ruleName}`,
          construct: byLogicalId.get(`${path.basename(templatePath)}|${resourceLogicalId}`),
          info: description,
          fix,
        })),
      ),
    ];
  }

  /** The acknowledgement that the framework applies to a finding: of those above it, the nearest. */
  private nearest({ id, construct }: Finding): AppliedAcknowledgement | undefined {
    const above = construct?.node.scopes ?? [];
    return above.flatMap((scope) => this.byPlace.get(placeOf(id, scope)) ?? []).at(-1);
  }
}

function placeOf(id: string, { node }: IConstruct): string {
  return `${node.path}|${id}`;
}
