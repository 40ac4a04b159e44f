/** Pods of one kind beside the services, as far as their place on the nodes is concerned. */
export interface SystemPods {
  readonly name: string;

  /**
   * How many there are.
   *
   * @default - one on every node, whatever its taints
   */
  readonly replicas?: number;

  /** Requests of each container: millicores and MiB. */
  readonly containers: readonly (readonly [cpu: number, memory: number])[];

  /** Whether their budget lets one of them go at a time; of a pod on every node, none is asked. */
  readonly budget?: boolean;

  /** Whether they prefer nodes without one of their own. */
  readonly spread?: boolean;

  /**
   * Their priority class.
   *
   * @default - none
   */
  readonly priority?: 'system-node-critical' | 'system-cluster-critical';

  /** Where these numbers are published. */
  readonly source: string;
}

const CLUSTER = 'system-cluster-critical';
const NODE = 'system-node-critical';
const EBS = 'https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/charts/aws-ebs-csi-driver/values.yaml';
const CLOUDWATCH =
  'https://github.com/aws-observability/helm-charts/blob/main/charts/amazon-cloudwatch-observability/values.yaml';

/** Pods of each EKS add-on. */
export const ADDON_PODS: Readonly<Record<string, readonly SystemPods[]>> = {
  'vpc-cni': [
    {
      name: 'aws-node',
      // The network and the agent of its policies.
      containers: [
        [25, 0],
        [25, 0],
      ],
      priority: NODE,
      source: 'https://github.com/aws/amazon-vpc-cni-k8s/blob/master/charts/aws-vpc-cni/values.yaml',
    },
  ],
  'kube-proxy': [
    {
      name: 'kube-proxy',
      containers: [[100, 0]],
      priority: NODE,
      source: 'https://docs.aws.amazon.com/eks/latest/userguide/managing-kube-proxy.html',
    },
  ],
  'eks-pod-identity-agent': [
    {
      name: 'eks-pod-identity-agent',
      containers: [[0, 0]],
      priority: NODE,
      source: 'https://github.com/aws/eks-pod-identity-agent/blob/main/charts/eks-pod-identity-agent/values.yaml',
    },
  ],
  coredns: [
    {
      name: 'coredns',
      replicas: 2,
      containers: [[100, 70]],
      budget: true,
      spread: true,
      priority: CLUSTER,
      source: 'https://docs.aws.amazon.com/eks/latest/userguide/coredns-add-on-update.html',
    },
  ],
  'aws-ebs-csi-driver': [
    { name: 'ebs-csi-node', containers: repeat(3, 10, 40), priority: NODE, source: EBS },
    {
      name: 'ebs-csi-controller',
      replicas: 2,
      // The driver and five sidecars.
      containers: repeat(6, 10, 40),
      budget: true,
      spread: true,
      priority: CLUSTER,
      source: EBS,
    },
  ],
  'amazon-cloudwatch-observability': [
    { name: 'cloudwatch-agent', containers: [[250, 128]], source: CLOUDWATCH },
    { name: 'fluent-bit', containers: [[50, 25]], source: CLOUDWATCH },
    {
      name: 'amazon-cloudwatch-observability-controller-manager',
      replicas: 1,
      containers: [[100, 64]],
      source: CLOUDWATCH,
    },
  ],
};

/** What each pod of a controller asks for, in the terms of Kubernetes. */
export const CONTROLLER_REQUESTS = { cpu: '50m', memory: '128Mi' } as const;

function repeat(count: number, cpu: number, memory: number): [number, number][] {
  return Array.from({ length: count }, () => [cpu, memory]);
}
