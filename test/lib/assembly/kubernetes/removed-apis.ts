import { type Manifest, describeManifest } from '../../../../lib/assembly/kubernetes/manifests';

/**
 * API versions that a minor of Kubernetes stopped serving: first the minor, then group and version, then the kinds. Since
 * 1.16; nothing generally available has been removed after 1.32.
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
const REMOVED: readonly (readonly [minor: string, apiVersion: string, ...kinds: string[]])[] = [
  ['1.16', 'extensions/v1beta1', 'DaemonSet', 'Deployment', 'NetworkPolicy', 'PodSecurityPolicy', 'ReplicaSet'],
  ['1.16', 'apps/v1beta1', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  ['1.16', 'apps/v1beta2', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  ['1.22', 'admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  ['1.22', 'apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition'],
  ['1.22', 'apiregistration.k8s.io/v1beta1', 'APIService'],
  ['1.22', 'authentication.k8s.io/v1beta1', 'TokenReview'],
  [
    '1.22',
    'authorization.k8s.io/v1beta1',
    'LocalSubjectAccessReview',
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
  ],
  ['1.22', 'certificates.k8s.io/v1beta1', 'CertificateSigningRequest'],
  ['1.22', 'coordination.k8s.io/v1beta1', 'Lease'],
  ['1.22', 'extensions/v1beta1', 'Ingress'],
  ['1.22', 'networking.k8s.io/v1beta1', 'Ingress', 'IngressClass'],
  ['1.22', 'rbac.authorization.k8s.io/v1beta1', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  ['1.22', 'scheduling.k8s.io/v1beta1', 'PriorityClass'],
  ['1.22', 'storage.k8s.io/v1beta1', 'CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
  ['1.25', 'autoscaling/v2beta1', 'HorizontalPodAutoscaler'],
  ['1.25', 'batch/v1beta1', 'CronJob'],
  ['1.25', 'discovery.k8s.io/v1beta1', 'EndpointSlice'],
  ['1.25', 'events.k8s.io/v1beta1', 'Event'],
  ['1.25', 'node.k8s.io/v1beta1', 'RuntimeClass'],
  ['1.25', 'policy/v1beta1', 'PodDisruptionBudget', 'PodSecurityPolicy'],
  ['1.26', 'autoscaling/v2beta2', 'HorizontalPodAutoscaler'],
  ['1.26', 'flowcontrol.apiserver.k8s.io/v1beta1', 'FlowSchema', 'PriorityLevelConfiguration'],
  ['1.27', 'storage.k8s.io/v1beta1', 'CSIStorageCapacity'],
  ['1.29', 'flowcontrol.apiserver.k8s.io/v1beta2', 'FlowSchema', 'PriorityLevelConfiguration'],
  ['1.32', 'flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema', 'PriorityLevelConfiguration'],
];

const minorOf = (version: string): number => Number(version.split('.')[1]);

/**
 * The objects that a cluster of some version would not know any more.
 *
 * @param version minor version of Kubernetes, such as 1.32
 */
export function removedApis(manifests: readonly Manifest[], version: string): string[] {
  return manifests.flatMap((manifest) =>
    REMOVED.filter(
      ([minor, apiVersion, ...kinds]) =>
        minorOf(minor) <= minorOf(version) && apiVersion === manifest.apiVersion && kinds.includes(manifest.kind),
    ).map(([minor]) => `${describeManifest(manifest)}: ${manifest.apiVersion} has not been served since ${minor}`),
  );
}
