import { execFile } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { sign } from 'aws4';
import { stringify } from 'yaml';
import { helm, kubectl } from '../../assembly/kubernetes/tools';
import type { Aws } from './aws';

/** Milliseconds for one call; an endpoint that cannot be reached answers nothing at all. */
const TIMEOUT = 30_000;

/** kubectl and Helm, signed in to one cluster. */
export interface ClusterAccess {
  /** Object or list under a path of the Kubernetes API. */
  readonly get: (path: string) => Promise<unknown>;

  /** Output of Helm. */
  readonly helm: (...args: string[]) => Promise<string>;
}

/**
 * Uses a cluster through a kubeconfig.
 *
 * @param version minor version of the cluster, such as `1.31`
 */
export function accessWith(kubeconfig: string, version: string): ClusterAccess {
  const run = (program: string, args: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const options = { timeout: TIMEOUT, maxBuffer: 64 * 1024 * 1024 };
      execFile(program, [...args, '--kubeconfig', kubeconfig], options, (error, stdout, stderr) => {
        if (error)
          reject(new Error(error.killed ? `no answer in ${TIMEOUT / 1000} s` : stderr.trim() || error.message));
        else resolve(stdout);
      });
    });
  return {
    get: async (url) => JSON.parse(await run(kubectl(version), ['get', '--raw', url])) as unknown,
    helm: async (...args) => await run(helm(), args),
  };
}

/**
 * Calls `use` with access to an EKS cluster as the caller of `aws`. The kubeconfig holds a token of 15 minutes and is gone
 * afterwards; the caller's own is left alone.
 */
export async function withCluster<T>(aws: Aws, name: string, use: (access: ClusterAccess) => Promise<T>): Promise<T> {
  const { cluster } = await aws.eks.send(new DescribeClusterCommand({ name }));
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-kubeconfig-'));
  try {
    const kubeconfig = path.join(directory, 'config');
    const content = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name,
          cluster: { server: cluster?.endpoint, 'certificate-authority-data': cluster?.certificateAuthority?.data },
        },
      ],
      users: [{ name, user: { token: await clusterToken(aws, name) } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    };
    fs.writeFileSync(kubeconfig, stringify(content), { mode: 0o600 });
    return await use(accessWith(kubeconfig, cluster?.version ?? ''));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** What `aws eks get-token` gives: a presigned question to STS who the caller is, which EKS asks in the caller's place. */
export async function clusterToken({ sts, region }: Aws, cluster: string): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = await sts.config.credentials();
  const host = `sts.${region}.amazonaws.com`;
  const { path: signed } = sign(
    {
      service: 'sts',
      region,
      host,
      path: '/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60',
      headers: { 'x-k8s-aws-id': cluster },
      signQuery: true,
    },
    { accessKeyId, secretAccessKey, sessionToken },
  );
  return `k8s-aws-v1.${Buffer.from(`https://${host}${signed}`).toString('base64url')}`;
}
