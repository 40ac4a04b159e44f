import * as fs from 'fs';
import * as path from 'path';
import { parse } from 'yaml';
import { type Values, mergeValues } from '../config/values';
import { type KubernetesObject, renderChart } from './kubernetes/render';
import { inWords } from './answers';
import { type Assembly, type AssemblyStack, resourcesOf, stacksOf } from './assembly';
import { canonical } from './difference';
import { type Answers, Resolver } from './resolver';

/** Types of the resources that the CDK library's handler puts into a cluster. */
export const HELM_CHART = 'Custom::AWSCDK-EKS-HelmChart';
export const KUBERNETES_MANIFEST = 'Custom::AWSCDK-EKS-KubernetesResource';

/** One Helm release or one set of plain manifests, as a deployment would hand it to the cluster. */
export interface Release {
  readonly environment: string;
  readonly stack: string;
  readonly logicalId: string;

  /** Release name, or the construct path of manifests. */
  readonly name: string;

  readonly namespace: string;
  readonly chart:
    | { readonly kind: 'bundled'; readonly folder: string; readonly hash: string }
    | { readonly kind: 'remote'; readonly name: string; readonly version: string; readonly repository: string }
    | { readonly kind: 'manifests'; readonly objects: readonly KubernetesObject[] };

  readonly values: unknown;

  /** Kubernetes version of the environment's cluster. */
  readonly kubeVersion: string;
}

/** Kubernetes version that charts see where an assembly has no cluster. */
const FALLBACK_VERSION = '1.31';

/**
 * Everything that an assembly puts into its clusters.
 *
 * @param answers what stands in values and manifests for what only a deployment knows
 */
export function readReleases(assembly: Pick<Assembly, 'stacks' | 'assets'>, answers: Answers = inWords()): Release[] {
  const resolver = new Resolver(assembly.stacks, answers);
  return assembly.stacks.flatMap((stack) =>
    Object.entries(stack.resources).flatMap(([logicalId, { Type, Properties = {} }]): Release[] => {
      if (Type !== HELM_CHART && Type !== KUBERNETES_MANIFEST) return [];
      const text = (name: string) => (Properties[name] === undefined ? '' : resolver.text(Properties[name], stack));
      const common = {
        environment: stack.environment,
        stack: stack.name,
        logicalId,
        kubeVersion: kubernetesVersion(assembly, stack),
      };
      if (Type === KUBERNETES_MANIFEST) {
        const path = stack.paths.get(logicalId) ?? logicalId;
        const objects = (parseValues(text('Manifest')) as KubernetesObject[]).map(withoutPruneLabel);
        return [{ ...common, name: path, namespace: '', values: {}, chart: { kind: 'manifests', objects } }];
      }
      const hash = /([0-9a-f]{64})\.zip/.exec(JSON.stringify(Properties.ChartAssetURL ?? ''))?.[1];
      return [
        {
          ...common,
          name: text('Release'),
          namespace: text('Namespace'),
          values: parseValues(text('Values') || '{}'),
          chart: hash
            ? { kind: 'bundled', hash, folder: assembly.assets.get(hash) ?? '' }
            : { kind: 'remote', name: text('Chart'), version: text('Version'), repository: text('Repository') },
        },
      ];
    }),
  );
}

const rendered = new Map<string, readonly KubernetesObject[]>();

/**
 * Objects of a release; of a remote chart nothing is known.
 *
 * @throws Error with helm's words, where the chart refuses the values
 */
export function objectsOf(release: Release): readonly KubernetesObject[] {
  const { chart, values, name, namespace, kubeVersion } = release;
  if (chart.kind === 'manifests') return chart.objects;
  if (chart.kind === 'remote') return [];
  const key = canonical([chart.hash, chart.folder, values, name, namespace, kubeVersion]);
  const known = rendered.get(key);
  if (known) return known;
  const objects = renderChart({ chart: chart.folder, values, release: name, namespace, kubeVersion }).map((object) => ({
    ...object,
    metadata: { namespace, ...object.metadata },
  }));
  rendered.set(key, objects);
  return objects;
}

/** Values of a release as the templates of its chart see them: the chart's own below those of the release. */
export function valuesInTemplates({ chart, values }: Release): Values {
  const own = chart.kind === 'bundled' ? fs.readFileSync(path.join(chart.folder, 'values.yaml'), 'utf8') : '{}';
  return mergeValues(parse(own) as Values, values as Values);
}

function kubernetesVersion(assembly: Pick<Assembly, 'stacks'>, { environment }: AssemblyStack): string {
  const [cluster] = resourcesOf(stacksOf(assembly, environment), 'AWS::EKS::Cluster');
  const version = cluster?.properties.Version;
  return typeof version === 'string' ? version : FALLBACK_VERSION;
}

/** JSON in which the name of a resource may stand where a number or a list was. */
function parseValues(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replace(/([:[,]\s*)(<[^>"]*>)/g, '$1"$2"'));
  }
}

/** CDK's own label, which carries a hash of the construct path. */
function withoutPruneLabel(object: KubernetesObject): KubernetesObject {
  const labels = Object.entries(object.metadata.labels ?? {}).filter(([key]) => !key.startsWith('aws.cdk.eks/prune-'));
  return { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
}
