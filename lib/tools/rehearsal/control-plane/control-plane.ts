import { generateKeyPairSync } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import * as path from 'node:path';
import type { Program, Programs } from '../programs';
import { until } from '../until';
import { KubernetesApi } from './api';
import type { ControlPlanePrograms } from './binaries';

/** Somebody whom the cluster knows, as an access entry of EKS makes one known. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export const ADMIN: User = { name: 'admin', groups: ['system:masters'] };

export interface ControlPlaneOptions {
  /** Where the programs are. */
  readonly binaries: ControlPlanePrograms;

  /** Runs them. */
  readonly programs: Programs;

  /** Folder for data, certificates and kubeconfigs. */
  readonly folder: string;

  /** Who is known beside the administrator. */
  readonly users: readonly User[];

  /**
   * Real seconds for each second that a cluster lets pass before it gives up a node, and before pods leave it.
   *
   * @default 1
   */
  readonly timeScale?: number;
}

/** Seconds without a sign of life after which a node counts as lost, and how long its pods stay bound after that. */
const NODE_GRACE = 40;
const UNREACHABLE_TOLERATION = 300;

/** A real Kubernetes control plane on this machine: etcd and the three programs of Kubernetes, on free ports of 127.0.0.1. */
export class ControlPlane {
  readonly folder: string;
  private readonly running: { readonly name: string; readonly program: Program }[] = [];
  private server = '';
  private administrator?: KubernetesApi;

  constructor(private readonly options: ControlPlaneOptions) {
    this.folder = options.folder;
    fs.mkdirSync(this.folder, { recursive: true });
  }

  /** The API as the administrator. */
  get api(): KubernetesApi {
    if (!this.administrator) throw new Error('The control plane has not been started');
    return this.administrator;
  }

  /** Certificate in PEM of the API server, which also stands for webhooks of this machine. */
  get certificate(): string {
    return fs.readFileSync(this.file('certificates/apiserver.crt'), 'utf8');
  }

  /** Its private key. */
  get key(): string {
    return fs.readFileSync(this.file('certificates/apiserver.key'), 'utf8');
  }

  /** Path of a kubeconfig. */
  kubeconfig(user: User = ADMIN, namespace = 'default'): string {
    const file = this.file(`${user.name}.${namespace}.kubeconfig`);
    fs.writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'rehearsal',
            cluster: { server: this.server, 'certificate-authority': this.file('certificates/apiserver.crt') },
          },
        ],
        users: [{ name: user.name, user: { token: tokenOf(user) } }],
        contexts: [{ name: 'rehearsal', context: { cluster: 'rehearsal', user: user.name, namespace } }],
        'current-context': 'rehearsal',
      }),
      { mode: 0o600 },
    );
    return file;
  }

  async start(): Promise<void> {
    const [port, client, peer] = await freePorts(3);
    const etcd = `http://127.0.0.1:${client}`;
    this.server = `https://127.0.0.1:${port}`;
    this.startEtcd(etcd, `http://127.0.0.1:${peer}`);
    this.startApiServer(Number(port), etcd);
    await this.waitFor('the API server', async () => fs.existsSync(this.file('certificates/apiserver.key')));
    this.administrator = new KubernetesApi(this.server, tokenOf(ADMIN), this.certificate);
    await this.waitFor('the API server', async () => (await this.api.get('/readyz')) === 'ok');
    this.startControllers();
    await this.waitFor(
      'the default service account',
      async () => (await this.api.find('/api/v1/namespaces/default/serviceaccounts/default')) !== undefined,
    );
  }

  async stop(): Promise<void> {
    this.administrator?.close();
    for (const { program } of this.running.splice(0).reverse()) await program.stop();
  }

  private launch(name: keyof ControlPlanePrograms, args: readonly string[]): void {
    const { binaries, programs } = this.options;
    this.running.push({ name, program: programs.start(name, binaries[name], args) });
  }

  private startEtcd(client: string, peer: string): void {
    this.launch('etcd', [
      `--data-dir=${this.file('etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      // Nothing outlives the run.
      '--unsafe-no-fsync',
    ]);
  }

  private startApiServer(port: number, etcd: string): void {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.write('service-account.key', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    const tokens = [ADMIN, ...this.options.users].map(
      (user) => `${tokenOf(user)},${user.name},${user.name},"${user.groups.join(',')}"`,
    );
    this.write('tokens.csv', `${tokens.join('\n')}\n`);
    const leaveAfter = Math.ceil(UNREACHABLE_TOLERATION * this.timeScale);
    this.launch('kube-apiserver', [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${this.file('certificates')}`,
      `--token-auth-file=${this.file('tokens.csv')}`,
      '--authorization-mode=Node,RBAC',
      `--service-account-key-file=${this.file('service-account.key')}`,
      `--service-account-signing-key-file=${this.file('service-account.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      // Of the loopback network, so that a process of this machine can stand behind a Service.
      '--service-cluster-ip-range=127.96.0.0/16',
      '--endpoint-reconciler-type=none',
      '--enable-aggregator-routing=false',
      `--default-not-ready-toleration-seconds=${leaveAfter}`,
      `--default-unreachable-toleration-seconds=${leaveAfter}`,
    ]);
  }

  private startControllers(): void {
    const common = [`--kubeconfig=${this.kubeconfig()}`, '--leader-elect=false'];
    this.launch('kube-controller-manager', [
      ...common,
      '--secure-port=0',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${this.file('service-account.key')}`,
      // At least what a busy machine may need to send a sign of life.
      `--node-monitor-grace-period=${Math.max(15, Math.ceil(NODE_GRACE * this.timeScale))}s`,
      '--node-monitor-period=2s',
      // Metrics of a moment ago are no news to an autoscaler that is watched for minutes only.
      '--horizontal-pod-autoscaler-sync-period=5s',
    ]);
    this.launch('kube-scheduler', [...common, '--secure-port=0']);
  }

  private async waitFor(what: string, ask: () => Promise<boolean>): Promise<void> {
    await until(what, 90, ask).catch((error: Error) => {
      const ended = this.running.filter(({ program }) => program.hasEnded());
      const logs = ended.map(({ name, program: { log } }) => `${name} has ended: ${lastLines(log)}`);
      throw new Error([error.message, ...logs].join('\n'));
    });
  }

  private get timeScale(): number {
    return this.options.timeScale ?? 1;
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }

  private write(name: string, content: string): void {
    fs.writeFileSync(this.file(name), content, { mode: 0o600 });
  }
}

function lastLines(file: string): string {
  return fs.readFileSync(file, 'utf8').trim().split('\n').slice(-3).join('\n');
}

/** A secret of this machine's own loopback only, gone with the run. */
function tokenOf({ name }: User): string {
  return `token-of-${name}`;
}

/** Ports of 127.0.0.1 that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
