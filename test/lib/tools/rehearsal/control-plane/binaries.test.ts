import { buildModule, minorOf } from '../../../../../lib/tools/rehearsal/control-plane/binaries';

test.each([
  ['Kubernetes v1.31.0', '1.31'],
  ['Kubernetes v1.31.9-eks-473151a', '1.31'],
  ['kube-apiserver: not found', undefined],
])('%s is minor %s', (output, minor) => {
  expect(minorOf(output)).toBe(minor);
});

test('the module that builds Kubernetes takes every part of it from the proxy, in the version of the minor', () => {
  const original = [
    'module k8s.io/kubernetes',
    'go 1.22.0',
    'require k8s.io/kube-openapi v0.0.0-2024',
    'replace (',
    '\tk8s.io/api => ./staging/src/k8s.io/api',
    '\tk8s.io/client-go => ./staging/src/k8s.io/client-go',
    ')',
  ].join('\n');
  expect(buildModule(original, '1.31')).toBe(
    [
      'module rehearsal',
      'go 1.22.0',
      'require k8s.io/kubernetes v1.31.0',
      'replace (',
      '\tk8s.io/api => k8s.io/api v0.31.0',
      '\tk8s.io/client-go => k8s.io/client-go v0.31.0',
      ')',
      '',
    ].join('\n'),
  );
});
