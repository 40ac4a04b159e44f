/** What a node of an instance type gives to pods. */
export interface NodeRoom {
  /** Millicores. */
  readonly cpu: number;

  /** MiB. */
  readonly memory: number;

  readonly pods: number;
}

/** Network interfaces of an instance and IPv4 addresses of each. */
interface Interfaces {
  readonly count: number;
  readonly addresses: number;
}

const interfaces = (count: number, addresses: number): Interfaces => ({ count, addresses });

/** By size, for families of fixed performance: https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html and its neighbours. */
const SIZES: Readonly<Record<string, { readonly cores: number; readonly interfaces: Interfaces }>> = {
  large: { cores: 2, interfaces: interfaces(3, 10) },
  xlarge: { cores: 4, interfaces: interfaces(4, 15) },
  '2xlarge': { cores: 8, interfaces: interfaces(4, 15) },
  '4xlarge': { cores: 16, interfaces: interfaces(8, 30) },
};

/** GiB for each core of these families. */
const FAMILIES: Readonly<Record<string, number>> = Object.fromEntries([
  ...['c5', 'c5a', 'c6a', 'c6g', 'c6i', 'c7a', 'c7g', 'c7i'].map((family) => [family, 2]),
  ...['m5', 'm5a', 'm6a', 'm6g', 'm6i', 'm7a', 'm7g', 'm7i'].map((family) => [family, 4]),
  ...['r5', 'r5a', 'r6a', 'r6g', 'r6i', 'r7a', 'r7g', 'r7i'].map((family) => [family, 8]),
]);

/** t3, t3a and t4g by size. */
const BURSTABLE: Readonly<
  Record<string, { readonly cores: number; readonly memory: number; readonly interfaces: Interfaces }>
> = {
  small: { cores: 2, memory: 2, interfaces: interfaces(3, 4) },
  medium: { cores: 2, memory: 4, interfaces: interfaces(3, 6) },
  large: { cores: 2, memory: 8, interfaces: interfaces(3, 12) },
  xlarge: { cores: 4, memory: 16, interfaces: interfaces(4, 15) },
  '2xlarge': { cores: 8, memory: 32, interfaces: interfaces(4, 15) },
};

/** Part of the memory that hypervisor and kernel keep; what Karpenter reckons with: https://karpenter.sh/docs/reference/settings/ */
const HIDDEN_MEMORY = 0.075;

/** Below 30 cores, which all of these have: https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html */
const MOST_PODS = 110;

/** Addresses of a prefix, a /28. */
const PREFIX = 16;

/**
 * What AL2023 leaves to pods on a node. Its reservations follow from the cores and from the pods without prefix delegation,
 * whatever the kubelet is told after that: https://github.com/awslabs/amazon-eks-ami/tree/main/nodeadm/internal/kubelet
 *
 * @param prefixDelegation whether the VPC CNI gives interfaces prefixes in place of single addresses
 * @returns undefined for a type that is not in the tables
 */
export function roomOf(instanceType: string, prefixDelegation: boolean): NodeRoom | undefined {
  const [family = '', size = ''] = instanceType.split('.');
  const burstable = /^t(3a?|4g)$/.test(family) ? BURSTABLE[size] : undefined;
  const fixed = SIZES[size];
  const perCore = FAMILIES[family];
  const type = burstable ?? (fixed && perCore ? { ...fixed, memory: fixed.cores * perCore } : undefined);
  if (!type) return undefined;
  const { count, addresses } = type.interfaces;
  const single = count * (addresses - 1) + 2;
  return {
    cpu: type.cores * 1000 - reservedCpu(type.cores),
    // 100 MiB is where the kubelet begins to evict.
    memory: Math.floor(type.memory * 1024 * (1 - HIDDEN_MEMORY)) - (255 + 11 * single) - 100,
    pods: prefixDelegation ? Math.min(MOST_PODS, count * (addresses - 1) * PREFIX + 2) : single,
  };
}

/** Millicores: 6 % of the first core, 1 % of the second, half a percent of the next two, a quarter of all others. */
function reservedCpu(cores: number): number {
  return Array.from({ length: cores }, (_, i) => [60, 10, 5, 5][i] ?? 2.5).reduce((sum, part) => sum + part, 0);
}
