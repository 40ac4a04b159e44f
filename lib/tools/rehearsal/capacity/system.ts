import type { DaemonSet, Deployment } from 'kubernetes-types/apps/v1';
import type { PodSpec } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { Release } from '../../../assembly/releases';
import { type Values, child } from '../../../config/values';
import type { AddonPods } from '../cluster/nodes';

/** Something with pods, as the rehearsal puts it into the cluster. */
export type SystemObject = Deployment | DaemonSet | PodDisruptionBudget;

const ADDON_NAMESPACES: Readonly<Record<string, string>> = { 'amazon-cloudwatch-observability': 'amazon-cloudwatch' };

/** The pods of add-ons in the cluster, which EKS would put there. */
export function addonObjects(addons: readonly AddonPods[]): SystemObject[] {
  return addons.flatMap(({ addon, name, replicas, containers, budget, spread, priority }) => {
    const namespace = ADDON_NAMESPACES[addon] ?? 'kube-system';
    const spec: PodSpec = {
      priorityClassName: priority,
      affinity: spread ? preferOtherNodes(name) : undefined,
      // Of an add-on's daemons none cares for taints.
      tolerations: replicas === undefined ? [{ operator: 'Exists' }] : [],
      containers: containers.map(([cpu, memory], i) => ({
        name: `${name}-${i + 1}`,
        image: name,
        resources: { requests: { ...(cpu && { cpu: `${cpu}m` }), ...(memory && { memory: `${memory}Mi` }) } },
      })),
    };
    return podsOf({ name, namespace, replicas, spec, budget: budget ? { maxUnavailable: 1 } : undefined });
  });
}

/** A Deployment of a controller's chart: where the chart's values speak of it, and what its templates add. */
interface ControllerPods {
  readonly name: string;

  /** Key of the values of this one; the chart's own stand at the top. */
  readonly values?: string;

  readonly priority?: string;
  readonly spread?: boolean;
}

/** What the charts of the controllers run, as `source` in lib/platform/workloads/controller-charts.ts has it. */
const CONTROLLERS: Readonly<Record<string, readonly ControllerPods[]>> = {
  'aws-load-balancer-controller': [
    { name: 'aws-load-balancer-controller', priority: 'system-cluster-critical', spread: true },
  ],
  'external-secrets': [
    { name: 'external-secrets' },
    { name: 'external-secrets-webhook', values: 'webhook' },
    { name: 'external-secrets-cert-controller', values: 'certController' },
  ],
  'metrics-server': [{ name: 'metrics-server', priority: 'system-cluster-critical' }],
};

/** The pods of a controller's release, with the values that the assembly gives it. */
export function controllerObjects({ name: release, namespace, values }: Release): SystemObject[] {
  const controllers = CONTROLLERS[release];
  if (!controllers) throw new Error(`the pods of the release ${release} are not known`);
  return controllers.flatMap(({ name, values: key, priority, spread }) => {
    const own = key === undefined ? (values as Values) : child(values as Values, key);
    const { minAvailable, maxUnavailable } = child(own, 'podDisruptionBudget');
    const spec: PodSpec = {
      priorityClassName: typeof own.priorityClassName === 'string' ? own.priorityClassName : priority,
      nodeSelector: child(own, 'nodeSelector') as Record<string, string>,
      affinity: spread ? preferOtherNodes(name) : undefined,
      topologySpreadConstraints: own.topologySpreadConstraints as PodSpec['topologySpreadConstraints'],
      containers: [{ name, image: name, resources: own.resources as object }],
    };
    return podsOf({
      name,
      namespace,
      replicas: Number(own.replicaCount ?? own.replicas ?? 1),
      spec,
      budget: (minAvailable ?? maxUnavailable) === undefined ? undefined : ({ minAvailable, maxUnavailable } as Budget),
    });
  });
}

type Budget = Pick<NonNullable<PodDisruptionBudget['spec']>, 'maxUnavailable' | 'minAvailable'>;

interface PodsProps {
  readonly name: string;
  readonly namespace: string;

  /** Of a Deployment; without, a DaemonSet. */
  readonly replicas?: number;
  readonly spec: PodSpec;
  readonly budget?: Budget;
}

function podsOf({ name, namespace, replicas, spec, budget }: PodsProps): SystemObject[] {
  const labels = { 'app.kubernetes.io/name': name };
  const metadata = { name, namespace, labels };
  const selector = { matchLabels: labels };
  const template = { metadata: { labels }, spec };
  return [
    replicas === undefined
      ? { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: { selector, template } }
      : { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas, selector, template } },
    ...(budget
      ? [
          {
            apiVersion: 'policy/v1',
            kind: 'PodDisruptionBudget',
            metadata,
            spec: { ...budget, selector },
          } as const,
        ]
      : []),
  ];
}

function preferOtherNodes(name: string): PodSpec['affinity'] {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
          },
        },
      ],
    },
  };
}
