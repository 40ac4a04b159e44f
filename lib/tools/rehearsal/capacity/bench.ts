import * as fs from 'node:fs';
import * as path from 'node:path';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import { ofKind } from '../../../assembly/kubernetes/manifests';
import { type KubernetesObject } from '../../../assembly/kubernetes/render';
import { helm, kubectl } from '../../../assembly/kubernetes/tools';
import { type Release, objectsOf, readReleases } from '../../../assembly/releases';
import { STAND_INS } from '../../../assembly/answers';
import { type Values, child, mergeValues } from '../../../config/values';
import { RELEASE_TIMEOUT } from '../../../platform/workloads/controllers';
import { Kubelets } from '../cluster/kubelet';
import { type GroupNode, addonPodsOf, nodesOf } from '../cluster/nodes';
import { provisionVolumes } from '../cluster/volumes';
import { findPrograms } from '../control-plane/binaries';
import { ControlPlane } from '../control-plane/control-plane';
import type { Run } from '../programs';
import type { Rehearsal } from '../rehearsal';
import { until } from '../until';
import type { Sight, Workload } from './findings';
import { missingDefinitions, secretsOf } from './objects';
import { addonObjects, controllerObjects } from './system';
import { PodWatch } from './watch';

/** A pod starts in one and a half seconds instead of 20, and ends in three instead of 40. */
const TIME_SCALE = 0.075;

/** Seconds that a release may take here: the deployment's limit in the time of the pods, in which this machine works as well. */
const RELEASE_LIMIT = RELEASE_TIMEOUT.toSeconds() * TIME_SCALE;

/** What runs while the bench stands. */
interface Standing {
  readonly plane: ControlPlane;
  readonly kubelets: Kubelets;
  readonly watch: PodWatch;
  readonly stopVolumes: () => void;
}

/** A cluster of the environment's size with everything on it that takes room, and nothing else of the environment. */
export class Bench {
  readonly away = new Set<string>();
  nodes: GroupNode[];
  readonly services: readonly string[];
  private readonly autoscalers: readonly HorizontalPodAutoscaler[];
  private readonly releases: readonly Release[];
  private readonly bundled: Release;
  private standing?: Standing;
  private tag = 0;

  constructor(private readonly rehearsal: Rehearsal) {
    const { assembly, environment } = rehearsal;
    const { name } = environment.config;
    this.nodes = nodesOf(assembly, name);
    this.services = environment.values.services.map((service) => service.name);
    this.releases = readReleases(assembly, STAND_INS).filter((release) => release.environment === name);
    const bundled = this.releases.find(({ chart }) => chart.kind === 'bundled');
    if (!bundled) throw new Error(`${name} has no release of the bundled chart`);
    this.bundled = bundled;
    this.autoscalers = ofKind(objectsOf(bundled), 'autoscaling/v2/HorizontalPodAutoscaler');
  }

  /** Zone that has the majorities of Kafka in the cluster. */
  get majorityZone(): string {
    return String(child(this.bundled.values as Values, 'messagingNodes').majorityZone);
  }

  /** What happens to the pods. */
  get watch(): PodWatch {
    return this.stands.watch;
  }

  private get namespace(): string {
    return this.bundled.namespace;
  }

  /** Brings the cluster up with everything that is there before the bundled chart. */
  async start(): Promise<void> {
    const { rehearsal } = this;
    const { environment, programs, folder, journal } = rehearsal;
    const plane = new ControlPlane({
      binaries: await findPrograms({
        minor: environment.config.kubernetes.version,
        options: rehearsal.options,
        say: (text) => journal.say(text),
      }),
      programs,
      folder: path.join(folder, 'capacity'),
      users: [],
      timeScale: TIME_SCALE,
    });
    await plane.start();
    this.standing = {
      plane,
      kubelets: new Kubelets({ api: plane.api, image: () => 'runs', timeScale: TIME_SCALE }),
      watch: new PodWatch(plane.api, this.services),
      stopVolumes: provisionVolumes(plane.api),
    };
    await this.standing.kubelets.start(this.nodes);
    await this.apply(this.surroundings());
  }

  async stop(): Promise<void> {
    const { plane, kubelets, watch, stopVolumes } = this.stands;
    watch.close();
    kubelets.close();
    stopVolumes();
    await plane.stop();
  }

  private get stands(): Standing {
    if (!this.standing) throw new Error('the cluster does not stand yet');
    return this.standing;
  }

  /** What stands in the cluster before the bundled chart comes. */
  private surroundings(): KubernetesObject[][] {
    const { assembly, environment } = this.rehearsal;
    const applied = this.releases.flatMap((release) => (release.chart.kind === 'manifests' ? objectsOf(release) : []));
    const controllers = this.releases.filter(({ chart }) => chart.kind === 'remote');
    const pods = [
      ...addonObjects(addonPodsOf(assembly, environment.config.name)),
      ...controllers.flatMap(controllerObjects),
    ] as readonly KubernetesObject[];
    const rendered = objectsOf(this.bundled);
    const namespaces = new Set([...pods, ...rendered].map(({ metadata }) => metadata.namespace ?? 'default'));
    const isEarly = ({ kind }: KubernetesObject) => ['Namespace', 'StorageClass', 'PriorityClass'].includes(kind);
    return [
      [...namespaces]
        .filter((name) => !applied.some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === name))
        .map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      applied.filter(isEarly),
      [
        ...missingDefinitions(rendered),
        ...applied.filter((object) => !isEarly(object)),
        ...secretsOf(rendered),
        ...pods,
      ],
    ];
  }

  private async apply(stages: readonly (readonly KubernetesObject[])[]): Promise<void> {
    for (const items of stages) {
      const file = this.file('objects.json');
      fs.writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      const { code, output } = await this.kubectl(['apply', '--server-side', '--force-conflicts', '-f', file]);
      if (code !== 0) throw new Error(output);
    }
  }

  /** Installs the bundled chart or upgrades it: with images of a tag that has never been there. */
  async release(): Promise<Run> {
    const values = mergeValues(this.bundled.values as Values, this.nextImages());
    const file = this.file('values.json');
    fs.writeFileSync(file, JSON.stringify(values));
    const { chart, name, namespace } = this.bundled;
    if (chart.kind !== 'bundled') throw new Error(`${name} is not the bundled chart`);
    const args = ['upgrade', '--install', name, chart.folder, '--namespace', namespace, '--values', file];
    return this.run('helm', helm(), [...args, '--wait', '--timeout', `${RELEASE_LIMIT}s`], RELEASE_LIMIT * 2);
  }

  private nextImages(): Values {
    const tag = `rehearsal-${this.tag++}`;
    const { services } = this.rehearsal.environment.values;
    const own = child(this.bundled.values as Values, 'services');
    return {
      services: Object.fromEntries(
        services.map(({ key }) => [key, mergeValues(child(own, key), { image: { tag, digest: '' } })]),
      ),
    };
  }

  /** Makes the services anew and lets every other pod find a place anew, so that what went wrong ends here. */
  async reset(): Promise<void> {
    for (const name of this.away) await this.kubectl(['uncordon', name]);
    if (this.away.size > 0) await this.zoneReturns();
    await this.kubectl(['delete', 'deployments', '--namespace', this.namespace, '--all', '--cascade=foreground']);
    const moved = this.watch.all().filter(({ metadata }) => metadata?.ownerReferences?.[0]?.kind === 'ReplicaSet');
    await Promise.all(
      moved.map(({ metadata }) =>
        this.stands.plane.api.delete(`/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}`),
      ),
    );
    await this.release();
  }

  /** Runs kubectl as the administrator. */
  kubectl(args: readonly string[], limit = 60): Promise<Run> {
    return this.run('kubectl', kubectl(this.rehearsal.environment.config.kubernetes.version), args, limit);
  }

  private run(name: string, file: string, args: readonly string[], limit: number): Promise<Run> {
    return this.rehearsal.programs.run(name, file, args, {
      limit,
      env: { KUBECONFIG: this.stands.plane.kubeconfig() },
    });
  }

  /** Sets each service to the number of pods that its autoscaler may ask for. */
  async scale(to: 'minReplicas' | 'maxReplicas'): Promise<void> {
    for (const { spec } of this.autoscalers) {
      const path = `/apis/apps/v1/namespaces/${this.namespace}/deployments/${spec?.scaleTargetRef.name}/scale`;
      await this.stands.plane.api.patch(path, { spec: { replicas: spec?.[to] } });
    }
  }

  /** The nodes of a zone fall silent, and the cluster gives up what ran there. */
  async loseZone(zone: string): Promise<void> {
    const lost = this.nodes.filter((node) => node.zone === zone).map(({ name }) => name);
    for (const name of lost) {
      this.away.add(name);
      this.stands.kubelets.stop(name);
    }
    await until('the cluster moves the pods of a lost zone', 120, async () =>
      Promise.resolve(
        this.watch
          .all()
          .filter(({ spec, metadata }) => lost.includes(spec?.nodeName ?? '') && !isDaemon(metadata))
          .every(({ metadata }) => metadata?.deletionTimestamp !== undefined),
      ),
    );
  }

  async zoneReturns(): Promise<void> {
    for (const name of this.away) await this.stands.kubelets.resume(name);
    this.away.clear();
  }

  /** A group starts one more node in the place of another. */
  async join(like: GroupNode): Promise<GroupNode> {
    const node = { ...like, name: `${like.name}-new` };
    this.nodes = [...this.nodes, node];
    await this.stands.kubelets.add(node);
    return node;
  }

  async terminate({ name }: GroupNode): Promise<void> {
    this.nodes = this.nodes.filter((node) => node.name !== name);
    this.away.delete(name);
    await this.stands.kubelets.remove(name);
  }

  /** What there is to see now. */
  async look(): Promise<Sight> {
    const workloads = await Promise.all(
      (['Deployment', 'StatefulSet', 'DaemonSet'] as const).map(async (kind) => {
        const items = await this.stands.plane.api.list<Omit<Workload, 'kind'>>(`/apis/apps/v1/${kind.toLowerCase()}s`);
        return items.map((item): Workload => ({ ...item, kind }));
      }),
    );
    return { nodes: this.nodes, away: this.away, pods: this.watch.all(), workloads: workloads.flat() };
  }

  private file(name: string): string {
    return path.join(this.rehearsal.folder, 'capacity', name);
  }
}

/** How long a release took, in the time of its pods. */
export function ofTheLimit({ seconds }: Run): string {
  const minutes = (seconds / TIME_SCALE / 60).toFixed(1);
  return `${minutes} of ${RELEASE_TIMEOUT.toMinutes()} minutes`;
}

function isDaemon(metadata: { ownerReferences?: { kind: string }[] } | undefined): boolean {
  return metadata?.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') ?? false;
}
