import type { Pod, Service } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { TargetGroupBinding } from '../../../assembly/kubernetes/kinds';
import { type KubernetesApi } from '../control-plane/api';
import { followController } from './presence';

interface Observed extends TargetGroupBinding {
  readonly metadata: ObjectMeta;
}

/** What the controller holds its objects with until their targets are deregistered. */
const FINALIZER = 'elbv2.k8s.aws/resources';

/** Milliseconds between two looks at pods and bindings. */
const PAUSE = 300;

/** Seconds until a target that answers counts as healthy: two health checks. */
const HEALTHY_AFTER = 20;

export type TargetState = 'initial' | 'healthy' | 'draining';

export interface BindingsOptions {
  /** As the administrator. */
  readonly api: KubernetesApi;

  /** Real seconds for each second of the cluster. */
  readonly timeScale: number;

  /**
   * Told about targets that have become healthy or go.
   *
   * @default - they are kept in memory only
   */
  readonly targets?: Targets;
}

/** Target groups as an account has them. */
export interface Targets {
  readonly register: (targetGroup: string, ip: string, port: number) => Promise<void>;
  readonly deregister: (targetGroup: string, ip: string, port: number) => Promise<void>;
}

/** The condition of a pod that says whether a target group finds it healthy. */
export function gateOf(binding: string): string {
  return `target-health.elbv2.k8s.aws/${binding}`;
}

/**
 * Stands in for what the AWS Load Balancer Controller does for TargetGroupBindings: registers pods whose containers are ready,
 * opens their readiness gates once they are healthy, and takes them out when they go.
 */
export class Bindings {
  private readonly bindings = new Map<string, Observed>();
  private readonly services = new Map<string, Service>();
  private readonly pods = new Map<string, Pod>();
  private readonly states = new Map<string, Map<string, TargetState>>();
  private readonly stops: (() => void)[] = [];
  private isUp = () => false;

  constructor(private readonly options: BindingsOptions) {}

  start(): void {
    const { api } = this.options;
    const controller = followController(api, 'aws-load-balancer-controller');
    this.isUp = controller.isUp;
    const keep = <T extends { metadata?: ObjectMeta }>(path: string, into: Map<string, T>) =>
      api.watch<T>(path, (object, exists) => {
        const uid = object.metadata?.uid ?? '';
        if (exists) into.set(uid, object);
        else into.delete(uid);
      });
    const timer = setInterval(() => {
      if (this.isUp()) for (const binding of this.bindings.values()) this.reconcile(binding).catch(() => undefined);
    }, PAUSE);
    this.stops.push(
      controller.stop,
      keep('/apis/elbv2.k8s.aws/v1beta1/targetgroupbindings', this.bindings),
      keep('/api/v1/services', this.services),
      keep('/api/v1/pods', this.pods),
      () => clearInterval(timer),
    );
  }

  stop(): void {
    this.stops.splice(0).forEach((stop) => stop());
  }

  /** Targets of each target group by address. */
  health(): ReadonlyMap<string, ReadonlyMap<string, TargetState>> {
    return this.states;
  }

  /** Gates that a new pod gets: one for each binding whose service selects it. */
  gatesFor(namespace: string, labels: Readonly<Record<string, string>>): string[] {
    return [...this.bindings.values()]
      .filter(
        ({ metadata, spec }) => metadata.namespace === namespace && selects(this.serviceOf(namespace, spec), labels),
      )
      .map(({ metadata }) => gateOf(metadata.name ?? ''));
  }

  private serviceOf(namespace: string, { serviceRef }: TargetGroupBinding['spec']): Service | undefined {
    return [...this.services.values()].find(
      ({ metadata }) => metadata?.namespace === namespace && metadata.name === serviceRef.name,
    );
  }

  private async reconcile({ metadata, spec }: Observed): Promise<void> {
    const { api, targets } = this.options;
    const { namespace = '', name = '', finalizers = [] } = metadata;
    const path = `/apis/elbv2.k8s.aws/v1beta1/namespaces/${namespace}/targetgroupbindings/${name}`;
    const states = this.states.get(spec.targetGroupARN) ?? new Map<string, TargetState>();
    this.states.set(spec.targetGroupARN, states);
    const service = this.serviceOf(namespace, spec);
    const port = portOf(service, spec.serviceRef.port);
    if (metadata.deletionTimestamp) {
      for (const ip of states.keys()) await targets?.deregister(spec.targetGroupARN, ip, port);
      states.clear();
      if (finalizers.includes(FINALIZER))
        await api.patch(path, { metadata: { finalizers: finalizers.filter((one) => one !== FINALIZER) } });
      return;
    }
    if (!finalizers.includes(FINALIZER))
      await api.patch(path, { metadata: { finalizers: [...finalizers, FINALIZER] } });
    const serving = [...this.pods.values()].filter(
      (pod) => pod.metadata?.namespace === namespace && selects(service, pod.metadata.labels ?? {}) && answers(pod),
    );
    const wanted = new Map(serving.map((pod) => [pod.status?.podIP ?? '', pod]));
    for (const ip of [...states.keys()].filter((one) => !wanted.has(one))) {
      states.delete(ip);
      await targets?.deregister(spec.targetGroupARN, ip, port);
    }
    for (const [ip, pod] of wanted) {
      if (states.has(ip)) {
        if (states.get(ip) === 'healthy') await this.openGate(pod, gateOf(name));
        continue;
      }
      states.set(ip, 'initial');
      const timer = setTimeout(
        () => {
          if (!states.has(ip)) return;
          states.set(ip, 'healthy');
          targets?.register(spec.targetGroupARN, ip, port).catch(() => states.delete(ip));
        },
        HEALTHY_AFTER * this.options.timeScale * 1000,
      );
      this.stops.push(() => clearTimeout(timer));
    }
  }

  private async openGate({ metadata, spec, status }: Pod, gate: string): Promise<void> {
    const isAsked = spec?.readinessGates?.some(({ conditionType }) => conditionType === gate);
    const isOpen = status?.conditions?.some(({ type, status: value }) => type === gate && value === 'True');
    if (!isAsked || isOpen) return;
    const condition = { type: gate, status: 'True', lastTransitionTime: this.options.api.now };
    const path = `/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}/status`;
    await this.options.api.patch(path, { status: { conditions: [condition] } }, 'strategic');
  }
}

function selects(service: Service | undefined, labels: Readonly<Record<string, string>>): boolean {
  const selector = Object.entries(service?.spec?.selector ?? {});
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

/** Whether a pod's containers are ready and nobody has asked it to go. */
function answers({ metadata, status }: Pod): boolean {
  return (
    !metadata?.deletionTimestamp &&
    status?.podIP !== undefined &&
    (status.conditions ?? []).some(({ type, status: value }) => type === 'ContainersReady' && value === 'True')
  );
}

function portOf(service: Service | undefined, wanted: number | string): number {
  const found = service?.spec?.ports?.find(({ name, port }) => name === wanted || port === wanted);
  const target = found?.targetPort;
  return typeof target === 'number' ? target : (found?.port ?? Number(wanted));
}
