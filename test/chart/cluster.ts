import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HELM } from '../helm';

/** A kind as discovery names it. */
interface Kind {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Kinds that the chart looks up, by the path of their API. */
const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  '/api/v1': [
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
  ],
  '/apis/storage.k8s.io/v1': [{ name: 'storageclasses', kind: 'StorageClass', namespaced: false }],
};

/** The Kubernetes API as far as Helm's `lookup` goes: discovery, and objects by path. */
export class FakeCluster {
  objects: Record<string, object> = {};

  /** Paths of the objects that were asked for, in order. */
  asked: string[] = [];

  private readonly folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  private readonly kubeconfig = join(this.folder, 'kubeconfig');

  private readonly server = http.createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://kubernetes');
    response.setHeader('content-type', 'application/json');
    const kinds = KINDS[pathname];
    if (kinds) {
      const resources = kinds.map((kind) => ({ ...kind, singularName: '', verbs: ['get'] }));
      const groupVersion = pathname.replace(/^\/apis?\//, '');
      response.end(JSON.stringify({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources }));
      return;
    }
    this.asked.push(pathname);
    const object = this.objects[pathname];
    if (!object) response.statusCode = 404;
    response.end(
      JSON.stringify(object ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }),
    );
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'fake', cluster: { server: `http://127.0.0.1:${port}` } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: '' } }],
      'current-context': 'fake',
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config));
  }

  /** Runs helm against this cluster and returns what it prints. */
  async helm(args: readonly string[], input: object = {}): Promise<string> {
    this.asked = [];
    const running = promisify(execFile)(HELM, args, {
      maxBuffer: 2 ** 26,
      env: { ...process.env, KUBECONFIG: this.kubeconfig, HELM_CACHE_HOME: this.folder },
    });
    running.child.stdin!.end(JSON.stringify(input));
    return (await running).stdout;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true });
  }
}
