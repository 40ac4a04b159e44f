import * as cdk from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import { LOAD_BALANCER_CONTROLLER_VERSION } from '../cluster/load-balancer-controller-policy';
import { CONTROLLER_ACCOUNTS } from '../cluster/pod-identities';
import { SERVICE_NODES } from '../config/placement';

/**
 * Minutes that a release may take. The handler that runs Helm dies at 15, and a release it leaves behind pending blocks
 * every later upgrade: https://github.com/aws/aws-cdk/issues/22257
 */
export const RELEASE_TIMEOUT = cdk.Duration.minutes(10);

/**
 * Installs the charts that the bundled one needs: their webhooks must answer before its objects arrive, and still after
 * they leave.
 *
 * @returns the releases, for whoever comes after them
 */
export function addControllers(cluster: eks.ICluster, vpc: ec2.IVpc): eks.HelmChart[] {
  const { region } = cdk.Stack.of(cluster);
  const resources = { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } };
  const nodeSelector = { [SERVICE_NODES.key]: SERVICE_NODES.value };
  const add = (
    id: string,
    chart: string,
    props: Omit<eks.HelmChartOptions, 'chart' | 'release' | 'wait' | 'timeout'>,
  ) => cluster.addHelmChart(id, { chart, release: chart, wait: true, timeout: RELEASE_TIMEOUT, ...props });

  return [
    add('LoadBalancerControllerChart', 'aws-load-balancer-controller', {
      repository: 'https://aws.github.io/eks-charts',
      version: LOAD_BALANCER_CONTROLLER_VERSION,
      namespace: CONTROLLER_ACCOUNTS.loadBalancerController.namespace,
      createNamespace: false,
      values: {
        clusterName: cluster.clusterName,
        // Pods cannot ask the instance metadata for these.
        region,
        vpcId: vpc.vpcId,
        serviceAccount: { create: true, name: CONTROLLER_ACCOUNTS.loadBalancerController.serviceAccount },
        replicaCount: 2,
        podDisruptionBudget: { maxUnavailable: 1 },
        // Its webhook would hold up every new Service while the controller is down (eks-charts issue 1058), and no
        // Service of ours asks for a load balancer.
        enableServiceMutatorWebhook: false,
        // Otherwise each upgrade makes a new CA and breaks the webhooks until the pods restart (LBC issue 2239).
        keepTLSSecret: true,
        nodeSelector,
        resources,
      },
    }),
    add('ExternalSecretsChart', 'external-secrets', {
      repository: 'https://charts.external-secrets.io',
      version: '2.9.0',
      namespace: CONTROLLER_ACCOUNTS.externalSecrets.namespace,
      createNamespace: true,
      values: {
        installCRDs: true,
        serviceAccount: { create: true, name: CONTROLLER_ACCOUNTS.externalSecrets.serviceAccount },
        // Only stores inside a namespace: nobody reads another namespace's secrets by a cluster-wide one.
        processClusterStore: false,
        processClusterExternalSecret: false,
        processPushSecret: false,
        leaderElect: true,
        replicaCount: 2,
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        nodeSelector,
        resources,
        webhook: { replicaCount: 2, podDisruptionBudget: { enabled: true, minAvailable: 1 }, nodeSelector, resources },
        certController: { nodeSelector, resources },
      },
    }),
    add('MetricsServerChart', 'metrics-server', {
      repository: 'https://kubernetes-sigs.github.io/metrics-server/',
      version: '3.13.1',
      namespace: 'kube-system',
      createNamespace: false,
      values: {
        replicas: 2,
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        nodeSelector,
        resources,
      },
    }),
  ];
}
