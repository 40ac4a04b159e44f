import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import { type Manifest, describeManifest, isKind, ofKind } from '../../assembly/kubernetes/manifests';
import type { Evaluation } from './recorder';

/** Name of the pack, which is also the prefix of acknowledgements. */
export const MANIFEST_PACK = 'Kubernetes';

/** Namespaces that a cluster brings along. */
const BUILT_IN_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'];

interface RoleRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs?: readonly string[];
}

/** A Role or ClusterRole; the platform installs none so far. */
interface Role extends Manifest {
  readonly rules?: readonly RoleRule[];
}

interface RoleBinding extends Manifest {
  readonly roleRef: { readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

/** One recommendation as a check of one object among all of them. */
export interface ManifestRule {
  /** `CIS-` and the number in the benchmark; other names are of the Pod Security Standard `restricted`. */
  readonly id: string;

  readonly info: string;

  /** @returns what is wrong, nothing when all is well, or undefined when the recommendation says nothing of the object */
  readonly check: (manifest: Manifest, all: readonly Manifest[]) => readonly string[] | undefined;
}

/** The pods that an object makes. */
export function podSpec(manifest: Manifest): PodSpec | undefined {
  return isKind(manifest, 'apps/v1/Deployment') ||
    isKind(manifest, 'apps/v1/StatefulSet') ||
    isKind(manifest, 'apps/v1/DaemonSet') ||
    isKind(manifest, 'batch/v1/Job')
    ? manifest.spec?.template.spec
    : undefined;
}

const ofPods =
  (check: (pod: PodSpec, all: readonly Manifest[], manifest: Manifest) => readonly string[]): ManifestRule['check'] =>
  (manifest, all) => {
    const pod = podSpec(manifest);
    return pod && check(pod, all, manifest);
  };

const ofContainers = (check: (container: Container, pod: PodSpec) => string | false | undefined) =>
  ofPods((pod) =>
    [...(pod.initContainers ?? []), ...pod.containers].flatMap((container) => {
      const problem = check(container, pod);
      return problem ? [`container ${container.name} ${problem}`] : [];
    }),
  );

const ofRoles =
  (check: (rule: RoleRule) => string | false): ManifestRule['check'] =>
  (manifest) =>
    manifest.kind === 'Role' || manifest.kind === 'ClusterRole'
      ? ((manifest as Role).rules ?? []).flatMap((rule) => check(rule) || [])
      : undefined;

const may = (rule: RoleRule, resource: string, ...verbs: string[]) =>
  (rule.resources ?? []).some((name) => name === resource || name === '*') &&
  (rule.verbs ?? []).some((verb) => verb === '*' || verbs.includes(verb));

/** Whether a policy closes its namespace: it selects every pod and allows nothing. */
function deniesByDefault(namespace: string, all: readonly Manifest[]): boolean {
  return ofKind(all, 'networking.k8s.io/v1/NetworkPolicy').some(
    ({ metadata, spec }) =>
      metadata?.namespace === namespace &&
      Object.keys(spec?.podSelector ?? { some: true }).length === 0 &&
      ['Ingress', 'Egress'].every((type) => spec?.policyTypes?.includes(type)) &&
      !spec?.ingress?.length &&
      !spec?.egress?.length,
  );
}

/** Every recommendation of the CIS Amazon EKS Benchmark 1.8, chapter 4, that manifests can answer, and some stricter ones. */
export const MANIFEST_RULES: readonly ManifestRule[] = [
  {
    id: 'CIS-4.1.1',
    info: 'The cluster-admin role is bound only where it is needed.',
    check: (manifest) =>
      manifest.kind === 'ClusterRoleBinding' || manifest.kind === 'RoleBinding'
        ? (manifest as RoleBinding).roleRef.name === 'cluster-admin'
          ? ['binds cluster-admin']
          : []
        : undefined,
  },
  {
    id: 'CIS-4.1.2',
    info: 'Access to secrets is minimised.',
    check: ofRoles((rule) => may(rule, 'secrets', 'get', 'list', 'watch') && 'reads secrets'),
  },
  {
    id: 'CIS-4.1.3',
    info: 'Roles use no wildcards.',
    check: ofRoles(
      ({ apiGroups = [], resources = [], verbs = [] }) =>
        [...apiGroups, ...resources, ...verbs].includes('*') && 'uses a wildcard',
    ),
  },
  {
    id: 'CIS-4.1.4',
    info: 'Access to create pods is minimised.',
    check: ofRoles((rule) => may(rule, 'pods', 'create') && 'creates pods'),
  },
  {
    id: 'CIS-4.1.5',
    info: 'Default service accounts are not used.',
    check: ofPods(({ serviceAccountName = 'default' }) =>
      serviceAccountName === 'default' ? ['runs as the default service account'] : [],
    ),
  },
  {
    id: 'CIS-4.1.6',
    info: 'Service account tokens are mounted only where they are needed.',
    check: ofPods(({ automountServiceAccountToken }) =>
      automountServiceAccountToken === false ? [] : ['mounts the token of its service account'],
    ),
  },
  {
    id: 'CIS-4.1.8',
    info: 'Bind, impersonate and escalate are limited.',
    check: ofRoles(
      ({ verbs = [] }) =>
        ['bind', 'impersonate', 'escalate'].some((verb) => verbs.includes(verb)) && 'escalates rights',
    ),
  },
  {
    id: 'PSS-NAMESPACE',
    info: 'Every namespace enforces a Pod Security Standard, baseline or restricted.',
    check: (manifest) =>
      isKind(manifest, 'v1/Namespace')
        ? ['baseline', 'restricted'].includes(manifest.metadata.labels?.['pod-security.kubernetes.io/enforce'] ?? '')
          ? []
          : ['enforces neither baseline nor restricted']
        : undefined,
  },
  {
    id: 'CIS-4.2.1',
    info: 'No container is privileged.',
    check: ofContainers(({ securityContext }) => securityContext?.privileged === true && 'is privileged'),
  },
  {
    id: 'CIS-4.2.2',
    info: 'No pod shares the process ids of its node.',
    check: ofPods(({ hostPID }) => (hostPID ? ['uses hostPID'] : [])),
  },
  {
    id: 'CIS-4.2.3',
    info: 'No pod shares the inter-process communication of its node.',
    check: ofPods(({ hostIPC }) => (hostIPC ? ['uses hostIPC'] : [])),
  },
  {
    id: 'CIS-4.2.4',
    info: 'No pod shares the network of its node.',
    check: ofPods(({ hostNetwork }) => (hostNetwork ? ['uses hostNetwork'] : [])),
  },
  {
    id: 'CIS-4.2.5',
    info: 'No container may gain privileges.',
    check: ofContainers(
      ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false && 'may gain privileges',
    ),
  },
  {
    id: 'PSS-NON-ROOT',
    info: 'No container runs as root.',
    check: ofContainers(
      ({ securityContext }, pod) =>
        (securityContext?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) !== true && 'may run as root',
    ),
  },
  {
    id: 'PSS-CAPABILITIES',
    info: 'Every container drops all capabilities and adds none.',
    check: ofContainers(
      ({ securityContext }) =>
        (!securityContext?.capabilities?.drop?.includes('ALL') ||
          (securityContext.capabilities.add ?? []).length > 0) &&
        'keeps or adds capabilities',
    ),
  },
  {
    id: 'CIS-4.3.2',
    info: 'Every namespace with pods denies by default what no network policy allows.',
    check: ofPods((_, all, { metadata: { namespace = 'default' } }) =>
      deniesByDefault(namespace, all) ? [] : [`runs in ${namespace}, which has no default-deny network policy`],
    ),
  },
  {
    id: 'CIS-4.4.1',
    info: 'Secrets reach pods as files, or as variables from secrets that the External Secrets Operator makes.',
    check: ofPods((pod, all) => {
      const external = ofKind(all, 'external-secrets.io/v1/ExternalSecret').map(
        ({ metadata, spec }) => spec.target?.name ?? metadata?.name,
      );
      return [...(pod.initContainers ?? []), ...pod.containers].flatMap(({ name, env = [], envFrom = [] }) =>
        [
          ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
          ...envFrom.map(({ secretRef }) => secretRef?.name),
        ].flatMap((secret) =>
          secret === undefined || external.includes(secret)
            ? []
            : [`container ${name} takes variables from ${secret}, which no ExternalSecret makes`],
        ),
      );
    }),
  },
  {
    id: 'CIS-4.4.2',
    info: 'Secrets live outside the cluster: no manifest carries one.',
    check: (manifest) =>
      isKind(manifest, 'v1/Secret')
        ? Object.keys({ ...manifest.data, ...manifest.stringData }).length > 0
          ? ['carries secret data']
          : []
        : undefined,
  },
  {
    id: 'CIS-4.5.1',
    info: 'Workloads stand in namespaces of their own, apart from those of the cluster.',
    check: ofPods((_, __, { metadata: { namespace = 'default' } }) =>
      BUILT_IN_NAMESPACES.includes(namespace) ? [`runs in ${namespace}`] : [],
    ),
  },
  {
    id: 'CIS-4.5.2',
    info: 'The default namespace is not used.',
    check: ({ kind, metadata }) =>
      CLUSTER_WIDE.includes(kind)
        ? undefined
        : (metadata.namespace ?? 'default') === 'default'
          ? ['is in default']
          : [],
  },
];

const CLUSTER_WIDE = ['ClusterRole', 'ClusterRoleBinding', 'Namespace', 'PriorityClass', 'StorageClass'];

/** Checks objects that end up in one cluster. */
export function checkManifests(manifests: readonly Manifest[], stack: string) {
  const evaluations: Evaluation[] = [];
  let notApplicable = 0;
  for (const { id: rule, info, check } of MANIFEST_RULES) {
    for (const manifest of manifests) {
      const problems = check(manifest, manifests);
      const resource = describeManifest(manifest);
      if (problems === undefined) notApplicable++;
      else {
        evaluations.push({
          ...{ pack: MANIFEST_PACK, rule, resource, stack, level: 'Error' },
          result: problems.length > 0 ? 'Non-Compliant' : 'Compliant',
          ids: [`${rule}[${resource}]`],
          info: [info, ...problems].join(' Found: '),
        });
      }
    }
  }
  return { evaluations, notApplicable };
}
