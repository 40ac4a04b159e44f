import type { KubernetesObject } from '../../../assembly/kubernetes/render';
import { isKind } from '../../../assembly/kubernetes/manifests';

/** API groups that every cluster serves. */
const BUILT_IN = /^(v1|apps\/|batch\/|autoscaling\/|policy\/|[a-z.]+\.k8s\.io\/)/;

/** Definitions, of any content, of the custom resources among objects: without their controllers nobody reads more of them. */
export function missingDefinitions(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const kinds = new Map(
    objects
      .filter(({ apiVersion }) => !BUILT_IN.test(apiVersion))
      .map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]),
  );
  return [...kinds.values()].map(({ apiVersion, kind }) => {
    const [group = '', version = ''] = apiVersion.split('/');
    const singular = kind.toLowerCase();
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: `${singular}s.${group}`,
        // Without it the API takes no definition into a group that ends in k8s.io.
        annotations: { 'api-approved.kubernetes.io': 'unapproved, a stand-in' },
      },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, singular, plural: `${singular}s` },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    };
    return definition;
  });
}

/** What the secrets operator would make of its resources among objects. */
export function secretsOf(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects
    .filter((object) => isKind(object, 'external-secrets.io/v1/ExternalSecret'))
    .map(({ metadata, spec }) => {
      const keys = (spec.data ?? []).map(({ secretKey }) => [secretKey, 'stand-in']);
      return {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: spec.target?.name ?? metadata.name ?? '', namespace: metadata.namespace },
        stringData: Object.fromEntries(keys) as object,
      };
    });
}
