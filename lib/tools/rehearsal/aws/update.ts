import type { AssemblyStack, Resource, Template } from '../../../assembly/assembly';

/** A value of a template that the update changes. */
export interface Change {
  readonly logicalId: string;
  readonly what: string;
  readonly edit: (resource: Resource) => Resource;
}

const withProperty = (name: string, value: unknown) => (resource: Resource) => ({
  ...resource,
  Properties: { ...resource.Properties, [name]: value },
});

/** Harmless values, each changed in place by CloudFormation, the first that a stack has is taken. */
const CHANGES: readonly { readonly type: string; readonly property: string; readonly value: unknown }[] = [
  { type: 'AWS::Lambda::Function', property: 'Timeout', value: 61 },
  { type: 'AWS::Logs::LogGroup', property: 'RetentionInDays', value: 3 },
  { type: 'AWS::CloudWatch::Alarm', property: 'AlarmDescription', value: 'changed' },
  { type: 'AWS::SSM::Parameter', property: 'Value', value: 'changed' },
  { type: 'AWS::ECR::Repository', property: 'ImageScanningConfiguration', value: { ScanOnPush: false } },
  { type: 'AWS::IAM::Role', property: 'Description', value: 'changed' },
  { type: 'AWS::WAFv2::WebACL', property: 'Description', value: 'changed' },
];

/** One value of the stack to change. undefined when it has none that is known to be harmless. */
export function changeOf({ resources }: AssemblyStack): Change | undefined {
  for (const { type, property, value } of CHANGES) {
    for (const [logicalId, resource] of Object.entries(resources)) {
      // A changed function would need a new version, whose logical id carries a digest of the function.
      const versioned = JSON.stringify(resources).includes(`"FunctionName":{"Ref":"${logicalId}"}`);
      if (resource.Type !== type || versioned) continue;
      return { logicalId, what: `${property} of ${logicalId}`, edit: withProperty(property, value) };
    }
  }
  return undefined;
}

/** The template with a change of one of its values. */
export function withChange(template: Template, { logicalId, edit }: Change): Template {
  const resource = template.Resources?.[logicalId];
  if (!resource) return template;
  return { ...template, Resources: { ...template.Resources, [logicalId]: edit(resource) } };
}
