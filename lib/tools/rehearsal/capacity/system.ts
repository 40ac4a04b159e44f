import * as path from 'node:path';
import type { DaemonSet, Deployment } from 'kubernetes-types/apps/v1';
import type { PodSpec } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { type KubernetesObject, renderChart } from '../../../assembly/kubernetes/render';
import type { Release } from '../../../assembly/releases';
import { STAND_IN_CHARTS } from '../cluster/repository';
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
    return podsOf({ name, namespace, replicas, spec, budget });
  });
}

/** The pods of a controller's release, as the stand-in of its chart has them with the values of the assembly. */
export function controllerObjects({ name, namespace, values, kubeVersion, chart }: Release): KubernetesObject[] {
  if (chart.kind !== 'remote') throw new Error(`${name} is no chart of a controller`);
  const folder = path.join(STAND_IN_CHARTS, chart.name);
  const objects = renderChart({ chart: folder, values, release: name, namespace, kubeVersion });
  return objects.filter(({ kind }) => ['Deployment', 'ServiceAccount', 'PodDisruptionBudget'].includes(kind));
}

interface PodsProps {
  readonly name: string;
  readonly namespace: string;

  /** Of a Deployment; without, a DaemonSet. */
  readonly replicas?: number;
  readonly spec: PodSpec;
  readonly budget?: boolean;
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
            spec: { maxUnavailable: 1, selector },
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
