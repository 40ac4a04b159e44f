import type { Node } from 'kubernetes-types/core/v1';
import { environmentId } from '../../../config/environment';
import { KAFKA_NODES } from '../../../config/placement';
import { type Outcome, failed, ok } from '../../../report/findings';
import type { ClusterCheck } from './context';
import { list } from './objects';

/** Where a pod runs. */
interface Place {
  readonly pod: string;
  readonly zone: string;
  readonly kafkaNode: boolean;
}

/**
 * Pods stand where the spec puts them: services on nodes without the taint, Kafka and ZooKeeper on nodes with it only,
 * each over both zones.
 */
export const placement: ClusterCheck = {
  title: 'Placement',
  run: async ({ environment: { config, values }, cluster }) => {
    const namespace = environmentId(config.name);
    const [nodes, pods] = await Promise.all([list(cluster, 'api/v1/nodes'), list(cluster, 'api/v1/pods', namespace)]);
    const byName = new Map(nodes.map((node) => [node.metadata?.name, node]));
    const zones = config.network.availabilityZones;
    const place = (app: string): Place[] =>
      pods
        // A pod on its way out keeps its place for a while and serves nobody.
        .filter(({ metadata, spec }) => metadata?.labels?.app === app && spec?.nodeName && !metadata.deletionTimestamp)
        .map(({ metadata, spec }) => ({
          pod: metadata?.name ?? '',
          ...placeOf(byName.get(spec?.nodeName)),
        }));
    const check = (app: string, onKafkaNodes: boolean): Outcome => {
      const places = place(app);
      const describe = `kubectl get pods -n ${namespace} -l app=${app} -o wide`;
      if (places.length === 0) return failed(`${app} has no pod on any node`, describe);
      const wrong = places.filter(({ kafkaNode }) => kafkaNode !== onKafkaNodes);
      if (wrong.length > 0) {
        return failed(
          `${wrong.map(({ pod }) => pod).join(', ')} ${onKafkaNodes ? 'outside of' : 'on'} the nodes with workload=kafka`,
          `compare labels and taints of the nodes (kubectl describe nodes) with lib/platform/cluster/node-groups.ts; ${describe}`,
        );
      }
      const perZone = zones.map((zone) => places.filter((one) => one.zone === zone).length);
      const spread = zones.map((zone, i) => `${perZone[i]} in ${zone}`).join(', ');
      return perZone.includes(0)
        ? failed(`${app}: ${spread}`, 'is a node of that zone missing? docs/runbook.md#zone-loss')
        : ok(`${app}: ${spread}`);
    };
    const messaging = { zookeeper: ['kafka', 'zookeeper'], kraft: ['kafka'], msk: [] }[values.kafkaMode];
    return [...values.services.map(({ name }) => check(name, false)), ...messaging.map((name) => check(name, true))];
  },
};

function placeOf(node: Node | undefined): Omit<Place, 'pod'> {
  const labels = node?.metadata?.labels ?? {};
  const tainted = (node?.spec?.taints ?? []).some(
    ({ key, value }) => key === KAFKA_NODES.key && value === KAFKA_NODES.value,
  );
  return {
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    kafkaNode: tainted && labels[KAFKA_NODES.key] === KAFKA_NODES.value,
  };
}
