import type { Container, Node, Pod } from 'kubernetes-types/core/v1';
import type { Condition } from 'kubernetes-types/meta/v1';
import type { KubernetesApi } from '../control-plane/api';
import type { NodeSpec } from './nodes';

/**
 * What becomes of an image:
 * - `runs`: it is pulled, and its container gets ready
 * - `missing`: no registry has it
 * - `sick`: its container runs and never gets ready
 */
export type ImageBehaviour = 'runs' | 'missing' | 'sick';

export interface KubeletsOptions {
  /** As the administrator. */
  readonly api: KubernetesApi;

  /** What becomes of an image. */
  readonly image: (image: string) => ImageBehaviour;

  /** Real seconds for each second that a pod would take to start or to end. */
  readonly timeScale: number;
}

/** Seconds from a pod's place on a node until its containers are ready, once their images are there. */
const START = 20;

/** Seconds that a program takes to end once it is asked to. */
const SHUTDOWN = 5;

/** Seconds that the container of a Job takes for its work. */
const WORK = 10;

/** Milliseconds between two looks for an image or a secret that was missing, and between two signs of life of a node. */
const RETRY = 500;
const HEARTBEAT = 3_000;

interface Running {
  readonly ip: string;
  state: 'waiting' | 'starting' | 'running' | 'done';
  ending: boolean;
}

/**
 * Nodes without machines: each reports itself, takes the pods that the scheduler binds to it, and lets them start, become
 * ready, work, and end in the time that theirs would take. What runs in a container is not there.
 */
export class Kubelets {
  private readonly nodes = new Map<string, { readonly spec: NodeSpec; isUp: boolean; readonly ip: string }>();
  private readonly pods = new Map<string, Pod>();
  private readonly running = new Map<string, Running>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private addresses = 0;
  private stopWatch = () => {};

  constructor(private readonly options: KubeletsOptions) {}

  async start(nodes: readonly NodeSpec[]): Promise<void> {
    for (const node of nodes) await this.add(node);
    this.stopWatch = this.options.api.watch<Pod>('/api/v1/pods', (pod, exists) => this.see(pod, exists));
    this.every(HEARTBEAT, () => {
      for (const [name, { isUp }] of this.nodes) if (isUp) this.quietly(this.beat(name));
    });
  }

  /** Lets a machine join. */
  async add(spec: NodeSpec): Promise<void> {
    const { api } = this.options;
    const ip = `10.0.${200 + this.nodes.size}.10`;
    // Before the heartbeat knows the node, or both would make its lease.
    await this.renew(spec.name);
    this.nodes.set(spec.name, { spec, isUp: true, ip });
    await api.create('/api/v1/nodes', nodeObject(spec));
    await api.patch(`/api/v1/nodes/${spec.name}/status`, { status: nodeStatus(spec, ip, api.now) });
    await api.create('/apis/storage.k8s.io/v1/csinodes', csiNode(spec));
  }

  /** Lets a machine fall silent, with all that runs on it. */
  stop(name: string): void {
    this.node(name).isUp = false;
  }

  /** Lets it come back; what it ran has been restarted. */
  async resume(name: string): Promise<void> {
    const { api } = this.options;
    const node = this.node(name);
    node.isUp = true;
    await api.patch(`/api/v1/nodes/${name}/status`, { status: nodeStatus(node.spec, node.ip, api.now) });
    await this.renew(name);
    for (const pod of this.pods.values()) if (pod.spec?.nodeName === name) this.see(pod, true);
  }

  /** Takes a machine away for good, as its group does when it replaces it. */
  async remove(name: string): Promise<void> {
    const { api } = this.options;
    this.nodes.delete(name);
    await api.delete(`/api/v1/nodes/${name}`);
    await api.delete(`/apis/storage.k8s.io/v1/csinodes/${name}`);
    await api.delete(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`);
  }

  close(): void {
    this.stopWatch();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private node(name: string) {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`There is no node ${name}; there are ${[...this.nodes.keys()].join(', ')}`);
    return node;
  }

  private isUp(pod: Pod): boolean {
    return this.nodes.get(pod.spec?.nodeName ?? '')?.isUp === true;
  }

  private see(pod: Pod, exists: boolean): void {
    const uid = pod.metadata?.uid ?? '';
    if (!exists) {
      this.pods.delete(uid);
      this.running.delete(uid);
      return;
    }
    this.pods.set(uid, pod);
    if (!this.isUp(pod)) return;
    const known = this.running.get(uid);
    if (pod.metadata?.deletionTimestamp) this.end(uid, pod, known);
    else if (!known) this.begin(uid, pod);
    else if (known.state === 'running' && isReady(pod) !== readyToServe(pod)) this.report(uid, known);
  }

  private begin(uid: string, pod: Pod): void {
    const isDone = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
    const octets = this.addresses++;
    const node = this.nodes.get(pod.spec?.nodeName ?? '');
    const ip = pod.spec?.hostNetwork ? (node?.ip ?? '') : `10.0.${Math.floor(octets / 250)}.${(octets % 250) + 1}`;
    const running: Running = { ip, state: isDone ? 'done' : 'waiting', ending: false };
    this.running.set(uid, running);
    if (!isDone) this.quietly(this.prepare(uid, running));
  }

  /** Waits for images, secrets and volumes, then starts the containers. */
  private async prepare(uid: string, running: Running): Promise<void> {
    const pod = this.pods.get(uid);
    if (!pod || running.ending) return;
    const obstacle = this.imageObstacle(pod) ?? (await this.configObstacle(pod));
    const last = pod.status?.containerStatuses?.[0]?.state?.waiting?.message;
    if (obstacle) {
      if (obstacle.message !== last) await this.write(pod, waitingStatus(pod, obstacle, this.options.api.now));
      this.after(RETRY, () => this.quietly(this.prepare(uid, running)));
      return;
    }
    running.state = 'starting';
    this.after(START * this.options.timeScale * 1000, () => this.quietly(this.run(uid, running)));
  }

  private async run(uid: string, running: Running): Promise<void> {
    running.state = 'running';
    this.report(uid, running);
    if (this.pods.get(uid)?.spec?.restartPolicy === 'Always') return;
    this.after(WORK * this.options.timeScale * 1000, () => {
      const pod = this.pods.get(uid);
      if (!pod || running.ending) return;
      running.state = 'done';
      this.quietly(this.write(pod, finishedStatus(pod, this.options.api.now)));
    });
  }

  private report(uid: string, { ip, ending }: Running): void {
    const pod = this.pods.get(uid);
    if (!pod || ending) return;
    const containers = pod.spec?.containers ?? [];
    const isHealthy = containers.every(({ image = '' }) => this.options.image(image) === 'runs');
    const { api } = this.options;
    const hostIP = this.nodes.get(pod.spec?.nodeName ?? '')?.ip ?? '';
    this.quietly(this.write(pod, runningStatus(pod, { ip, hostIP, isHealthy }, api.now)));
  }

  private end(uid: string, pod: Pod, running: Running | undefined): void {
    if (running?.ending) return;
    const isRunning = running?.state === 'running';
    this.running.set(uid, { ip: running?.ip ?? '', state: running?.state ?? 'waiting', ending: true });
    const seconds = isRunning ? terminationSeconds(pod) : 0;
    this.after(seconds * this.options.timeScale * 1000, () => this.quietly(this.finish(uid, pod)));
  }

  private async finish(uid: string, { metadata }: Pod): Promise<void> {
    const pod = this.pods.get(uid);
    // A node that has fallen silent meanwhile confirms nothing.
    if (!pod || !this.isUp(pod)) return void this.running.delete(uid);
    await this.options.api.delete(podPath(metadata), {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      preconditions: { uid },
    });
  }

  private imageObstacle(pod: Pod): Obstacle | undefined {
    const missing = allContainers(pod).find(({ image = '' }) => this.options.image(image) === 'missing');
    return missing && imageObstacle(missing, pod);
  }

  private async configObstacle(pod: Pod): Promise<Obstacle | undefined> {
    const namespace = pod.metadata?.namespace ?? '';
    for (const { kind, name } of requiredConfig(pod)) {
      const found = await this.options.api.find(`/api/v1/namespaces/${namespace}/${kind}s/${name}`);
      if (!found) return { reason: 'CreateContainerConfigError', message: `${kind} "${name}" not found` };
    }
    return undefined;
  }

  private async write({ metadata }: Pod, status: object): Promise<void> {
    await this.options.api.patch(
      `${podPath(metadata)}/status`,
      { metadata: { uid: metadata?.uid }, status },
      'strategic',
    );
  }

  /** A sign of life; a node that was given up while this process was busy says that it is there. */
  private async beat(name: string): Promise<void> {
    const { api } = this.options;
    await this.renew(name);
    const found = await api.find<Node>(`/api/v1/nodes/${name}`);
    const isThere = found?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    const { spec, ip } = this.node(name);
    if (!isThere) await api.patch(`/api/v1/nodes/${name}/status`, { status: nodeStatus(spec, ip, api.now) });
  }

  private async renew(name: string): Promise<void> {
    const { api } = this.options;
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
    const renewTime = `${api.now.slice(0, -1)}000Z`;
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime };
    if (await api.find(`${path}/${name}`)) await api.patch(`${path}/${name}`, { spec });
    else await api.create(path, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec });
  }

  /** What fails here is tried again at the next event, or has gone. */
  private quietly(work: Promise<unknown>): void {
    work.catch(() => undefined);
  }

  private after(milliseconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, milliseconds);
    this.timers.add(timer);
  }

  private every(milliseconds: number, work: () => void): void {
    this.after(milliseconds, () => {
      work();
      this.every(milliseconds, work);
    });
  }
}

/** Why a container cannot start. */
export interface Obstacle {
  readonly reason: string;
  readonly message: string;
}

/** Seconds that a pod keeps its place once it is deleted: its hooks and its shutdown, within its grace period. */
export function terminationSeconds({ spec, metadata }: Pod): number {
  const grace = metadata?.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30;
  const hooks = (spec?.containers ?? []).map(({ lifecycle }) => {
    // The typings are older than the hook.
    const preStop = lifecycle?.preStop as { readonly sleep?: { readonly seconds: number } } | undefined;
    return preStop?.sleep?.seconds ?? 0;
  });
  return Math.min(Math.max(0, ...hooks) + SHUTDOWN, grace);
}

/** Secrets and ConfigMaps that a pod does not start without. */
export function requiredConfig({ spec }: Pod): { readonly kind: 'secret' | 'configmap'; readonly name: string }[] {
  const found: { kind: 'secret' | 'configmap'; name: string }[] = [];
  const need = (kind: 'secret' | 'configmap', ref?: { name?: string; optional?: boolean }) => {
    if (ref?.name && !ref.optional && !found.some((one) => one.kind === kind && one.name === ref.name))
      found.push({ kind, name: ref.name });
  };
  for (const { env = [], envFrom = [] } of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
    for (const { valueFrom } of env) {
      need('secret', valueFrom?.secretKeyRef);
      need('configmap', valueFrom?.configMapKeyRef);
    }
    for (const { secretRef, configMapRef } of envFrom) {
      need('secret', secretRef);
      need('configmap', configMapRef);
    }
  }
  for (const { secret, configMap } of spec?.volumes ?? []) {
    need('secret', secret && { name: secret.secretName, optional: secret.optional });
    need('configmap', configMap);
  }
  return found;
}

/** Whether a pod may count as ready: its containers are, and every gate is open. */
export function readyToServe({ spec, status }: Pod): boolean {
  const holds = (type: string) =>
    status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
  return holds('ContainersReady') && (spec?.readinessGates ?? []).every(({ conditionType }) => holds(conditionType));
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

function allContainers({ spec }: Pod): Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

/** First the failure of the pull, then, as a kubelet would have it, the wait until the next one. */
function imageObstacle({ name, image = '' }: Container, { status }: Pod): Obstacle {
  const before = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(
    (one) => one.name === name,
  )?.state?.waiting?.reason;
  return before === 'ErrImagePull' || before === 'ImagePullBackOff'
    ? { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` }
    : { reason: 'ErrImagePull', message: `failed to pull and unpack image "${image}": ${image}: not found` };
}

function podPath(metadata: Pod['metadata']): string {
  return `/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}`;
}

function nodeObject({ name, zone, labels, taints }: NodeSpec): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': zone.slice(0, -1),
        'topology.kubernetes.io/zone': zone,
        'topology.ebs.csi.aws.com/zone': zone,
        ...labels,
      },
    },
    spec: {
      taints: taints.map(({ key, value, effect }) => ({ key, value, effect })),
      providerID: `aws:///${zone}/${name}`,
    },
  };
}

function nodeStatus({ allocatable }: NodeSpec, ip: string, now: string): Node['status'] {
  const resources = { ...allocatable, 'ephemeral-storage': '18Gi' };
  return {
    capacity: resources,
    allocatable: resources,
    addresses: [{ type: 'InternalIP', address: ip }],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
  };
}

function csiNode({ name, volumes }: NodeSpec): object {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name },
    spec: {
      drivers: [
        {
          name: 'ebs.csi.aws.com',
          nodeID: name,
          topologyKeys: ['topology.kubernetes.io/zone'],
          allocatable: { count: volumes },
        },
      ],
    },
  };
}

const condition = (type: string, holds: boolean, now: string, reason?: string): Partial<Condition> => ({
  type,
  status: holds ? 'True' : 'False',
  lastTransitionTime: now,
  ...(reason && { reason }),
});

function waitingStatus(pod: Pod, waiting: Obstacle, now: string): object {
  return {
    phase: 'Pending',
    conditions: [
      condition('Initialized', true, now),
      condition('ContainersReady', false, now, 'ContainersNotReady'),
      condition('Ready', false, now, 'ContainersNotReady'),
    ],
    containerStatuses: (pod.spec?.containers ?? []).map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { waiting },
    })),
  };
}

function runningStatus(
  pod: Pod,
  { ip, hostIP, isHealthy }: { readonly ip: string; readonly hostIP: string; readonly isHealthy: boolean },
  now: string,
): object {
  const gates = (pod.spec?.readinessGates ?? []).every(({ conditionType }) =>
    pod.status?.conditions?.some(({ type, status }) => type === conditionType && status === 'True'),
  );
  const statusOf = ({ name, image }: Container) => ({
    name,
    image,
    imageID: `${image}@sha256:0`,
    ready: isHealthy,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: now } },
  });
  return {
    phase: 'Running',
    hostIP,
    podIP: ip,
    podIPs: [{ ip }],
    startTime: pod.status?.startTime ?? now,
    conditions: [
      condition('Initialized', true, now),
      condition('ContainersReady', isHealthy, now, isHealthy ? undefined : 'ContainersNotReady'),
      condition(
        'Ready',
        isHealthy && gates,
        now,
        isHealthy ? (gates ? undefined : 'ReadinessGatesNotReady') : 'ContainersNotReady',
      ),
    ],
    initContainerStatuses: (pod.spec?.initContainers ?? []).map(statusOf),
    containerStatuses: (pod.spec?.containers ?? []).map(statusOf),
  };
}

function finishedStatus(pod: Pod, now: string): object {
  return {
    phase: 'Succeeded',
    conditions: [
      condition('ContainersReady', false, now, 'PodCompleted'),
      condition('Ready', false, now, 'PodCompleted'),
    ],
    containerStatuses: (pod.spec?.containers ?? []).map(({ name, image }) => ({
      name,
      image,
      imageID: `${image}@sha256:0`,
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } },
    })),
  };
}
