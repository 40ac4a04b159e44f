import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import { PLATFORM_CONFIG_MAP } from '../workloads/workloads-stack';

/** Rule of a Kubernetes Role. */
export interface PolicyRule {
  /** API groups, `""` for the core. */
  readonly apiGroups: readonly string[];

  /** Kinds, in the plural and in lower case. */
  readonly resources: readonly string[];

  /** What may be done with them. */
  readonly verbs: readonly string[];

  /**
   * Names of the objects that it is about.
   *
   * @default - all objects of the resources
   */
  readonly resourceNames?: readonly string[];
}

const MANAGE = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
const READ = ['get', 'list', 'watch'];

/** What the release holds in the namespace of the services, by API group. A test compares it with the rendered chart. */
const SERVICE_OBJECTS: Readonly<Record<string, readonly string[]>> = {
  '': ['services', 'serviceaccounts'],
  apps: ['deployments', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['jobs'],
  'elbv2.k8s.aws': ['targetgroupbindings'],
  'external-secrets.io': ['externalsecrets', 'secretstores'],
  'networking.k8s.io': ['networkpolicies'],
  policy: ['poddisruptionbudgets'],
};

/** What it holds in the namespace of the X-Ray daemons. */
const XRAY_OBJECTS: Readonly<Record<string, readonly string[]>> = {
  '': ['serviceaccounts'],
  apps: ['daemonsets'],
  'networking.k8s.io': ['networkpolicies'],
};

const manage = (objects: Readonly<Record<string, readonly string[]>>): PolicyRule[] =>
  Object.entries(objects).map(([group, resources]) => ({ apiGroups: [group], resources, verbs: MANAGE }));

/** Rules by namespace. The release holds nothing outside of these, so nothing of the whole cluster is granted. */
export function releaseRules(
  environment: string,
  xrayNamespace?: string,
): Readonly<Record<string, readonly PolicyRule[]>> {
  return {
    [environment]: [
      ...manage(SERVICE_OBJECTS),
      // Helm keeps its releases in secrets; RBAC cannot tell them from the others.
      { apiGroups: [''], resources: ['secrets'], verbs: MANAGE },
      // The chart reads these.
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [PLATFORM_CONFIG_MAP], verbs: ['get'] },
      { apiGroups: [''], resources: ['namespaces'], resourceNames: [environment], verbs: ['get'] },
      // Helm waits for these.
      { apiGroups: [''], resources: ['pods'], verbs: READ },
      { apiGroups: ['apps'], resources: ['replicasets'], verbs: READ },
    ],
    ...(xrayNamespace && { [xrayNamespace]: manage(XRAY_OBJECTS) }),
  };
}

export interface ReleaseAccessProps {
  /** Cluster that releases go to. */
  readonly cluster: eks.ICluster;

  /** Namespace of the services, such as `erp-dev`. */
  readonly environment: string;

  /**
   * Namespace of the X-Ray daemons.
   *
   * @default - there are none
   */
  readonly xrayNamespace?: string;

  /** Kubernetes group that gets the rights; an access entry puts an IAM role into it. */
  readonly group: string;
}

/**
 * Lets a Kubernetes group upgrade the release and nothing else. The access policies of EKS would not do: they cover no
 * custom resources, and a release without its bindings and secrets is none.
 */
export class ReleaseAccess extends Construct {
  constructor(scope: Construct, id: string, { cluster, environment, xrayNamespace, group }: ReleaseAccessProps) {
    super(scope, id);
    const name = 'erp-release';
    const apiGroup = 'rbac.authorization.k8s.io';
    for (const [namespace, rules] of Object.entries(releaseRules(environment, xrayNamespace))) {
      const metadata = { name, namespace, labels: { 'app.kubernetes.io/part-of': 'erp' } };
      this.node.addDependency(
        cluster.addManifest(
          `ReleaseAccess-${namespace}`,
          { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules },
          {
            apiVersion: `${apiGroup}/v1`,
            kind: 'RoleBinding',
            metadata,
            roleRef: { apiGroup, kind: 'Role', name },
            subjects: [{ apiGroup, kind: 'Group', name: group }],
          },
        ),
      );
    }
  }
}
