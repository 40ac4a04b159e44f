import type { Pod } from 'kubernetes-types/core/v1';
import type { LabelSelector, ObjectMeta } from 'kubernetes-types/meta/v1';
import type { GroupNode } from '../cluster/nodes';
import { KAFKA_NODES } from '../../../config/placement';

/** A Deployment, StatefulSet or DaemonSet, as far as it tells about its pods. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly metadata?: ObjectMeta;
  readonly spec?: { readonly replicas?: number; readonly selector: LabelSelector };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
  };
}

/** What a cluster looks like at one moment. */
export interface Sight {
  readonly nodes: readonly GroupNode[];

  /** Names of the nodes that are gone or closed. */
  readonly away: ReadonlySet<string>;

  readonly pods: readonly Pod[];
  readonly workloads: readonly Workload[];
}

/** What is not as it should be: pods without a place, and workloads without their pods. Empty when all has settled. */
export function unsettled({ pods, workloads, away }: Sight): string[] {
  const waiting = pods.filter(({ spec, metadata, status }) => {
    const isOver = ['Succeeded', 'Failed'].includes(status?.phase ?? '');
    return !spec?.nodeName && !metadata?.deletionTimestamp && !isOver;
  });
  const ending = pods.filter(({ metadata, spec }) => metadata?.deletionTimestamp && !away.has(spec?.nodeName ?? ''));
  return [
    ...[...new Set(waiting.map(whyPending))].map(
      (why) => `${namesOf(waiting.filter((pod) => whyPending(pod) === why))} Pending: ${why}`,
    ),
    ...ending.map((pod) => `${nameOf(pod)} is ending`),
    ...workloads.flatMap((workload) => incomplete(workload, pods, away)),
  ];
}

/** Pods of more than one copy that stand on one node though they could stand on two. */
export function stacked({ pods, workloads, nodes, away }: Sight): string[] {
  const open = nodes.filter(({ name, taints }) => !away.has(name) && taints.length === 0);
  if (open.length < 2) return [];
  return workloads.flatMap((workload) => {
    const { kind, metadata, spec } = workload;
    // What has volumes stands where they are.
    if (kind !== 'Deployment' || (spec?.replicas ?? 1) < 2) return [];
    const own = pods.filter((pod) => belongs(pod, workload) && !pod.metadata?.deletionTimestamp);
    const hosts = new Set(own.map((pod) => pod.spec?.nodeName));
    return own.length > 1 && hosts.size === 1
      ? [`${own.length} of ${metadata?.name} stand on ${[...hosts].join()}`]
      : [];
  });
}

/** Members of a quorum, and those on nodes that are there. */
export interface Quorum {
  readonly name: string;
  readonly members: number;
  readonly left: number;
}

/** What is left of each quorum. */
export function quorums({ pods, workloads, away }: Sight): Quorum[] {
  return workloads
    .filter(({ kind }) => kind === 'StatefulSet')
    .map((workload) => ({
      name: workload.metadata?.name ?? '',
      members: workload.spec?.replicas ?? 1,
      left: pods.filter((pod) => belongs(pod, workload) && !away.has(pod.spec?.nodeName ?? '')).length,
    }));
}

/**
 * Quorums without a majority; or with one, where the zone of all majorities is gone.
 *
 * @param stopped whether that zone is gone
 */
export function wrongQuorums(all: readonly Quorum[], stopped: boolean): string[] {
  return all
    .filter(({ members, left }) => left * 2 > members === stopped)
    .map(({ name, members, left }) => {
      const why = stopped ? ', so its majority was not in the zone that config names' : '';
      return `${name} has ${left} of ${members} members left${why}`;
    });
}

/** Where the specification's table of places does not hold: services over all zones and off the Kafka nodes, Kafka on them. */
export function misplaced({ pods, nodes, away }: Sight, services: readonly string[]): string[] {
  const nodeOf = new Map(nodes.map((node) => [node.name, node]));
  const zones = new Set(nodes.filter(({ name }) => !away.has(name)).map(({ zone }) => zone));
  const placed = pods.filter(({ metadata, spec }) => spec?.nodeName && !metadata?.deletionTimestamp);
  const isKafka = (pod: Pod) => nodeOf.get(pod.spec?.nodeName ?? '')?.labels[KAFKA_NODES.key] === KAFKA_NODES.value;
  const appOf = ({ metadata }: Pod) => metadata?.labels?.app ?? '';
  return [
    ...placed
      .filter((pod) => services.includes(appOf(pod)) && isKafka(pod))
      .map((pod) => `${nameOf(pod)} stands on a Kafka node`),
    ...placed
      .filter((pod) => ['kafka', 'zookeeper'].includes(appOf(pod)) && !isKafka(pod))
      .map((pod) => `${nameOf(pod)} stands on a service node`),
    ...[...services, 'kafka', 'zookeeper'].flatMap((service) => {
      const own = placed.filter((pod) => appOf(pod) === service);
      const counts = [...zones].map(
        (zone) => own.filter((pod) => nodeOf.get(pod.spec?.nodeName ?? '')?.zone === zone).length,
      );
      const skew = Math.max(...counts) - Math.min(...counts);
      return own.length > 0 && skew > 1 ? [`${service} stands ${counts.join(' to ')} over the zones`] : [];
    }),
  ];
}

function incomplete(workload: Workload, pods: readonly Pod[], away: ReadonlySet<string>): string[] {
  const { kind, metadata, spec, status = {} } = workload;
  if ((status.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return [`${metadata?.name} is not looked at yet`];
  if (kind === 'DaemonSet') return [];
  const lost = pods.filter((pod) => belongs(pod, workload) && away.has(pod.spec?.nodeName ?? '')).length;
  const wanted = (spec?.replicas ?? 1) - (kind === 'StatefulSet' ? lost : 0);
  const ready = status.readyReplicas ?? 0;
  const updated = status.updatedReplicas ?? 0;
  if (ready >= wanted && updated >= wanted && (status.replicas ?? 0) <= (spec?.replicas ?? 1)) return [];
  return [`${metadata?.name} has ${ready} of ${wanted} pods ready, ${updated} of them of its last revision`];
}

function belongs({ metadata }: Pod, { metadata: owner, spec }: Workload): boolean {
  const labels = Object.entries(spec?.selector.matchLabels ?? {});
  return metadata?.namespace === owner?.namespace && labels.every(([key, value]) => metadata?.labels?.[key] === value);
}

function whyPending({ status }: Pod): string {
  return status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? 'not looked at yet';
}

/** Pods as the subject of a sentence: sixty names would hide why. */
function namesOf(pods: readonly Pod[]): string {
  const [first, ...others] = pods.map(nameOf);
  return others.length === 0 ? `${first} is` : `${first} and ${others.length} more are`;
}

/** Name of a pod, as findings call it. */
export function nameOf({ metadata }: Pod): string {
  return metadata?.name ?? '';
}
