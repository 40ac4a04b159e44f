import type * as cdk from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { KubernetesRelease } from '../../config/kubernetes-versions';
import { podRole } from './pod-identities';

export interface AddonsProps {
  /** Gets the add-ons. */
  readonly cluster: eks.Cluster;

  /** Version of each add-on, by its name. */
  readonly versions: KubernetesRelease['addons'];
}

/** EKS add-ons in two halves: what nodes need to become ready, and what needs ready nodes. */
export class Addons extends Construct {
  /** Network, proxy and identities; installed before any node joins. */
  readonly beforeNodes: Construct;

  /** DNS and storage; without a node to run on they never become healthy (terraform-aws-eks issue 3001). */
  readonly afterNodes: Construct;

  constructor(scope: Construct, id: string, { cluster, versions }: AddonsProps) {
    super(scope, id);
    this.beforeNodes = new Construct(this, 'BeforeNodes');
    this.afterNodes = new Construct(this, 'AfterNodes');

    const addon = (half: Construct, name: keyof KubernetesRelease['addons'], props: Partial<eks.CfnAddonProps> = {}) =>
      new eks.CfnAddon(half, name, {
        clusterName: cluster.clusterName,
        addonName: name,
        addonVersion: versions[name],
        // A new cluster comes with self-managed copies of the first ones.
        resolveConflicts: 'OVERWRITE',
        ...props,
      });
    const identity = (
      name: string,
      serviceAccount: string,
      policy: string,
    ): cdk.IResolvable | eks.CfnAddon.PodIdentityAssociationProperty[] => [
      {
        serviceAccount,
        roleArn: podRole(this, name, `Add-on ${name}`, [iam.ManagedPolicy.fromAwsManagedPolicyName(policy)]).roleArn,
      },
    ];

    addon(this.beforeNodes, 'eks-pod-identity-agent');
    addon(this.beforeNodes, 'kube-proxy');
    addon(this.beforeNodes, 'vpc-cni', {
      podIdentityAssociations: identity('VpcCniRole', 'aws-node', 'AmazonEKS_CNI_Policy'),
      configurationValues: JSON.stringify({ enableNetworkPolicy: 'true' }),
    });
    addon(this.afterNodes, 'coredns');
    addon(this.afterNodes, 'aws-ebs-csi-driver', {
      podIdentityAssociations: identity('EbsCsiRole', 'ebs-csi-controller-sa', 'service-role/AmazonEBSCSIDriverPolicy'),
      // The chart's StorageClass is the only one.
      configurationValues: JSON.stringify({ defaultStorageClass: { enabled: false } }),
    });
  }
}
