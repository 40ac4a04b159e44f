import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { ClusterStack } from '../cluster/cluster-stack';
import { environmentId } from '../config/environment';
import type { Environment } from '../config';
import { EMPLOYEE_PORT } from '../config/values';
import type { DataStack } from '../data/data-stack';
import { readSecrets } from '../data/read-secrets';
import type { EdgeStack } from '../edge/edge-stack';
import type { NetworkStack } from '../network/network-stack';
import { RELEASE_TIMEOUT, addControllers } from './controllers';
import { chartValues } from './chart-values';

/** Release name of the bundled chart. Helm knows the release by it, so it never changes. */
export const RELEASE_NAME = 'erp-microservices';

export interface WorkloadsStackProps extends cdk.StackProps {
  readonly environment: Environment;
  readonly network: NetworkStack;
  readonly data: DataStack;
  readonly cluster: ClusterStack;
  readonly edge: EdgeStack;
}

/**
 * What runs in the cluster: namespace, storage class, controllers, then the bundled chart, and the reverse on deletion.
 * A failed release rolls back this stack alone.
 */
export class WorkloadsStack extends cdk.Stack {
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

    const namespace = cluster.addManifest('Namespace', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: {
          'app.kubernetes.io/part-of': 'erp',
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
          'pod-security.kubernetes.io/audit': 'restricted',
          // Rollouts wait until the load balancer has seen the new pod.
          'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
        },
      },
    });
    const storageClass = cluster.addManifest('StorageClass', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: values.storageClass, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'ebs.csi.aws.com',
      parameters: { type: 'gp3', encrypted: 'true' },
      // A volume is made in the zone of the pod that claims it.
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
      reclaimPolicy: config.removal === 'retain' ? 'Retain' : 'Delete',
    });

    const secrets = new iam.ManagedPolicy(this, 'SecretsPolicy', {
      description: `Secrets that the External Secrets Operator copies into ${name}`,
      roles: [clusterStack.identities.externalSecretsRole],
      statements: readSecrets([data.database.secret, data.mongodbSecret], data.key),
    });

    const controllers = addControllers(cluster, network.vpc);

    const pods = ec2.SecurityGroup.fromSecurityGroupId(
      this,
      'PodSecurityGroup',
      clusterStack.cluster.clusterSecurityGroupId,
    );
    const loadBalancer = ec2.SecurityGroup.fromSecurityGroupId(
      this,
      'LoadBalancerSecurityGroup',
      edge.loadBalancer.securityGroup.securityGroupId,
    );
    for (const { key, port } of values.services) {
      pods.connections.allowFrom(loadBalancer, ec2.Port.tcp(port), `NLB to ${key}`);
    }
    loadBalancer.connections.allowFrom(pods, ec2.Port.tcp(EMPLOYEE_PORT), 'Pods to the employee service');
    if (data.kafka) {
      const brokers = ec2.SecurityGroup.fromSecurityGroupId(
        this,
        'KafkaSecurityGroup',
        data.kafka.securityGroup.securityGroupId,
      );
      brokers.connections.allowFrom(pods, ec2.Port.tcp(data.kafka.port), 'Pods to Kafka');
    }

    const chart = cluster.addHelmChart('Chart', {
      chartAsset: new s3assets.Asset(this, 'ChartAsset', {
        path: path.join(__dirname, '..', '..', 'chart'),
        // Not part of what Helm renders, so a change of theirs is no change of the release.
        exclude: ['values-*.yaml', 'README.md', 'CHANGELOG.md', '.helmignore'],
      }),
      release: RELEASE_NAME,
      namespace: name,
      createNamespace: false,
      wait: true,
      timeout: RELEASE_TIMEOUT,
      values: chartValues({ environment, network, data, edge }),
    });
    chart.node.addDependency(namespace, storageClass, secrets, ...controllers, pods, loadBalancer);
  }
}
