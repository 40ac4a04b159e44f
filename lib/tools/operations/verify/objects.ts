import type { DaemonSet, Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Node, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { ClusterAccess } from '../cluster-access';

interface Status {
  readonly status?: {
    readonly conditions?: readonly { type: string; status: string; message?: string; reason?: string }[];
  };
}

/** Kinds that the checks read, by the path of their API group. */
interface Objects {
  'api/v1/nodes': Node;
  'api/v1/pods': Pod;
  'api/v1/persistentvolumeclaims': PersistentVolumeClaim;
  'apis/apps/v1/deployments': Deployment;
  'apis/apps/v1/statefulsets': StatefulSet;
  'apis/apps/v1/daemonsets': DaemonSet;
  'apis/autoscaling/v2/horizontalpodautoscalers': HorizontalPodAutoscaler;
  'apis/elbv2.k8s.aws/v1beta1/targetgroupbindings': { metadata: ObjectMeta; spec: { targetGroupARN: string } };
  'apis/external-secrets.io/v1/externalsecrets': { metadata: ObjectMeta } & Status;
}

/** Objects of a kind, in one namespace where one is named. */
export async function list<K extends keyof Objects>(
  cluster: ClusterAccess,
  kind: K,
  namespace?: string,
): Promise<Objects[K][]> {
  const group = kind.slice(0, kind.lastIndexOf('/'));
  const plural = kind.slice(kind.lastIndexOf('/') + 1);
  const { items } = (await cluster.get(
    namespace === undefined ? `/${group}/${plural}` : `/${group}/namespaces/${namespace}/${plural}`,
  )) as { items: Objects[K][] };
  return items;
}
