import type { Pod } from 'kubernetes-types/core/v1';
import { CONTROLLER_ACCOUNTS } from '../../../platform/cluster/pod-identities';
import { environmentId } from '../../../config/environment';
import { type Outcome, failed, ok } from '../../../report/findings';
import type { ClusterCheck } from './context';
import { list } from './objects';

/** Every workload of the platform's namespaces has the pods it asks for, all ready. */
export const podsReady: ClusterCheck = {
  title: 'Pods',
  run: async ({ environment: { config, values }, cluster }) => {
    const name = environmentId(config.name);
    const namespaces = [
      name,
      ...(values.xrayNamespace ? [values.xrayNamespace] : []),
      ...new Set(Object.values(CONTROLLER_ACCOUNTS).map(({ namespace }) => namespace)),
    ];
    const perNamespace = await Promise.all(
      namespaces.map(async (namespace): Promise<Outcome> => {
        const [deployments, statefulSets, daemonSets, pods] = await Promise.all([
          list(cluster, 'apis/apps/v1/deployments', namespace),
          list(cluster, 'apis/apps/v1/statefulsets', namespace),
          list(cluster, 'apis/apps/v1/daemonsets', namespace),
          list(cluster, 'api/v1/pods', namespace),
        ]);
        const workloads = [
          ...[...deployments, ...statefulSets].map(({ metadata, spec, status }) => ({
            name: metadata?.name,
            wanted: spec?.replicas ?? 1,
            ready: status?.readyReplicas ?? 0,
          })),
          ...daemonSets.map(({ metadata, status }) => ({
            name: metadata?.name,
            wanted: status?.desiredNumberScheduled ?? 0,
            ready: status?.numberReady ?? 0,
          })),
        ];
        const short = workloads.filter(({ wanted, ready }) => ready < wanted);
        if (workloads.length === 0) return failed(`nothing runs in ${namespace}`, 'see the Helm releases above');
        if (short.length === 0) {
          const count = workloads.reduce((sum, { ready }) => sum + ready, 0);
          return ok(`${namespace}: ${count} ready`);
        }
        const reasons = pods.flatMap(troubleOf);
        return failed(
          [
            `${namespace}: ${short.map(({ name: workload, wanted, ready }) => `${workload} ${ready}/${wanted}`).join(', ')}`,
            ...reasons,
          ].join('\n'),
          `kubectl describe pods -n ${namespace}; docs/runbook.md#pods`,
        );
      }),
    );
    return perNamespace;
  },
};

/** Why a pod is not ready, where Kubernetes says it. */
function troubleOf({ metadata, status }: Pod): string[] {
  const waiting = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting?.reason ?? []);
  const unscheduled = (status?.conditions ?? [])
    .filter(({ type, status: value }) => type === 'PodScheduled' && value === 'False')
    .map(({ message }) => message ?? 'cannot be scheduled');
  return [...new Set([...waiting, ...unscheduled])].map((reason) => `${metadata?.name}: ${reason}`);
}
