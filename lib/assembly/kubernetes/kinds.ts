import type { DaemonSet, Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Job } from 'kubernetes-types/batch/v1';
import type {
  ConfigMap,
  LimitRange,
  Namespace,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';

/** Registers pods at a target group; the fields of the AWS Load Balancer Controller's custom resource. */
export interface TargetGroupBinding {
  apiVersion: 'elbv2.k8s.aws/v1beta1';
  kind: 'TargetGroupBinding';
  metadata: ObjectMeta;
  spec: {
    /** Required here, though the custom resource would take a name instead: names are looked up, and two may match. */
    targetGroupARN: string;
    targetType?: 'instance' | 'ip';
    ipAddressType?: 'ipv4' | 'ipv6';
    vpcID?: string;
    serviceRef: { name: string; port: number | string };
  };
}

/** Copies an entry of a secret store into a Kubernetes secret; the fields of the External Secrets Operator in use. */
export interface ExternalSecret {
  apiVersion: 'external-secrets.io/v1';
  kind: 'ExternalSecret';
  metadata: ObjectMeta;
  spec: {
    refreshInterval?: string;
    secretStoreRef: { name: string; kind?: 'SecretStore' | 'ClusterSecretStore' };
    target?: {
      name?: string;
      creationPolicy?: 'Owner' | 'Orphan' | 'Merge' | 'None';
      deletionPolicy?: 'Delete' | 'Merge' | 'Retain';
    };
    data?: { secretKey: string; remoteRef: { key: string; property?: string; version?: string } }[];
    dataFrom?: { extract: { key: string; property?: string; version?: string } }[];
  };
}

/** Where the External Secrets Operator reads; without credentials, because EKS Pod Identity gives them to the operator. */
export interface SecretStore {
  apiVersion: 'external-secrets.io/v1';
  kind: 'SecretStore';
  metadata: ObjectMeta;
  spec: { provider: { aws: { service: 'SecretsManager' | 'ParameterStore'; region: string } } };
}

/**
 * Every kind of object the platform installs, by API version and kind. The schemas that tests hold manifests against are
 * generated from this interface (`npm run golden`). The types are those of the Kubernetes 1.30 API: nothing that 1.31 added is in use.
 */
export interface Kinds {
  'v1/ConfigMap': ConfigMap;
  'v1/LimitRange': LimitRange;
  'v1/Namespace': Namespace;
  'v1/ResourceQuota': ResourceQuota;
  'v1/Secret': Secret;
  'v1/Service': Service;
  'v1/ServiceAccount': ServiceAccount;
  'apps/v1/DaemonSet': DaemonSet;
  'apps/v1/Deployment': Deployment;
  'apps/v1/StatefulSet': StatefulSet;
  'autoscaling/v2/HorizontalPodAutoscaler': HorizontalPodAutoscaler;
  'batch/v1/Job': Job;
  'elbv2.k8s.aws/v1beta1/TargetGroupBinding': TargetGroupBinding;
  'external-secrets.io/v1/ExternalSecret': ExternalSecret;
  'external-secrets.io/v1/SecretStore': SecretStore;
  'networking.k8s.io/v1/NetworkPolicy': NetworkPolicy;
  'policy/v1/PodDisruptionBudget': PodDisruptionBudget;
  'scheduling.k8s.io/v1/PriorityClass': PriorityClass;
  'storage.k8s.io/v1/StorageClass': StorageClass;
}
