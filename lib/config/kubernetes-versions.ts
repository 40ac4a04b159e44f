/** Minor versions of Kubernetes that an environment may run. */
export type KubernetesVersionName = '1.31' | '1.32' | '1.33' | '1.34' | '1.35' | '1.36';

export interface KubernetesRelease {
  /** Last day of standard support, ISO 8601. */
  readonly standardSupportEnd: string;

  /** First day, ISO 8601, on which EKS creates no such cluster any more and upgrades the existing ones by itself. */
  readonly extendedSupportEnd: string;

  /** npm package with kubectl and Helm for this version. */
  readonly kubectlLayer: { readonly package: string; readonly version: string; readonly className: string };

  /** Versions of the EKS add-ons. */
  readonly addons: {
    readonly 'vpc-cni': string;
    readonly 'kube-proxy': string;
    readonly coredns: string;
    readonly 'eks-pod-identity-agent': string;
    readonly 'aws-ebs-csi-driver': string;
    readonly 'amazon-cloudwatch-observability': string;
  };
}

// Not tied to a minor version; sources as below.
const addons = {
  'vpc-cni': 'v1.22.4-eksbuild.3',
  'eks-pod-identity-agent': 'v1.3.10-eksbuild.3',
  'aws-ebs-csi-driver': 'v1.63.1-eksbuild.1',
  'amazon-cloudwatch-observability': 'v6.4.0-eksbuild.1',
};

const layer = (minor: number, version: string) => ({
  package: `@aws-cdk/lambda-layer-kubectl-v${minor}`,
  version,
  className: `KubectlV${minor}Layer`,
});

/**
 * Calendar and parts of each version, oldest first.
 *
 * Support dates: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html. Add-on versions: the tables in
 * https://docs.aws.amazon.com/eks/latest/userguide/managing-kube-proxy.html and its neighbours for CoreDNS, the VPC CNI and
 * EBS, read in 2026-08. `aws eks describe-addon-versions --kubernetes-version <version>` lists what a region offers today.
 */
export const KUBERNETES_VERSIONS: Readonly<Record<KubernetesVersionName, KubernetesRelease>> = {
  '1.31': {
    standardSupportEnd: '2025-11-26',
    extendedSupportEnd: '2026-11-26',
    kubectlLayer: layer(31, '2.1.0'),
    addons: { ...addons, 'kube-proxy': 'v1.31.14-eksbuild.20', coredns: 'v1.11.4-eksbuild.40' },
  },
  '1.32': {
    standardSupportEnd: '2026-03-23',
    extendedSupportEnd: '2027-03-23',
    kubectlLayer: layer(32, '2.1.0'),
    addons: { ...addons, 'kube-proxy': 'v1.32.13-eksbuild.16', coredns: 'v1.11.4-eksbuild.40' },
  },
  '1.33': {
    standardSupportEnd: '2026-07-29',
    extendedSupportEnd: '2027-07-29',
    kubectlLayer: layer(33, '2.2.2'),
    addons: { ...addons, 'kube-proxy': 'v1.33.10-eksbuild.13', coredns: 'v1.13.2-eksbuild.11' },
  },
  '1.34': {
    standardSupportEnd: '2026-12-02',
    extendedSupportEnd: '2027-12-02',
    kubectlLayer: layer(34, '2.2.2'),
    addons: { ...addons, 'kube-proxy': 'v1.34.6-eksbuild.13', coredns: 'v1.13.2-eksbuild.11' },
  },
  '1.35': {
    standardSupportEnd: '2027-03-27',
    extendedSupportEnd: '2028-03-27',
    kubectlLayer: layer(35, '2.2.2'),
    addons: { ...addons, 'kube-proxy': 'v1.35.3-eksbuild.13', coredns: 'v1.14.3-eksbuild.3' },
  },
  '1.36': {
    standardSupportEnd: '2027-08-02',
    extendedSupportEnd: '2028-08-02',
    kubectlLayer: layer(36, '2.0.1'),
    addons: { ...addons, 'kube-proxy': 'v1.36.0-eksbuild.14', coredns: 'v1.14.3-eksbuild.3' },
  },
};

export const KUBERNETES_VERSION_NAMES = Object.keys(KUBERNETES_VERSIONS) as KubernetesVersionName[];

/**
 * Versions that a running cluster may have after the next deployment: EKS neither goes back nor skips a minor.
 *
 * @param deployed the version it runs
 */
export function upgradeTargets(deployed: KubernetesVersionName): KubernetesVersionName[] {
  const index = KUBERNETES_VERSION_NAMES.indexOf(deployed);
  return KUBERNETES_VERSION_NAMES.slice(index, index + 2);
}

/**
 * What the reader of a synth must know about a version's support on a day.
 *
 * @param version a minor version
 * @param today ISO 8601 date
 * @returns one sentence, or undefined while standard support lasts
 */
export function supportWarning(version: KubernetesVersionName, today: string): string | undefined {
  const { standardSupportEnd, extendedSupportEnd } = KUBERNETES_VERSIONS[version];
  const newest = KUBERNETES_VERSION_NAMES.at(-1);
  const wayOut = `A new cluster: -c kubernetes=${newest}, on the command line, for one run. Set kubernetes.version in lib/config to a later minor, at most ${newest}, to stay there; a running cluster goes one minor at a time.`;
  if (today >= extendedSupportEnd) {
    return `Kubernetes ${version} left extended support on ${extendedSupportEnd}: since that day EKS creates no new cluster of it and upgrades existing ones by itself. ${wayOut}`;
  }
  if (today > standardSupportEnd) {
    return `Kubernetes ${version} is in extended support ($0.60 instead of $0.10 per cluster hour) until ${extendedSupportEnd}: from that day on EKS creates no new cluster of it and upgrades existing ones by itself. ${wayOut}`;
  }
  return undefined;
}
