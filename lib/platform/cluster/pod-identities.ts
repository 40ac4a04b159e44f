import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Service } from '../../config/values';
import { loadBalancerControllerPolicy } from './load-balancer-controller-policy';

/** Namespace and service account under which each controller runs. */
export const CONTROLLER_ACCOUNTS = {
  externalSecrets: { namespace: 'external-secrets-system', serviceAccount: 'external-secrets' },
  loadBalancerController: { namespace: 'kube-system', serviceAccount: 'aws-load-balancer-controller' },
} as const;

export interface PodIdentitiesProps {
  /** Cluster of the environment. */
  readonly cluster: eks.Cluster;

  /** Namespace of the services, such as `erp-dev`. */
  readonly environment: string;

  /** Services whose pods get a role each. */
  readonly services: readonly Service[];

  /**
   * Namespace of the X-Ray DaemonSet.
   *
   * @default - there is no DaemonSet, and no identity for it
   */
  readonly xrayNamespace?: string;
}

/** Which service account acts as which IAM role: EKS Pod Identity, so no OIDC provider and no annotations. */
export class PodIdentities extends Construct {
  /** Role of the External Secrets Operator; its permissions are granted where the secrets are known. */
  readonly externalSecretsRole: iam.Role;

  /** What the controller's project publishes for it. */
  readonly loadBalancerControllerPolicy: iam.ManagedPolicy;

  /** Role of everything that sends traces. */
  readonly tracesRole: iam.Role;

  constructor(scope: Construct, id: string, { cluster, environment, services, xrayNamespace }: PodIdentitiesProps) {
    super(scope, id);
    const associate = (
      associationId: string,
      account: { namespace: string; serviceAccount: string },
      role: iam.IRole,
    ) =>
      new eks.CfnPodIdentityAssociation(this, associationId, {
        clusterName: cluster.clusterName,
        ...account,
        roleArn: role.roleArn,
      });

    this.externalSecretsRole = podRole(this, 'ExternalSecretsRole', 'External Secrets Operator');
    associate('ExternalSecrets', CONTROLLER_ACCOUNTS.externalSecrets, this.externalSecretsRole);

    this.loadBalancerControllerPolicy = loadBalancerControllerPolicy(this, 'LoadBalancerControllerPolicy');
    associate(
      'LoadBalancerController',
      CONTROLLER_ACCOUNTS.loadBalancerController,
      podRole(this, 'LoadBalancerControllerRole', 'AWS Load Balancer Controller', [this.loadBalancerControllerPolicy]),
    );

    this.tracesRole = podRole(this, 'TracesRole', 'X-Ray daemons', [
      iam.ManagedPolicy.fromAwsManagedPolicyName('AWSXRayDaemonWriteAccess'),
    ]);
    for (const { key, name } of services) {
      associate(`Service-${key}`, { namespace: environment, serviceAccount: name }, this.tracesRole);
    }
    if (xrayNamespace)
      associate('XrayDaemon', { namespace: xrayNamespace, serviceAccount: 'xray-daemon' }, this.tracesRole);
  }
}

/** A role that pods may assume through EKS Pod Identity. */
export function podRole(
  scope: Construct,
  id: string,
  description: string,
  managedPolicies: iam.IManagedPolicy[] = [],
): iam.Role {
  return new iam.Role(scope, id, {
    description,
    // The agent also tags the session with cluster, namespace and service account.
    assumedBy: new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com')),
    managedPolicies,
  });
}
