import * as http from 'http';
import type { AddressInfo } from 'net';
import { gzipSync } from 'zlib';
import type { ClusterAccess } from '../../../../lib/tools/operations/cluster-access';

/** A release as Helm keeps it in the cluster. */
export interface StoredRelease {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly chart: string;
  readonly version: string;
}

/** The Kubernetes API as far as `kubectl get --raw` and `helm list` go: objects by path. */
export class FakeKubernetes {
  /** Items by path of their list. */
  items: Record<string, readonly object[]> = {};
  releases: readonly StoredRelease[] = [];

  /** Paths that the caller may not read. */
  forbidden: readonly string[] = [];
  endpoint = '';

  private readonly server = http.createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://kubernetes');
    response.setHeader('content-type', 'application/json');
    const status = (code: number, reason: string, message: string) => {
      response.statusCode = code;
      response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code }));
    };
    if (this.forbidden.includes(pathname)) status(403, 'Forbidden', `reading ${pathname} is forbidden`);
    else if (pathname === '/version') response.end(JSON.stringify({ major: '1', minor: '31', gitVersion: 'v1.31.0' }));
    else if (pathname === '/api/v1/secrets')
      response.end(JSON.stringify({ ...listOf(this.releases.map(releaseSecret)), kind: 'SecretList' }));
    else if (this.items[pathname]) response.end(JSON.stringify(listOf(this.items[pathname])));
    else status(404, 'NotFound', 'the server could not find the requested resource');
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The same without the real programs, which take a second per check. */
  access(): ClusterAccess {
    return {
      get: async (path) => {
        const answer = (await (await fetch(`${this.endpoint}${path}`)).json()) as { reason?: string; message?: string };
        if (answer.reason) throw new Error(`Error from server (${answer.reason}): ${answer.message}`);
        return answer;
      },
      helm: async () =>
        JSON.stringify(
          this.releases.map(({ chart, version, ...release }) => ({
            ...release,
            chart: `${chart}-${version}`,
            revision: '1',
          })),
        ),
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const listOf = (items: readonly object[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items });

/** The secret in which Helm stores a release: gzip in base64, and as secret data once more in base64. */
function releaseSecret({ name, namespace, status, chart, version }: StoredRelease): object {
  const time = '2026-11-23T00:00:00Z';
  const release = {
    name,
    namespace,
    version: 1,
    info: { status, first_deployed: time, last_deployed: time },
    chart: { metadata: { name: chart, version, apiVersion: 'v2' } },
  };
  const stored = gzipSync(JSON.stringify(release)).toString('base64');
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: {
      name: `sh.helm.release.v1.${name}.v1`,
      namespace,
      labels: { owner: 'helm', name, status, version: '1' },
    },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(stored).toString('base64') },
  };
}
