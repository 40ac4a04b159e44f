import * as cdk from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type { IDependable } from 'constructs';
import { CONTROLLER_ACCOUNTS } from '../cluster/pod-identities';
import { SERVICE_NODES } from '../../config/placement';
import { CONTROLLER_REQUESTS } from '../../config/system-pods';
import type { Values } from '../../config/values';
import { CONTROLLER_CHARTS, type UpstreamChart, chartProblems } from './controller-charts';

/**
 * Minutes that a release may take. The handler that runs Helm dies at 15, and a release it leaves behind pending blocks
 * every later upgrade: https://github.com/aws/aws-cdk/issues/22257
 */
export const RELEASE_TIMEOUT = cdk.Duration.minutes(10);

const RESOURCES = { requests: CONTROLLER_REQUESTS, limits: { memory: '256Mi' } };
const NODE_SELECTOR = { [SERVICE_NODES.key]: SERVICE_NODES.value };

/**
 * Installs the charts that the bundled one needs: their webhooks must answer before its objects arrive, and still after
 * they leave.
 *
 * @param namespace the only one whose secrets the External Secrets Operator looks at
 * @param operatorNamespace makes the namespace of that operator
 * @returns the releases, for whoever comes after them
 * @throws Error with every value that a chart refuses or does not read
 */
export function addControllers(
  cluster: eks.ICluster,
  vpc: ec2.IVpc,
  namespace: string,
  operatorNamespace: IDependable,
): eks.HelmChart[] {
  const problems: string[] = [];
  const add = (
    id: string,
    upstream: UpstreamChart,
    props: Pick<eks.HelmChartOptions, 'namespace'> & { readonly values: Values },
  ) => {
    problems.push(...chartProblems(upstream, props.values));
    const { name, repository, version } = upstream;
    return cluster.addHelmChart(id, {
      chart: name,
      release: name,
      repository,
      version,
      // What Helm makes for a release it does not remove with it.
      createNamespace: false,
      wait: true,
      timeout: RELEASE_TIMEOUT,
      ...props,
    });
  };

  const externalSecrets = add('ExternalSecretsChart', CONTROLLER_CHARTS.externalSecrets, {
    namespace: CONTROLLER_ACCOUNTS.externalSecrets.namespace,
    values: externalSecretsValues(namespace),
  });
  externalSecrets.node.addDependency(operatorNamespace);
  const releases = [
    externalSecrets,
    add('LoadBalancerControllerChart', CONTROLLER_CHARTS.loadBalancerController, {
      namespace: CONTROLLER_ACCOUNTS.loadBalancerController.namespace,
      values: loadBalancerControllerValues(cluster, vpc),
    }),
    add('MetricsServerChart', CONTROLLER_CHARTS.metricsServer, {
      namespace: 'kube-system',
      values: {
        replicas: 2,
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        topologySpreadConstraints: overNodes('metrics-server'),
        nodeSelector: NODE_SELECTOR,
        resources: RESOURCES,
      },
    }),
  ];
  if (problems.length > 0) throw new Error(`Values of the controllers:\n  ${problems.join('\n  ')}`);
  return releases;
}

function loadBalancerControllerValues(cluster: eks.ICluster, vpc: ec2.IVpc): Values {
  return {
    clusterName: cluster.clusterName,
    // Pods cannot ask the instance metadata for these.
    region: cdk.Stack.of(cluster).region,
    vpcId: vpc.vpcId,
    serviceAccount: { create: true, name: CONTROLLER_ACCOUNTS.loadBalancerController.serviceAccount },
    replicaCount: 2,
    podDisruptionBudget: { maxUnavailable: 1 },
    // Its webhook would hold up every new Service while the controller is down (eks-charts issue 1058), and no
    // Service of ours asks for a load balancer.
    enableServiceMutatorWebhook: false,
    // Otherwise each upgrade makes a new CA and breaks the webhooks until the pods restart (LBC issue 2239).
    keepTLSSecret: true,
    nodeSelector: NODE_SELECTOR,
    resources: RESOURCES,
  };
}

/** @param namespace the only one whose secrets it looks at */
function externalSecretsValues(namespace: string): Values {
  return {
    installCRDs: true,
    serviceAccount: { create: true, name: CONTROLLER_ACCOUNTS.externalSecrets.serviceAccount },
    // Only stores inside one namespace: nobody reads another namespace's secrets by a cluster-wide one. Its roles stay
    // cluster-wide all the same, see docs/decisions/0015-rights-of-the-secrets-operator.md.
    scopedNamespace: namespace,
    processClusterStore: false,
    processClusterExternalSecret: false,
    processClusterGenerator: false,
    processPushSecret: false,
    processClusterPushSecret: false,
    rbac: {
      // Would let it act as any service account of the cluster; it reads Secrets Manager as itself.
      serviceAccountTokenCreate: false,
      servicebindings: { create: false },
      // Who may edit workloads does not decide which secrets are fetched.
      aggregateToEdit: false,
    },
    leaderElect: true,
    replicaCount: 2,
    podDisruptionBudget: { enabled: true, minAvailable: 1 },
    topologySpreadConstraints: overNodes('external-secrets'),
    nodeSelector: NODE_SELECTOR,
    resources: RESOURCES,
    webhook: {
      replicaCount: 2,
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
      topologySpreadConstraints: overNodes('external-secrets-webhook'),
      nodeSelector: NODE_SELECTOR,
      resources: RESOURCES,
    },
    certController: { nodeSelector: NODE_SELECTOR, resources: RESOURCES },
  };
}

/** The replicas of a controller over zones, then nodes, where there is a choice; the charts bring nothing of the kind. */
function overNodes(name: string): readonly Values[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    nodeTaintsPolicy: 'Honor',
    labelSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
  }));
}
