import type { Pod } from 'kubernetes-types/core/v1';
import type { KubernetesApi } from '../control-plane/api';
import { readyToServe } from './kubelet';

/** Says of a controller whether any of its pods would work now: what stands in for its program does nothing otherwise. */
export function followController(
  api: KubernetesApi,
  name: string,
): { readonly isUp: () => boolean; readonly stop: () => void } {
  const ready = new Set<string>();
  const selector = encodeURIComponent(`app.kubernetes.io/name=${name}`);
  const stop = api.watch<Pod>(`/api/v1/pods?labelSelector=${selector}`, (pod, exists) => {
    const uid = pod.metadata?.uid ?? '';
    if (exists && readyToServe(pod) && !pod.metadata?.deletionTimestamp) ready.add(uid);
    else ready.delete(uid);
  });
  return { isUp: () => ready.size > 0, stop };
}
