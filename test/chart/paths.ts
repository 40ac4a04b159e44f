import { type NetworkPolicyPeer, type NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import { type Manifest, ofKind } from '../../lib/assembly/kubernetes/manifests';

/** A selector or an address block in a few words. */
function peers({ ipBlock, podSelector, namespaceSelector }: NetworkPolicyPeer): string[] {
  if (ipBlock) return [[ipBlock.cidr, ...(ipBlock.except ?? []).map((cidr) => `not ${cidr}`)].join(' ')];
  const names = podSelector?.matchExpressions?.flatMap(({ values }) => values ?? []) ?? [];
  if (names.length > 0) return names;
  return [JSON.stringify({ ...namespaceSelector?.matchLabels, ...podSelector?.matchLabels })];
}

const portNames = (ports: NetworkPolicyPort[] = []) =>
  ports.map(({ protocol, port }) => [protocol, port].filter(Boolean).join('/'));

/** Every path that the policies open, as "pod → peer:port" and "pod ← peer:port". */
export function paths(manifests: readonly Manifest[]): string[] {
  return ofKind(manifests, 'networking.k8s.io/v1/NetworkPolicy')
    .flatMap(({ spec }) => {
      const pod = spec!.podSelector.matchLabels?.app ?? '*';
      return [
        ...(spec!.egress ?? []).flatMap(({ to, ports }) =>
          to!.flatMap(peers).flatMap((peer) => portNames(ports).map((port) => `${pod} → ${peer}:${port}`)),
        ),
        ...(spec!.ingress ?? []).flatMap(({ from, ports }) =>
          from!.flatMap(peers).flatMap((peer) => portNames(ports).map((port) => `${pod} ← ${peer}:${port}`)),
        ),
      ];
    })
    .sort();
}
