import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import type { Acknowledgement, AppliedAcknowledgement } from './acknowledgement';
import { MANIFEST_PACK } from './manifest-checks';
import type { Recorder } from './recorder';
import type { TemplateRules } from './template-rules';

export interface RegisterAuditProps {
  readonly entries: readonly Acknowledgement[];
  readonly applied: readonly AppliedAcknowledgement[];
  readonly recorder: Recorder;
  readonly templateRules: TemplateRules;
}

/**
 * Finds acknowledgements that acknowledge nothing. It reads what the other plugins found, so it is registered last.
 * Without it a fixed finding would leave its entry behind, ready to hide the next one.
 */
export class RegisterAudit implements cdk.IPolicyValidationPlugin {
  readonly name = 'Erp Register';

  constructor(private readonly props: RegisterAuditProps) {}

  validate({ appConstruct }: cdk.IPolicyValidationContext): cdk.PolicyValidationPluginReport {
    const { entries, applied } = this.props;
    const used = new Set(this.findings(appConstruct).flatMap(({ id, construct }) => this.nearest(id, construct) ?? []));
    const violations = entries.flatMap((entry) => {
      const own = applied.filter((acknowledgement) => acknowledgement.entry === entry);
      const idle = own.filter(
        // Manifests are rendered for the report only, which audits their acknowledgements.
        (acknowledgement) => !acknowledgement.id.startsWith(`${MANIFEST_PACK}::`) && !used.has(acknowledgement),
      );
      if (own.length > 0 && idle.length === 0) return [];
      return {
        ruleName: 'unused-acknowledgement',
        description:
          own.length === 0
            ? `The entry ${entry.name} selects no construct.`
            : `The entry ${entry.name} acknowledges what no check finds: ${idle.map(({ id, at }) => `${id} at ${at.node.path}`).join(', ')}.`,
        // Of a kind that no acknowledgement can suppress.
        severity: 'fatal',
        fix: `Take it out of the entry ${entry.name} in lib/compliance/register.ts.`,
        violatingResources: (own.length === 0 ? [appConstruct] : idle.map(({ at }) => at)).map((construct) => ({
          constructPath: construct.node.path,
          locations: [],
        })),
      };
    });
    return { success: violations.length === 0, violations };
  }

  private findings(root: cdk.IPolicyValidationContext['appConstruct']) {
    const resources = root.node.findAll().filter((construct) => cdk.CfnResource.isCfnResource(construct));
    const byPath = new Map(resources.map((resource) => [resource.node.path, resource]));
    const byLogicalId = new Map(
      resources.map((resource) => [
        `${resource.stack.templateFile}|${resource.stack.resolve(resource.logicalId)}`,
        resource,
      ]),
    );
    return [
      ...this.props.recorder.evaluations
        .filter(({ result }) => result !== 'Compliant')
        .flatMap(({ pack, ids, resource }) =>
          ids.map((id) => ({ id: `${pack}::${id}`, construct: byPath.get(resource) })),
        ),
      ...this.props.templateRules.violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ templatePath = '', resourceLogicalId }) => ({
          id: `${this.props.templateRules.name.replaceAll(' ', '-')}::${ruleName}`,
          construct: byLogicalId.get(`${path.basename(templatePath)}|${resourceLogicalId}`),
        })),
      ),
    ];
  }

  /** The acknowledgement that the framework applies to a finding: of those above it, the nearest. */
  private nearest(id: string, construct: cdk.CfnResource | undefined): AppliedAcknowledgement | undefined {
    const above = new Set(construct?.node.scopes);
    return this.props.applied
      .filter((acknowledgement) => acknowledgement.id === id && above.has(acknowledgement.at))
      .reduce<AppliedAcknowledgement | undefined>(
        (nearest, candidate) =>
          nearest && nearest.at.node.path.length > candidate.at.node.path.length ? nearest : candidate,
        undefined,
      );
  }
}
