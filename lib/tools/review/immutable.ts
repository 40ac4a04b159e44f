/** Fields of a kind that the API server (or the webhook of its controller) never lets change on an existing object. */
export interface ImmutableFields {
  readonly kind: string;

  /** API group; empty is the core group. */
  readonly group: string;

  /** Beginnings of paths. */
  readonly fields: readonly string[];

  /** Beginnings of paths below those that may change all the same. */
  readonly except?: readonly string[];

  /** What to do instead. */
  readonly remedy: string;

  /** Where the rule is written. */
  readonly source: string;
}

const VALIDATION = 'https://github.com/kubernetes/kubernetes/blob/v1.31.0/pkg/apis';

/** What `helm upgrade` cannot change, because Kubernetes refuses it. */
export const IMMUTABLE: readonly ImmutableFields[] = [
  {
    kind: 'Deployment',
    group: 'apps',
    fields: ['spec.selector'],
    remedy: 'keep the selector, or give the Deployment another name and so replace it',
    source: `${VALIDATION}/apps/validation/validation.go`,
  },
  {
    kind: 'DaemonSet',
    group: 'apps',
    fields: ['spec.selector'],
    remedy: 'keep the selector, or give the DaemonSet another name and so replace it',
    source: `${VALIDATION}/apps/validation/validation.go`,
  },
  {
    kind: 'StatefulSet',
    group: 'apps',
    fields: ['spec'],
    except: [
      'spec.replicas',
      'spec.ordinals',
      'spec.template',
      'spec.updateStrategy',
      'spec.revisionHistoryLimit',
      'spec.persistentVolumeClaimRetentionPolicy',
      'spec.minReadySeconds',
    ],
    remedy: 'delete the StatefulSet with --cascade=orphan before the upgrade, so that pods and volumes stay',
    source: `${VALIDATION}/apps/validation/validation.go`,
  },
  {
    kind: 'Job',
    group: 'batch',
    fields: [
      'spec.selector',
      'spec.template',
      'spec.completionMode',
      'spec.podFailurePolicy',
      'spec.backoffLimitPerIndex',
    ],
    remedy: 'give the Job a name that changes with its content',
    source: `${VALIDATION}/batch/validation/validation.go`,
  },
  {
    kind: 'Service',
    group: '',
    fields: ['spec.clusterIP', 'spec.clusterIPs', 'spec.healthCheckNodePort'],
    remedy: 'delete the Service first or give it another name',
    source: `${VALIDATION}/core/validation/validation.go`,
  },
  {
    kind: 'PersistentVolumeClaim',
    group: '',
    fields: ['spec'],
    except: ['spec.resources.requests.storage', 'spec.volumeAttributesClassName'],
    remedy: 'make a new claim and copy the data',
    source: `${VALIDATION}/core/validation/validation.go`,
  },
  {
    kind: 'StorageClass',
    group: 'storage.k8s.io',
    fields: ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'],
    remedy: 'make a second class under another name and use it for new claims',
    source: `${VALIDATION}/storage/validation/validation.go`,
  },
  {
    kind: 'PriorityClass',
    group: 'scheduling.k8s.io',
    fields: ['value', 'preemptionPolicy'],
    remedy: 'make a second class under another name',
    source: `${VALIDATION}/scheduling/validation/validation.go`,
  },
  {
    kind: 'RoleBinding',
    group: 'rbac.authorization.k8s.io',
    fields: ['roleRef'],
    remedy: 'give the binding another name',
    source: `${VALIDATION}/rbac/validation/validation.go`,
  },
  {
    kind: 'ClusterRoleBinding',
    group: 'rbac.authorization.k8s.io',
    fields: ['roleRef'],
    remedy: 'give the binding another name',
    source: `${VALIDATION}/rbac/validation/validation.go`,
  },
  {
    kind: 'TargetGroupBinding',
    group: 'elbv2.k8s.aws',
    fields: ['spec.targetGroupARN', 'spec.targetGroupName', 'spec.targetType', 'spec.ipAddressType', 'spec.vpcID'],
    remedy: 'give the binding a name that changes with the target group',
    source:
      'https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/webhooks/elbv2/targetgroupbinding_validator.go',
  },
];

/** The rule that a change of an object breaks. */
export function immutableRule(apiVersion: string, kind: string, path: string): ImmutableFields | undefined {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const under = (prefixes: readonly string[] = []) =>
    prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`));
  return IMMUTABLE.find(
    (rule) => rule.kind === kind && rule.group === group && under(rule.fields) && !under(rule.except),
  );
}
