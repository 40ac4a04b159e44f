import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { CONFIGS } from '../../../lib/config';
import { ofKind, parseManifests, validateManifests } from '../../../lib/kubernetes/manifests';
import { helm } from '../../../lib/kubernetes/tools';
import { CHART, helmValues, synth, temporaryFolder } from '../synth';

const both = synth({ configs: Object.values(CONFIGS) });

/** A value of the kind that a token stands for. */
function plausible(token: string): string {
  const targetGroup = /Targets(\w+?)[0-9A-F]{8}/.exec(token)?.[1];
  if (targetGroup) return `arn:aws:elasticloadbalancing:ap-northeast-2:111111111111:targetgroup/${targetGroup}/1`;
  if (token.includes('AccountId')) return '111111111111';
  if (token.includes('URLSuffix')) return 'amazonaws.com';
  return token.includes('BootstrapBroker') ? 'b-1.example.com:9094,b-2.example.com:9094' : 'nlb.example.com';
}

/** What Helm makes of the bundled chart with exactly the values that the stack passes. */
function release(stack: string, namespace: string) {
  const folder = temporaryFolder();
  // The files that the asset leaves out.
  fs.cpSync(CHART, path.join(folder, 'chart'), {
    recursive: true,
    filter: (file) => !/values-.*\.yaml$|README\.md$|CHANGELOG\.md$|\.helmignore$/.test(file),
  });
  const values = path.join(folder, 'values.json');
  fs.writeFileSync(values, JSON.stringify(helmValues(both.template(stack), 'erp-microservices', plausible)));
  const args = [
    'template',
    'erp-microservices',
    path.join(folder, 'chart'),
    '--values',
    values,
    '--namespace',
    namespace,
  ];
  return parseManifests(
    execFileSync(helm(), [...args, '--kube-version', 'v1.31.14-eks-1234567'], { encoding: 'utf8' }),
  );
}

describe.each([
  ['ErpDev', 'erp-dev'],
  ['ErpProd', 'erp-prod'],
])('the release of %s', (stack, namespace) => {
  const manifests = release(stack, namespace);

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
    const template = both.template(`${stack}Cluster`);
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
      both.template(`${stack}Data`).hasResourceProperties('AWS::SecretsManager::Secret', { Name: key });
    }
    expect(keys.length).toBeGreaterThan(0);
  });
});
