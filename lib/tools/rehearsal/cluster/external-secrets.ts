import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { ExternalSecret } from '../../../assembly/kubernetes/kinds';
import type { KubernetesApi } from '../control-plane/api';
import { followController } from './presence';

interface Observed extends ExternalSecret {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** What the operator holds its objects with until it has cleaned up after them. */
const FINALIZER = 'externalsecrets.external-secrets.io/externalsecret-cleanup';

/** Milliseconds between two looks at objects that came while the operator was not up. */
const PAUSE = 500;

/**
 * Stands in for the program of the External Secrets Operator: makes a secret with made-up values of every ExternalSecret, as
 * long as a pod of the operator is ready.
 *
 * @returns ends it
 */
export function makeSecrets(api: KubernetesApi): () => void {
  const operator = followController(api, 'external-secrets');
  const seen = new Map<string, Observed>();
  const stopWatch = api.watch<Observed>('/apis/external-secrets.io/v1/externalsecrets', (object, exists) => {
    if (exists) seen.set(object.metadata.uid ?? '', object);
    else seen.delete(object.metadata.uid ?? '');
  });
  const timer = setInterval(() => {
    if (!operator.isUp()) return;
    for (const object of seen.values()) reconcile(api, object).catch(() => undefined);
  }, PAUSE);
  return () => {
    clearInterval(timer);
    operator.stop();
    stopWatch();
  };
}

async function reconcile(api: KubernetesApi, object: Observed): Promise<void> {
  const { metadata, status } = object;
  const path = `/apis/external-secrets.io/v1/namespaces/${metadata.namespace}/externalsecrets/${metadata.name}`;
  const finalizers = metadata.finalizers ?? [];
  if (metadata.deletionTimestamp) {
    const others = finalizers.filter((one) => one !== FINALIZER);
    if (others.length < finalizers.length) await api.patch(path, { metadata: { finalizers: others } });
    return;
  }
  const secret = secretOf(object);
  const secrets = `/api/v1/namespaces/${metadata.namespace}/secrets`;
  const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
  if (isReady && finalizers.includes(FINALIZER)) return;
  if (!finalizers.includes(FINALIZER)) await api.patch(path, { metadata: { finalizers: [...finalizers, FINALIZER] } });
  if (!(await api.find(`${secrets}/${secret.metadata.name}`))) await api.create(secrets, secret);
  const condition = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced' };
  await api.patch(`${path}/status`, {
    status: { conditions: [{ ...condition, lastTransitionTime: api.now }], refreshTime: api.now },
  });
}

/** The secret of an ExternalSecret: its keys with values that nobody keeps secret. */
export function secretOf({ metadata, spec }: ExternalSecret) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: spec.target?.name ?? metadata.name ?? '',
      namespace: metadata.namespace,
      ownerReferences: [
        {
          apiVersion: 'external-secrets.io/v1',
          kind: 'ExternalSecret',
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
        },
      ],
    },
    stringData: Object.fromEntries((spec.data ?? []).map(({ secretKey }) => [secretKey, `made-up-${secretKey}`])),
  };
}
