import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { assemble } from '../../../assembly/app';
import type { SynthesizedAssembly } from '../../../assembly/assembly';
import { type Environment, loadEnvironments } from '../../../config';
import { type DeliveryConfig, environmentId, stackPrefix } from '../../../config/environment';
import { RELEASE_NAME } from '../../../platform/workloads/workloads-stack';
import type { KubernetesItem } from '../control-plane/api';
import type { User } from '../control-plane/control-plane';
import type { Run } from '../programs';
import type { AwsStage, Rehearsal } from '../rehearsal';
import { until } from '../until';
import { ACCOUNT, type Cluster, type RunOptions } from './cluster';
import { readyToServe } from './kubelet';
import { type Change, DeploymentError, type StackInCluster } from './stack';

/** A pipeline, for environments that have none: its role is what a release is tried with. */
const DELIVERY: DeliveryConfig = {
  connectionArn: 'arn:aws:codeconnections:ap-northeast-2:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef',
  servicesRepository: 'example/erp-services',
  platformRepository: 'example/erp-platform',
  branch: 'main',
  approval: false,
};

/** One try of something that people or CloudFormation do with an installed environment. */
export interface Scenario {
  readonly name: string;

  /** As the report says it. */
  readonly title: string;

  readonly run: (lifecycle: Lifecycle) => Promise<void>;
}

/** Nothing is left that later scenarios could try. */
export class NothingToTry extends Error {}

/** What scenarios use: the cluster, the deployments of the environment, the commands of people, and the report. */
export class Lifecycle {
  readonly environment: Environment;
  readonly namespace: string;
  readonly values: string;

  /** Folder like a checkout, with the chart as `chart` and as the `helm-chart` of the specification. */
  readonly checkout: string;

  /** As the pipeline is known to the cluster. */
  readonly pipeline: User;

  workloads: StackInCluster;
  delivery: StackInCluster;
  private scenario = '';

  /** @param assembly what `assembliesOf` has made */
  constructor(
    readonly cluster: Cluster,
    private readonly rehearsal: Rehearsal,
    readonly assembly: ReturnType<typeof assembliesOf>,
  ) {
    this.environment = withDelivery(rehearsal.environment);
    const { name } = this.environment.config;
    this.namespace = environmentId(name);
    this.values = `values-${name}.yaml`;
    this.pipeline = pipelineOf(rehearsal.environment);
    this.checkout = path.join(rehearsal.folder, 'checkout');
    for (const folder of ['chart', 'helm-chart'])
      fs.cpSync(path.join(rehearsal.repository, 'chart'), path.join(this.checkout, folder), { recursive: true });
    this.workloads = cluster.stack(workloadsStack(rehearsal.assembly));
    this.delivery = cluster.stack(`${stackPrefix(name)}Delivery`);
  }

  /** Runs scenarios, each beginning with what the one before has left. @returns whether there is something for others */
  async play(scenarios: readonly Scenario[]): Promise<boolean> {
    const { journal } = this.rehearsal;
    for (const { title, run } of scenarios) {
      this.scenario = title;
      journal.say(title);
      const start = journal.now();
      try {
        await run(this);
      } catch (error) {
        this.expect('it can be played', false, (error as Error).message);
        if (error instanceof NothingToTry) return false;
      }
      journal.spans.push({ lane: 'scenarios', what: title, start, end: journal.now(), verdict: 'ok' });
    }
    return true;
  }

  /** Folder of this repository. */
  get repository(): string {
    return this.rehearsal.repository;
  }

  /** The emulated account, where the part before has made one. */
  get aws(): AwsStage | undefined {
    return this.rehearsal.stage.aws;
  }

  /** Account that everything is in. */
  get account(): string {
    return this.aws?.account ?? ACCOUNT;
  }

  /** A row of the report that is neither ok nor a fault. */
  tell(verdict: 'gap' | 'note', detail: string): void {
    this.rehearsal.journal.row({ part: 'cluster', what: this.scenario, verdict, detail });
  }

  /** Forgets the stacks: the next deployment creates everything. */
  renew(): void {
    this.workloads = this.cluster.stack(this.workloads.name);
    this.delivery = this.cluster.stack(this.delivery.name);
  }

  /** A row of the report. */
  expect(what: string, holds: boolean, detail = ''): void {
    this.rehearsal.journal.row({
      part: 'cluster',
      what: this.scenario,
      verdict: holds ? 'ok' : 'fault',
      detail: holds || !detail ? what : `${what}\n${detail.trim()}`,
    });
  }

  run(command: string, options?: RunOptions): Promise<Run> {
    return this.cluster.run(command, { cwd: path.join(this.checkout, 'chart'), ...options });
  }

  /** A command that has to work. */
  async succeeds(command: string, options?: RunOptions): Promise<string> {
    const { code, output, seconds } = await this.run(command, options);
    this.expect(`$ ${command} (${seconds.toFixed(0)} s)`, code === 0, output);
    return output;
  }

  /** A command that has to be refused, with words that help. */
  async refuses(command: string, words: string, options?: RunOptions): Promise<string> {
    const { code, output } = await this.run(command, options);
    const says = code === 0 ? 'it went through' : `its words lack "${words}":\n${output}`;
    this.expect(`refused, with "${words}": $ ${command}`, code !== 0 && output.includes(words), says);
    return output;
  }

  /** Does something and has it killed as soon as an object of the cluster is as said. @returns whether it came to that */
  async killedWhen<T extends KubernetesItem>(
    objects: string,
    isSo: (object: T) => boolean,
    work: (abort: AbortSignal) => Promise<unknown>,
  ): Promise<boolean> {
    const abort = new AbortController();
    const stop = this.cluster.api.watch<T>(objects, (object, exists) => {
      if (exists && isSo(object)) abort.abort();
    });
    await work(abort.signal);
    stop();
    return abort.signal.aborted;
  }

  /** A deployment that has to work. */
  async deploys(what: string, deploy: () => Promise<Change[]>): Promise<Change[]> {
    const start = this.rehearsal.journal.now();
    try {
      const changes = await deploy();
      const seconds = (this.rehearsal.journal.now() - start).toFixed(0);
      this.expect(`${what}: ${changes.length} changes in ${seconds} s`, true);
      return changes;
    } catch (error) {
      if (!(error instanceof DeploymentError)) throw error;
      this.expect(what, false, `${error.message}\n${await this.troubles()}`);
      return [];
    }
  }

  /** A deployment that has to fail. */
  async fails(what: string, deploy: () => Promise<Change[]>): Promise<DeploymentError | undefined> {
    try {
      await deploy();
    } catch (error) {
      if (error instanceof DeploymentError) return error;
      throw error;
    }
    this.expect(what, false, 'it went through');
    return undefined;
  }

  pods(namespace = this.namespace): Promise<Pod[]> {
    return this.cluster.api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
  }

  /** Waits until no pod of the environment is on its way, and says what still is after that. */
  async settled(seconds = 60): Promise<boolean> {
    const quiet = async () => {
      const pods = (await this.pods()).filter(({ status }) => status?.phase !== 'Succeeded');
      return pods.length > 0 && pods.every((pod) => !pod.metadata?.deletionTimestamp && readyToServe(pod));
    };
    return until('every pod is ready', seconds, quiet).then(
      () => true,
      () => false,
    );
  }

  async podsReady(): Promise<void> {
    const holds = await this.settled();
    this.expect('every pod is ready', holds, holds ? '' : await this.troubles());
  }

  /** Images of the services by the name of their deployment. */
  async images(): Promise<Map<string, string>> {
    const found = await this.cluster.api.list<Deployment>(`/apis/apps/v1/namespaces/${this.namespace}/deployments`);
    return new Map(
      found.map(({ metadata, spec }) => [metadata?.name ?? '', spec?.template.spec?.containers[0]?.image ?? '']),
    );
  }

  async namespaceGone(name: string): Promise<void> {
    const path = `/api/v1/namespaces/${name}`;
    await until(`namespace ${name} is gone`, 90, async () => (await this.cluster.api.find(path)) === undefined);
  }

  async releaseStatus(): Promise<string> {
    const { output } = await this.run(`helm list --all -n ${this.namespace} -o json`);
    const [release] = JSON.parse(output || '[]') as { status: string }[];
    return release?.status ?? 'none';
  }

  /** Why pods are not ready. */
  async troubles(): Promise<string> {
    const pods = await this.cluster.api.list<Pod>('/api/v1/pods');
    return pods
      .filter((pod) => pod.status?.phase !== 'Succeeded' && !readyToServe(pod))
      .map(({ metadata, status }) => {
        const waiting = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting?.message ?? []);
        const unscheduled = (status?.conditions ?? []).flatMap(({ type, status: value, message }) =>
          type === 'PodScheduled' && value === 'False' ? (message ?? []) : [],
        );
        return `${metadata?.namespace}/${metadata?.name}: ${[...waiting, ...unscheduled][0] ?? status?.phase}`;
      })
      .join('\n');
  }
}

/**
 * The environment with a pipeline, as the app synthesizes it without and with values of `-c reapply`. All at once, because a synth
 * leaves this process no time for anything else, such as for signs of life of nodes.
 */
export function assembliesOf(rehearsal: Rehearsal): (reapply?: Reapply) => SynthesizedAssembly {
  const { environment, folder, options } = rehearsal;
  const synthesized = (reapply?: Reapply) =>
    assemble({
      environments: [withDelivery(environment)],
      directory: path.join(folder, 'assemblies', String(reapply ?? 'first')),
      today: options.today,
      context: { ...options.context, ...(reapply && { reapply: `${environment.config.name}:${reapply}` }) },
    });
  const [first, ...again] = [synthesized(), ...REAPPLIES.map(synthesized)] as const;
  return (reapply) => (reapply === undefined ? first : (again[REAPPLIES.indexOf(reapply)] ?? first));
}

/** What `-c reapply` says after the name of the environment, once for each time that a scenario uses it. */
const REAPPLIES = [2, 3] as const;
type Reapply = (typeof REAPPLIES)[number];

/** The group that the pipeline's role is in. */
export function pipelineOf({ config }: Environment): User {
  return { name: 'pipeline', groups: [`${environmentId(config.name)}-release`] };
}

function withDelivery({ config, values }: Environment): Environment {
  const [environment] = loadEnvironments([{ ...config, delivery: config.delivery ?? DELIVERY }], values.chart);
  if (!environment) throw new Error(`${config.name} is not loaded`);
  return environment;
}

/** The stack that holds the bundled chart. */
function workloadsStack({ stacks }: SynthesizedAssembly): string {
  const found = stacks.find(({ resources }) =>
    Object.values(resources).some(({ Properties }) => Properties?.Release === RELEASE_NAME),
  );
  if (!found) throw new Error(`No stack has a release ${RELEASE_NAME}`);
  return found.name;
}
