import { immutableRule } from '../../../../lib/tools/review/immutable';

test.each([
  ['apps/v1', 'Deployment', 'spec.selector.matchLabels.team'],
  ['apps/v1', 'StatefulSet', 'spec.serviceName'],
  ['apps/v1', 'StatefulSet', 'spec.volumeClaimTemplates[data].spec.resources.requests.storage'],
  ['apps/v1', 'StatefulSet', 'spec.podManagementPolicy'],
  ['batch/v1', 'Job', 'spec.template.spec.containers[topics].image'],
  ['v1', 'Service', 'spec.clusterIP'],
  ['v1', 'PersistentVolumeClaim', 'spec.storageClassName'],
  ['storage.k8s.io/v1', 'StorageClass', 'parameters.type'],
  ['elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', 'spec.targetGroupARN'],
])('%s %s %s never changes', (apiVersion, kind, path) => {
  expect(immutableRule(apiVersion, kind, path)).toMatchObject({ kind, remedy: expect.any(String) });
});

test.each([
  ['apps/v1', 'Deployment', 'spec.template.metadata.labels.team'],
  ['apps/v1', 'StatefulSet', 'spec.replicas'],
  ['apps/v1', 'StatefulSet', 'spec.template.spec.containers[kafka].image'],
  ['batch/v1', 'Job', 'spec.suspend'],
  ['v1', 'Service', 'spec.ports[http].port'],
  ['v1', 'PersistentVolumeClaim', 'spec.resources.requests.storage'],
  ['storage.k8s.io/v1', 'StorageClass', 'allowVolumeExpansion'],
  ['elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', 'spec.serviceRef.port'],
  ['example.com/v1', 'Deployment', 'spec.selector.matchLabels.team'],
])('%s %s %s may change', (apiVersion, kind, path) => {
  expect(immutableRule(apiVersion, kind, path)).toBeUndefined();
});
