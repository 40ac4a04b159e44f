import type { Pod } from 'kubernetes-types/core/v1';
import type { KubernetesApi } from '../control-plane/api';

/** Follows all pods of a cluster, and remembers what happened to the services while nobody looked. */
export class PodWatch {
  private readonly pods = new Map<string, Pod>();
  private lowest = new Map<string, number>();
  private preempted: string[] = [];
  private readonly stop: () => void;

  /** @param services names of the services: label `app` of their pods */
  constructor(
    api: KubernetesApi,
    private readonly services: readonly string[],
  ) {
    this.stop = api.watch<Pod>('/api/v1/pods', (pod, exists) => this.see(pod, exists));
  }

  close(): void {
    this.stop();
  }

  /** All pods that are there, those that end among them. */
  all(): Pod[] {
    return [...this.pods.values()];
  }

  /** Begins to count anew. */
  forget(): void {
    this.lowest = new Map(
      this.services.map((name) => [name, this.ready(name)] as const).filter(([, ready]) => ready > 0),
    );
    this.preempted = [];
  }

  /** Fewest ready pods since then of each service that served when it began. */
  fewestReady(): ReadonlyMap<string, number> {
    return this.lowest;
  }

  /** Pods that had to go for others since then. */
  preemptedPods(): readonly string[] {
    return this.preempted;
  }

  private ready(service: string): number {
    return this.all().filter((pod) => pod.metadata?.labels?.app === service && serves(pod)).length;
  }

  private see(pod: Pod, exists: boolean): void {
    const uid = pod.metadata?.uid ?? '';
    const before = this.pods.get(uid);
    if (exists) this.pods.set(uid, pod);
    else this.pods.delete(uid);
    if (!wasPreempted(before) && wasPreempted(pod)) this.preempted.push(pod.metadata?.name ?? '');
    const service = pod.metadata?.labels?.app ?? '';
    const lowest = this.lowest.get(service);
    if (lowest !== undefined) this.lowest.set(service, Math.min(lowest, this.ready(service)));
  }
}

/** Whether a pod answers and goes on to. */
function serves({ metadata, status }: Pod): boolean {
  return !metadata?.deletionTimestamp && hasCondition(status, 'Ready', 'True');
}

function wasPreempted(pod: Pod | undefined): boolean {
  return (
    pod?.status?.conditions?.some(
      ({ type, reason }) => type === 'DisruptionTarget' && reason === 'PreemptionByScheduler',
    ) ?? false
  );
}

function hasCondition(status: Pod['status'], type: string, value: string): boolean {
  return status?.conditions?.some((one) => one.type === type && one.status === value) ?? false;
}
