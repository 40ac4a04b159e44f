import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { SynthesizedAssembly } from '../../../assembly/assembly';
import { STAND_INS } from '../../../assembly/answers';
import { helm, kubectl } from '../../../assembly/kubernetes/tools';
import { readReleases } from '../../../assembly/releases';
import type { Answers } from '../../../assembly/resolver';
import { findPrograms } from '../control-plane/binaries';
import type { KubernetesApi } from '../control-plane/api';
import { ADMIN, ControlPlane, type User } from '../control-plane/control-plane';
import type { Run } from '../programs';
import type { AwsStage, Rehearsal } from '../rehearsal';
import { Bindings, type Targets } from './bindings';
import { makeSecrets } from './external-secrets';
import { type ImageBehaviour, Kubelets } from './kubelet';
import type { NodeSpec } from './nodes';
import { ChartRepository, type ServedChart } from './repository';
import { StackInCluster } from './stack';
import { provisionVolumes } from './volumes';
import { ClusterAnswers } from './webhooks';

/** Real seconds for each second that pods take: the 35 s of a termination are 1.4 s. */
export const TIME_SCALE = 0.04;

/** In place of the ten minutes of a release: pods are faster here, the programs around them are not. */
const RELEASE_TIMEOUT = '120s';

export interface RunOptions {
  /**
   * Who runs it.
   *
   * @default - the administrator
   */
  readonly user?: User;

  /**
   * Namespace of the context.
   *
   * @default default
   */
  readonly namespace?: string;

  /**
   * Folder that it runs in.
   *
   * @default - the rehearsal's
   */
  readonly cwd?: string;

  /**
   * Seconds after which it is killed.
   *
   * @default 120
   */
  readonly limit?: number;

  /**
   * Kills it.
   *
   * @default - only the limit does
   */
  readonly abort?: AbortSignal;

  /**
   * Environment variables beside `PATH`, `HOME` and `KUBECONFIG`.
   *
   * @default - none
   */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ClusterProps {
  /** Whose environment goes into the cluster. */
  readonly rehearsal: Rehearsal;

  /** Machines that it begins with. */
  readonly nodes: readonly NodeSpec[];

  /** Who is known beside the administrator. */
  readonly users: readonly User[];
}

/** A cluster on this machine with all that stands in for the machines and the programs in it. */
export class Cluster {
  /** Folder with `helm`, `kubectl` and a stand-in for the AWS CLI. */
  readonly tools: string;
  readonly kubelets: Kubelets;
  readonly bindings: Bindings;
  readonly charts: ServedChart[] = [];

  /** What becomes of images that do not simply run, by a part of their name. */
  readonly images = new Map<string, ImageBehaviour>();

  /** CPU that pods use, as a share of what they request. */
  load = 0.3;

  /** Address of the Helm repository with the charts of the controllers. */
  repository = '';

  private readonly stops: (() => void)[] = [];

  private constructor(
    private readonly props: ClusterProps,
    readonly controlPlane: ControlPlane,
  ) {
    const { rehearsal } = props;
    const { api } = controlPlane;
    this.tools = path.join(rehearsal.folder, 'tools');
    this.kubelets = new Kubelets({ api, timeScale: TIME_SCALE, image: (image) => this.behaviourOf(image) });
    const { aws } = rehearsal.stage;
    this.bindings = new Bindings({ api, timeScale: TIME_SCALE, ...(aws && { targets: targetsOf(aws) }) });
  }

  /** Brings one up. */
  static async start(props: ClusterProps): Promise<Cluster> {
    const { rehearsal, users } = props;
    const { journal, options, programs, folder } = rehearsal;
    const { version } = rehearsal.environment.config.kubernetes;
    const binaries = await findPrograms({
      minor: version,
      options,
      say: (text) => journal.say(text),
    });
    const controlPlane = new ControlPlane({
      ...{ binaries, programs, users, timeScale: TIME_SCALE },
      folder: path.join(folder, 'control-plane'),
    });
    await controlPlane.start();
    const cluster = new Cluster(props, controlPlane);
    await cluster.furnish(version);
    return cluster;
  }

  get api(): KubernetesApi {
    return this.controlPlane.api;
  }

  /** CloudFormation that knows of nothing yet. */
  stack(name: string): StackInCluster {
    const { programs, options, folder, journal, stage } = this.props.rehearsal;
    return new StackInCluster(name, {
      programs,
      tools: this.tools,
      path: options.path,
      kubeconfig: this.controlPlane.kubeconfig(),
      folder: path.join(folder, 'handler'),
      answers: answersOf(stage.aws),
      adapt: (properties) => this.adapt(properties),
      changed: ({ id, type, seconds }) => {
        const end = journal.now();
        const what = type.toLowerCase();
        journal.spans.push({
          lane: `${name}: ${id.replace(/[0-9A-F]{8}$/, '')}`,
          what,
          start: end - seconds,
          end,
          verdict: 'ok',
        });
      },
    });
  }

  /** What a handler gets here in place of the properties that it would get in the cloud. */
  adapt(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return {
      ...properties,
      ...(properties.Repository !== undefined && { Repository: this.repository }),
      ...(properties.Timeout !== undefined && { Timeout: RELEASE_TIMEOUT }),
    };
  }

  /** Runs a command as a person types it. */
  run(
    command: string,
    { user = ADMIN, namespace = 'default', cwd, limit = 120, abort, env }: RunOptions = {},
  ): Promise<Run> {
    const { programs, options, folder } = this.props.rehearsal;
    return programs.run(command.slice(0, 60), 'bash', ['-c', command], {
      cwd: cwd ?? folder,
      limit,
      abort,
      env: {
        PATH: `${this.tools}:${options.path}`,
        KUBECONFIG: this.controlPlane.kubeconfig(user, namespace),
        ...env,
      },
    });
  }

  async stop(): Promise<void> {
    this.stops.splice(0).forEach((stop) => stop());
    this.kubelets.close();
    this.bindings.stop();
    await this.controlPlane.stop();
  }

  private behaviourOf(image: string): ImageBehaviour {
    return [...this.images].find(([part]) => image.includes(part))?.[1] ?? 'runs';
  }

  private async furnish(version: string): Promise<void> {
    const { rehearsal, nodes } = this.props;
    this.link(helm(), 'helm');
    this.link(kubectl(version), 'kubectl');
    this.link(path.join(__dirname, 'programs', 'aws'), 'aws');
    // The interpreter itself: a shim of a version manager would put its own programs before these.
    const interpreter = await rehearsal.programs.run('python', 'python3', ['-c', 'import sys; print(sys.executable)'], {
      limit: 60,
    });
    this.link(interpreter.output.trim(), 'python3');
    fs.mkdirSync(path.join(this.tools, 'python'), { recursive: true });
    fs.writeFileSync(path.join(this.tools, 'python', 'boto3.py'), '');
    await this.kubelets.start(nodes);
    const repository = new ChartRepository({
      programs: rehearsal.programs,
      helm: helm(),
      folder: path.join(rehearsal.folder, 'charts'),
      wanted: controllerCharts(rehearsal.assembly, rehearsal.environment.config.name),
      charts: rehearsal.options.charts,
    });
    this.repository = await repository.start();
    this.charts.push(...repository.served);
    const answers = new ClusterAnswers({
      controlPlane: this.controlPlane,
      gates: (namespace, labels) => this.bindings.gatesFor(namespace, labels),
      load: () => this.load,
    });
    await answers.start();
    this.bindings.start();
    this.stops.push(
      () => repository.stop(),
      () => answers.stop(),
      provisionVolumes(this.api),
      makeSecrets(this.api),
    );
  }

  private link(program: string, name: string): void {
    fs.mkdirSync(this.tools, { recursive: true });
    const found = path.isAbsolute(program)
      ? program
      : this.props.rehearsal.options.path
          .split(path.delimiter)
          .map((folder) => path.join(folder, program))
          .find((file) => fs.existsSync(file));
    fs.symlinkSync(found ?? program, path.join(this.tools, name));
  }
}

/** Charts that the environment installs from repositories. */
function controllerCharts(assembly: SynthesizedAssembly, environment: string) {
  return readReleases(assembly, STAND_INS).flatMap((release) =>
    release.environment === environment && release.chart.kind === 'remote'
      ? [{ name: release.chart.name, version: release.chart.version }]
      : [],
  );
}

/** An account and a load balancer that the values of a real one can be told from. */
export const ACCOUNT = '111122223333';

/** What the emulated account has where there is one, and values like those of an account otherwise. */
function answersOf(aws: AwsStage | undefined): Answers {
  return {
    ...STAND_INS,
    reference: (unknown) =>
      aws?.valueOf(unknown) ?? STAND_INS.reference(unknown).replace('000000000000', aws?.account ?? ACCOUNT),
  };
}

/** Target groups of the emulator, which takes every target for healthy as soon as it hears of it. */
function targetsOf({ endpoint, region, account }: AwsStage): Targets {
  const credentials = { accessKeyId: account, secretAccessKey: 'rehearsal' };
  const client = new ElasticLoadBalancingV2Client({ endpoint, region, credentials });
  const request = (TargetGroupArn: string, Id: string, Port: number) => ({ TargetGroupArn, Targets: [{ Id, Port }] });
  return {
    register: async (...target) => void (await client.send(new RegisterTargetsCommand(request(...target)))),
    deregister: async (...target) => void (await client.send(new DeregisterTargetsCommand(request(...target)))),
  };
}
