/** A machine of a cluster as its kubelet reports it. */
export interface NodeSpec {
  readonly name: string;

  /** Availability zone, such as `ap-northeast-2a`. */
  readonly zone: string;

  /** Labels beside those that every node has. */
  readonly labels: Readonly<Record<string, string>>;

  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];

  /** What is left to pods, as quantities of Kubernetes. */
  readonly allocatable: { readonly cpu: string; readonly memory: string; readonly pods: string };

  /** EBS volumes that can be attached beside the root volume and the network interfaces. */
  readonly volumes: number;
}
