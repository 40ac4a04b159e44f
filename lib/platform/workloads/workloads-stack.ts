import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import type { Construct, IConstruct } from 'constructs';
import type { ClusterStack } from '../cluster/cluster-stack';
import { CONTROLLER_ACCOUNTS } from '../cluster/pod-identities';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { reapplyCommand } from '../../config/reapply';
import type { Environment } from '../../config';
import { EMPLOYEE_PORT, mergeValues } from '../../config/values';
import type { DataStack } from '../data/data-stack';
import { readSecrets } from '../data/read-secrets';
import { ReleasedImages } from './released-images';
import type { EdgeStack } from '../edge/edge-stack';
import type { NetworkStack } from '../network/network-stack';
import { RELEASE_TIMEOUT, addControllers } from './controllers';
import { platformValues } from './chart-values';

/** Release name of the bundled chart. Helm knows the release by it, so it never changes. */
export const RELEASE_NAME = 'erp-microservices';

/**
 * ConfigMap beside the release with the chart's values that only the cloud knows. The chart reads it by this name, so that
 * `helm upgrade` by hand or by the pipeline finds them too.
 */
export const PLATFORM_CONFIG_MAP = 'erp-platform';

/** Tags of every volume that a claim gets. */
export function volumeTags({ name }: Pick<EnvironmentConfig, 'name'>): Readonly<Record<string, string>> {
  return { project: 'erp', environment: name };
}

export interface WorkloadsStackProps extends cdk.StackProps {
  /** The environment: config and values of its chart. */
  readonly environment: Environment;

  /** VPC, log key and access logs. */
  readonly network: NetworkStack;

  /** Database, secrets, Kafka and cache. */
  readonly data: DataStack;

  /** Cluster of the environment. */
  readonly cluster: ClusterStack;

  /** Load balancers, API and frontend. */
  readonly edge: EdgeStack;
}

/**
 * What runs in the cluster: namespace, storage class, controllers, then the bundled chart, and the reverse on deletion.
 * A failed release rolls back this stack alone.
 */
export class WorkloadsStack extends cdk.Stack {
  /** The bundled chart's release. */
  readonly chart: eks.HelmChart;

  /** Which images run, where a pipeline releases them. */
  readonly releasedImages?: ReleasedImages;

  constructor(scope: Construct, id: string, props: WorkloadsStackProps) {
    const { environment, network, data, cluster: clusterStack, edge, ...stackProps } = props;
    super(scope, id, stackProps);
    const { config, values } = environment;
    const name = environmentId(config.name);

    // Imported, so that charts land in this stack and not in the cluster's.
    const cluster = eks.Cluster.fromClusterAttributes(this, 'Cluster', {
      clusterName: clusterStack.cluster.clusterName,
      clusterSecurityGroupId: clusterStack.cluster.clusterSecurityGroupId,
      kubectlProvider: clusterStack.cluster.kubectlProvider,
      vpc: network.vpc,
    });

    const namespace = this.addNamespace(cluster, 'Namespace', config, name, {
      // Rollouts wait until the load balancer has seen the new pod.
      'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
    });
    const namespaces = [namespace, ...this.addXrayNamespace(cluster, environment)];
    const storageClass = this.addStorageClass(cluster, environment);
    const priorities = this.addPriorityClasses(cluster, environment);

    const secrets = new iam.ManagedPolicy(this, 'SecretsPolicy', {
      description: `Secrets that the External Secrets Operator copies into ${name}`,
      roles: [clusterStack.identities.externalSecretsRole],
      statements: readSecrets([data.users.cluster, data.mongodbSecret], data.key),
    });

    const operatorNamespace = this.addNamespace(
      cluster,
      'ExternalSecretsNamespace',
      config,
      CONTROLLER_ACCOUNTS.externalSecrets.namespace,
    );
    const controllers = addControllers(cluster, network.vpc, name, operatorNamespace);
    // For the removal: what is left in a namespace (volume claims, and any object with a finalizer) goes while the storage
    // class and the controllers are still there, and while every API of the cluster answers, which a namespace waits for.
    for (const made of namespaces) made.node.addDependency(storageClass, ...controllers);

    const ways = this.openConnections(props);
    const chartAsset = new s3assets.Asset(this, 'ChartAsset', {
      path: values.chart,
      // Not part of what Helm renders, so a change of theirs is no change of the release.
      exclude: ['values-*.yaml', 'README.md', 'CHANGELOG.md', '.helmignore'],
    });
    const platform = platformValues({ environment, network, data, edge });
    const configMap = this.addPlatformValues(cluster, name, platform);
    configMap.node.addDependency(namespace);
    // Said to the release as well: a change of theirs changes it, and what renders without a cluster sees them.
    let releaseValues = mergeValues(values.overrides, platform);
    if (config.delivery) {
      this.releasedImages = new ReleasedImages(this, 'ReleasedImages', {
        config,
        logKey: network.logKey,
        services: values.services,
        release: { chart: chartAsset.assetHash, values: releaseValues },
      });
      releaseValues = mergeValues(releaseValues, this.releasedImages.values);
    }

    this.chart = cluster.addHelmChart('Chart', {
      chartAsset,
      release: RELEASE_NAME,
      namespace: name,
      createNamespace: false,
      wait: true,
      timeout: RELEASE_TIMEOUT,
      values: releaseValues,
    });
    this.chart.node.addDependency(configMap, ...namespaces, storageClass, priorities, secrets, ...controllers, ...ways);
  }

  /** Overwriting, so that a creation does not fail on what an earlier one, or somebody's helm, has left. */
  private apply(cluster: eks.ICluster, id: string, manifest: Record<string, unknown>): eks.KubernetesManifest {
    return new eks.KubernetesManifest(this, id, { cluster, manifest: [manifest], overwrite: true });
  }

  private addPlatformValues(
    cluster: eks.ICluster,
    namespace: string,
    platform: Record<string, unknown>,
  ): eks.KubernetesManifest {
    return this.apply(cluster, 'PlatformValues', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: PLATFORM_CONFIG_MAP, namespace, labels: { 'app.kubernetes.io/part-of': 'erp' } },
      data: { release: RELEASE_NAME, values: this.toJsonString(platform) },
    });
  }

  private addNamespace(
    cluster: eks.ICluster,
    id: string,
    config: EnvironmentConfig,
    name: string,
    labels: Record<string, string> = {},
    annotations: Record<string, string> = {},
  ): eks.KubernetesManifest {
    return this.apply(cluster, id, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: {
          'app.kubernetes.io/part-of': 'erp',
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
          'pod-security.kubernetes.io/audit': 'restricted',
          ...labels,
        },
        annotations: { ...mark(config), ...annotations },
      },
    });
  }

  /** The namespace of the daemons, where they run. */
  private addXrayNamespace(cluster: eks.ICluster, { config, values }: Environment): eks.KubernetesManifest[] {
    if (!values.xrayNamespace) return [];
    return [
      this.addNamespace(
        cluster,
        'XrayNamespace',
        config,
        values.xrayNamespace,
        {
          // The daemons use the network of their node.
          'pod-security.kubernetes.io/enforce': 'privileged',
          'app.kubernetes.io/managed-by': 'Helm',
        },
        // `helm install --dry-run` cannot read the ConfigMap, renders this namespace as its own, and refuses one of
        // somebody else.
        {
          'meta.helm.sh/release-name': RELEASE_NAME,
          'meta.helm.sh/release-namespace': environmentId(config.name),
        },
      ),
    ];
  }

  private addStorageClass(cluster: eks.ICluster, { config, values }: Environment): eks.KubernetesManifest {
    return this.apply(cluster, 'StorageClass', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: values.storageClass,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true', ...mark(config) },
      },
      provisioner: 'ebs.csi.aws.com',
      parameters: {
        type: 'gp3',
        encrypted: 'true',
        // The tags of the stacks, for the bill and for the removal, which looks for volumes that are left.
        ...Object.fromEntries(
          Object.entries(volumeTags(config)).map(([key, value], i) => [`tagSpecification_${i + 1}`, `${key}=${value}`]),
        ),
      },
      // A volume is made in the zone of the pod that claims it.
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
      reclaimPolicy: config.removal === 'retain' ? 'Retain' : 'Delete',
    });
  }

  /** Here and not in the release, whose rights end at its namespaces. */
  private addPriorityClasses(cluster: eks.ICluster, { config, values }: Environment): eks.KubernetesManifest {
    return new eks.KubernetesManifest(this, 'PriorityClasses', {
      cluster,
      overwrite: true,
      manifest: values.priorityClasses.map(({ purpose, name, value }) => ({
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name, labels: { 'app.kubernetes.io/part-of': 'erp' }, annotations: mark(config) },
        value,
        globalDefault: false,
        // A service that finds no room waits: pushing another off its node would only move the want of room.
        ...(purpose === 'services' && { preemptionPolicy: 'Never' }),
        description: `Priority of the ERP's ${purpose}`,
      })),
    });
  }

  /** Opens the connections of pods, and says what has to stand before they are used. */
  private openConnections({ environment, network, data, cluster, edge }: WorkloadsStackProps): IConstruct[] {
    const { values } = environment;
    const pods = ec2.SecurityGroup.fromSecurityGroupId(
      this,
      'PodSecurityGroup',
      cluster.cluster.clusterSecurityGroupId,
    );
    const loadBalancer = ec2.SecurityGroup.fromSecurityGroupId(
      this,
      'LoadBalancerSecurityGroup',
      edge.loadBalancer.securityGroup.securityGroupId,
      // It has egress rules, and so none of EC2's own that allows all: without this the rules here are ingress only.
      { allowAllOutbound: false },
    );
    for (const { key, port } of values.services) {
      pods.connections.allowFrom(loadBalancer, ec2.Port.tcp(port), `NLB to ${key}`);
    }
    loadBalancer.connections.allowFrom(pods, ec2.Port.tcp(EMPLOYEE_PORT), 'Pods to the employee service');
    if (values.xrayNamespace) {
      // By address, because who sends traces to a node has no group that is known here.
      for (const { ipv4CidrBlock } of network.vpc.privateSubnets) {
        pods.connections.allowFrom(ec2.Peer.ipv4(ipv4CidrBlock), ec2.Port.udp(2000), 'X-Ray daemons of the nodes');
      }
    }
    const ways: IConstruct[] = [pods, loadBalancer];
    const open = (id: string, what: string, to?: { securityGroup: ec2.ISecurityGroup; port: number }) => {
      if (!to) return;
      // Weak, so that nothing refuses the removal of what is opened from the config.
      const groupId = cdk.Stack.consumeReference(to.securityGroup.securityGroupId, cdk.ReferenceStrength.WEAK);
      const group = ec2.SecurityGroup.fromSecurityGroupId(this, id, groupId);
      group.connections.allowFrom(pods, ec2.Port.tcp(to.port), `Pods to ${what}`);
      ways.push(group);
    };
    open('KafkaSecurityGroup', 'Kafka', data.kafka);
    open('CacheSecurityGroup', 'the cache', data.cache);
    return ways;
  }
}

/** Annotations of what the bundled chart finds in the cluster. */
function mark({ name }: EnvironmentConfig): Record<string, string> {
  return {
    // The chart reads it where the ConfigMap is missing: it tells a cluster of this app from any other.
    'erp-platform/reapply': reapplyCommand(name),
    // A release that was there before this app, and had these among its own, lets them go without deleting them.
    'helm.sh/resource-policy': 'keep',
  };
}
