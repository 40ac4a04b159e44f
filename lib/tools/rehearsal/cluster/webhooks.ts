import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Pod } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { parseQuantity } from '../../../config/quantity';
import type { ControlPlane } from '../control-plane/control-plane';

interface AdmissionReview {
  readonly request: { readonly uid: string; readonly namespace: string; readonly object?: Pod };
}

interface WebhookConfiguration {
  readonly metadata: ObjectMeta;
  readonly webhooks?: readonly { readonly clientConfig: { readonly service?: object } }[];
}

interface ApiService {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly group?: string; readonly service?: { readonly name?: string } };
}

/** A metric of a pod's containers as the metrics API has it. */
interface PodMetrics {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly timestamp: string;
  readonly window: string;
  readonly containers: readonly {
    readonly name: string;
    readonly usage: { readonly cpu: string; readonly memory: string };
  }[];
}

export interface AnswersOptions {
  /** Whose API asks. */
  readonly controlPlane: ControlPlane;

  /** Readiness gates that a pod of a namespace with these labels gets. */
  readonly gates: (namespace: string, labels: Readonly<Record<string, string>>) => string[];

  /** CPU that pods use, as a share of what they request. */
  readonly load: () => number;
}

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1';
const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const METRICS = '/apis/metrics.k8s.io/v1beta1';

/**
 * What the API server asks of programs in the cluster, answered by this process: the readiness gates of the AWS Load Balancer
 * Controller and the metrics API. What published charts would validate or change passes.
 */
export class ClusterAnswers {
  private server?: https.Server;
  private readonly stops: (() => void)[] = [];

  constructor(private readonly options: AnswersOptions) {}

  async start(): Promise<void> {
    const { controlPlane } = this.options;
    // The API server's own certificate: it is of 127.0.0.1, and trusted by whoever knows the API server.
    const server = https.createServer(
      { cert: controlPlane.certificate, key: controlPlane.key },
      (request, response) => {
        let body = '';
        request.setEncoding('utf8');
        request.on('data', (chunk: string) => (body += chunk));
        request.on('end', () => {
          this.answer(request.url ?? '', body).then(
            (answer) => response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)),
            (error: Error) => response.writeHead(500).end(error.message),
          );
        });
      },
    );
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await this.injectGates(port);
    await this.serveMetrics(port);
    for (const kind of ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations']) {
      const stop = controlPlane.api.watch<WebhookConfiguration>(`${WEBHOOKS}/${kind}`, (found, exists) => {
        if (exists) this.drop(kind, found).catch(() => undefined);
      });
      this.stops.push(stop);
    }
  }

  stop(): void {
    this.stops.splice(0).forEach((stop) => stop());
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private clientConfig(path: string, port: number): object {
    const caBundle = Buffer.from(this.options.controlPlane.certificate).toString('base64');
    return { url: `https://127.0.0.1:${port}/${path}`, caBundle };
  }

  private async injectGates(port: number): Promise<void> {
    await this.options.controlPlane.api.create(`${WEBHOOKS}/mutatingwebhookconfigurations`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'stand-in-readiness-gates' },
      webhooks: [
        {
          name: 'mpod.elbv2.k8s.aws',
          clientConfig: this.clientConfig('gates', port),
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          namespaceSelector: { matchLabels: { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' } },
          failurePolicy: 'Ignore',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
  }

  private async serveMetrics(port: number): Promise<void> {
    const { api } = this.options.controlPlane;
    const name = 'stand-in-metrics';
    await api.create('/api/v1/namespaces/kube-system/services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
    });
    // As the chart of metrics-server has it, it leads to pods in which no program runs.
    const stop = api.watch<ApiService>(API_SERVICES, ({ metadata, spec }, exists) => {
      if (!exists || spec.group !== 'metrics.k8s.io' || spec.service?.name === name) return;
      const service = { name, namespace: 'kube-system', port };
      const changed = { service, caBundle: null, insecureSkipTLSVerify: true };
      api.patch(`${API_SERVICES}/${metadata.name}`, { spec: changed }).catch(() => undefined);
    });
    this.stops.push(stop);
  }

  /**
   * A published chart's webhook names a Service, behind which there is no program. It is taken out and not led here: Helm's
   * next patch would put the Service beside the address, which the API refuses.
   */
  private async drop(kind: string, { metadata, webhooks = [] }: WebhookConfiguration): Promise<void> {
    if (!webhooks.some(({ clientConfig }) => clientConfig.service)) return;
    await this.options.controlPlane.api.patch(`${WEBHOOKS}/${kind}/${metadata.name}`, { webhooks: [] });
  }

  private async answer(url: string, body: string): Promise<object> {
    if (url.startsWith('/gates')) {
      const { request } = JSON.parse(body) as AdmissionReview;
      const patch = this.gatePatch(request);
      return {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { uid: request.uid, allowed: true, ...(patch && { patchType: 'JSONPatch', patch }) },
      };
    }
    const path = new URL(url, 'https://localhost');
    if (path.pathname === METRICS) return METRICS_RESOURCES;
    return this.metrics(path);
  }

  private gatePatch({ namespace, object }: AdmissionReview['request']): string | undefined {
    const wanted = this.options.gates(namespace, object?.metadata?.labels ?? {});
    const gates = [...(object?.spec?.readinessGates ?? []), ...wanted.map((conditionType) => ({ conditionType }))];
    if (wanted.length === 0) return undefined;
    return Buffer.from(JSON.stringify([{ op: 'add', path: '/spec/readinessGates', value: gates }])).toString('base64');
  }

  private async metrics(url: URL): Promise<object> {
    const { api } = this.options.controlPlane;
    const [, namespace] = /\/namespaces\/([^/]+)\/pods/.exec(url.pathname) ?? [];
    const pods = await api.list<Pod>(namespace ? `/api/v1/namespaces/${namespace}/pods${url.search}` : '/api/v1/pods');
    const running = pods.filter(({ status }) => status?.phase === 'Running');
    const items = running.map((pod) => metricsOf(pod, this.options.load(), api.now));
    return { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetricsList', metadata: {}, items };
  }
}

const METRICS_RESOURCES = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'metrics.k8s.io/v1beta1',
  resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }],
};

/** What a pod uses, at a load that is a share of what its containers request. */
export function metricsOf({ metadata, spec }: Pod, load: number, now: string): PodMetrics {
  return {
    metadata: { name: metadata?.name, namespace: metadata?.namespace },
    timestamp: now,
    window: '15s',
    containers: [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name, resources }) => ({
      name,
      usage: { cpu: `${Math.round((parseQuantity(resources?.requests?.cpu) ?? 0) * 1000 * load)}m`, memory: '64Mi' },
    })),
  };
}
