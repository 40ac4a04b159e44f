import * as path from 'path';
import type * as cxapi from 'aws-cdk-lib/cx-api';
import type { Manifest } from './kubernetes/manifests';
import { renderChart } from './kubernetes/render';

const CHART = path.join(__dirname, '..', '..', 'chart');

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': '000000000000',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/**
 * A property of a template as text. What only the deployment knows becomes a placeholder that the chart's schema takes for
 * the real thing and that exists nowhere.
 */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = []] = Object.entries(value ?? {}) as [string, unknown][];
  switch (name) {
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(asText).join(separator);
    }
    case 'Ref':
      return PSEUDO_PARAMETERS[String(argument)] ?? 'unknown';
    // Weak references carry the ARNs of target groups, and nothing else does.
    case 'Fn::GetStackOutput':
      return `arn:aws:elasticloadbalancing:unknown:000000000000:targetgroup/${(argument as { OutputName: string }).OutputName}`;
    case 'Fn::ImportValue':
      return String(argument).includes('BootstrapBrokerString') ? 'unknown.invalid:9094' : 'unknown.invalid';
    default:
      throw new Error(`A manifest or Helm value holds ${name ?? String(value)}, for which there is no placeholder`);
  }
}

/**
 * Objects that a stack puts into the cluster from this repository: its plain manifests and the bundled chart, rendered
 * by the real helm. Charts of other projects are not part of it: they come from the network at deployment.
 */
export function installedManifests({ template }: cxapi.CloudFormationStackArtifact, kubeVersion: string): Manifest[] {
  const resources = Object.values((template as { Resources?: Record<string, Resource> }).Resources ?? {});
  return resources.flatMap(({ Type, Properties }) => {
    if (Type === 'Custom::AWSCDK-EKS-KubernetesResource') return JSON.parse(asText(Properties.Manifest)) as Manifest[];
    if (Type !== 'Custom::AWSCDK-EKS-HelmChart' || Properties.ChartAssetURL === undefined) return [];
    const namespace = asText(Properties.Namespace);
    return renderChart({
      chart: CHART,
      values: JSON.parse(asText(Properties.Values)),
      release: asText(Properties.Release),
      namespace,
      kubeVersion,
    });
  });
}
