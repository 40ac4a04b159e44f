import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { KUBERNETES_VERSIONS } from '../../config/kubernetes-versions';
import { removalPolicy } from '../../config/removal';
import type { ChartValues } from '../../config/values';
import { ContainerInsights } from './container-insights';
import { Addons } from './addons';
import type { KubectlSource } from './kubectl-layer';
import { NodeGroups } from './node-groups';
import { PodIdentities } from './pod-identities';

export interface ClusterStackProps extends cdk.StackProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Whose pods need identities. */
  readonly values: ChartValues;

  /** Where the kubectl layer comes from. */
  readonly kubectl: KubectlSource;
}

/** EKS with its nodes, add-ons and identities: everything a pod needs before the first chart arrives. */
export class ClusterStack extends cdk.Stack {
  readonly cluster: eks.Cluster;
  readonly identities: PodIdentities;
  readonly addons: Addons;
  readonly nodes: NodeGroups;
  readonly insights?: ContainerInsights;

  constructor(scope: Construct, id: string, { config, vpc, logKey, values, kubectl, ...props }: ClusterStackProps) {
    super(scope, id, props);
    const name = environmentId(config.name);
    const release = KUBERNETES_VERSIONS[config.kubernetes.version];
    this.cluster = this.addCluster({ config, vpc, logKey, kubectl });
    config.kubernetes.access.forEach(({ principalArn, policy }) =>
      this.cluster.grantAccess(`Access${principalArn}`, principalArn, [
        eks.AccessPolicy.fromAccessPolicyName(policy, { accessScopeType: eks.AccessScopeType.CLUSTER }),
      ]),
    );

    this.identities = new PodIdentities(this, 'PodIdentities', {
      cluster: this.cluster,
      environment: name,
      services: values.services,
      xrayNamespace: values.xrayNamespace,
    });
    this.addons = new Addons(this, 'Addons', { cluster: this.cluster, versions: release.addons });
    this.nodes = new NodeGroups(this, 'Nodes', { cluster: this.cluster, config, after: this.addons.beforeNodes });
    this.addons.afterNodes.node.addDependency(this.nodes.serviceNodes);
    if (config.observability.containerInsights) {
      this.insights = new ContainerInsights(this, 'ContainerInsights', {
        config,
        cluster: this.cluster,
        clusterName: `${name}-cluster`,
        logKey,
        version: release.addons['amazon-cloudwatch-observability'],
      });
      this.insights.node.addDependency(this.nodes.serviceNodes, this.addons.afterNodes);
    }
  }

  /** The control plane and its log group. */
  private addCluster({
    config,
    vpc,
    logKey,
    kubectl,
  }: Omit<ClusterStackProps, 'values' | keyof cdk.StackProps>): eks.Cluster {
    const name = environmentId(config.name);
    const { version, publicAccessCidrs } = config.kubernetes;
    const logGroup = new logs.LogGroup(this, 'ControlPlaneLogs', {
      // The name under which EKS looks for it.
      logGroupName: `/aws/eks/${name}-cluster/cluster`,
      encryptionKey: logKey,
      retention: config.logRetentionDays,
      removalPolicy: removalPolicy(config),
    });

    const cluster = new eks.Cluster(this, 'Cluster', {
      clusterName: `${name}-cluster`,
      version: eks.KubernetesVersion.of(version),
      vpc,
      vpcSubnets: [{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }],
      defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
      defaultCapacity: 0,
      endpointAccess:
        publicAccessCidrs.length > 0
          ? eks.EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(...publicAccessCidrs)
          : eks.EndpointAccess.PRIVATE,
      // Would make the CloudFormation execution role an administrator that nobody asked for:
      // https://github.com/aws/aws-cdk/issues/16888
      bootstrapClusterCreatorAdminPermissions: false,
      secretsEncryptionKey: new kms.Key(this, 'SecretsKey', {
        description: `Kubernetes secrets of ${name}`,
        enableKeyRotation: true,
        removalPolicy: removalPolicy(config),
      }),
      clusterLogging: Object.values(eks.ClusterLoggingTypes),
      kubectlProviderOptions: {
        kubectlLayer: kubectl.layer(this, 'KubectlLayer', KUBERNETES_VERSIONS[version].kubectlLayer),
        memory: cdk.Size.gibibytes(2),
      },
    });
    const cfnCluster = cluster.node.findChild('Resource') as eks.CfnCluster;
    cfnCluster.node.addDependency(logGroup);
    cfnCluster.deletionProtection = config.protection;
    // STANDARD would upgrade the cluster by itself when standard support ends, which for 1.31 has passed.
    cfnCluster.upgradePolicy = { supportType: 'EXTENDED' };
    return cluster;
  }
}
