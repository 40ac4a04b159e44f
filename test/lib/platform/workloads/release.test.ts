import { ofKind } from '../../../../lib/assembly/kubernetes/manifests';
import { validateManifests } from '../../assembly/kubernetes/validate';
import { CONFIGS, synth } from '../../synth';
import { release } from './release';

const both = synth({ configs: Object.values(CONFIGS) });

describe.each([
  ['ErpDev', 'erp-dev'],
  ['ErpProd', 'erp-prod'],
])('the release of %s', (prefix, namespace) => {
  const manifests = release(both.template(prefix), namespace);

  test('is valid against the Kubernetes API', () => {
    expect(validateManifests(manifests)).toEqual([]);
  });

  test('binds each service to its target group', () => {
    const bindings = ofKind(manifests, 'elbv2.k8s.aws/v1beta1/TargetGroupBinding').map(({ spec }) => [
      spec.serviceRef.name,
      spec.targetGroupARN,
    ]);
    expect(bindings.sort()).toEqual([
      ['approval-processing-service', expect.stringContaining('targetgroup/approvalProcessing')],
      ['approval-request-service', expect.stringContaining('targetgroup/approvalRequest')],
      ['notification-service', expect.stringContaining('targetgroup/notification')],
    ]);
  });

  test('pulls service images from the registry of the account', () => {
    for (const { spec } of ofKind(manifests, 'apps/v1/Deployment')) {
      const image = spec?.template.spec?.containers[0]?.image;
      expect(image).toMatch(/^111111111111\.dkr\.ecr\.ap-northeast-2\.amazonaws\.com\/erp\/[a-z-]+-service:/);
    }
  });

  test('runs under the identities that the cluster stack made', () => {
    const template = both.template(`${prefix}Cluster`);
    for (const { metadata } of ofKind(manifests, 'v1/ServiceAccount')) {
      if (/kafka|zookeeper/.test(metadata.name)) continue;
      template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', {
        Namespace: metadata.namespace,
        ServiceAccount: metadata.name,
      });
    }
  });

  test('asks for the secrets that the data stack made', () => {
    const keys = ofKind(manifests, 'external-secrets.io/v1/ExternalSecret').flatMap(({ spec }) =>
      (spec.data ?? []).map(({ remoteRef }) => remoteRef.key),
    );
    for (const key of new Set(keys)) {
      both.template(`${prefix}Data`).hasResourceProperties('AWS::SecretsManager::Secret', { Name: key });
    }
    expect(keys.length).toBeGreaterThan(0);
  });
});
