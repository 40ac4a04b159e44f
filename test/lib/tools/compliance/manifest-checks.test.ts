import type { Manifest } from '../../../../lib/assembly/kubernetes/manifests';
import { MANIFEST_RULES, checkManifests } from '../../../../lib/tools/compliance/manifest-checks';

const object = (apiVersion: string, kind: string, name: string, more: object = {}, namespace?: string): Manifest => ({
  ...{ apiVersion, kind, ...more },
  metadata: { name, ...(namespace && { namespace }), ...(more as { metadata?: object }).metadata },
});
const container = {
  name: 'main',
  image: 'erp/notification-service:1.2.3',
  env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'mysql-secret', key: 'password' } } }],
  securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
};
const pod = { serviceAccountName: 'notification', automountServiceAccountToken: false, containers: [container] };

const deployment = (spec: object = pod, namespace = 'erp-dev') =>
  object('apps/v1', 'Deployment', 'notification', { spec: { selector: {}, template: { spec } } }, namespace);
const role = (rule: object) => object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'role', { rules: [rule] });
const withContainer = (change: object) => deployment({ ...pod, containers: [{ ...container, ...change }] });
const withSecurity = (change: object) =>
  withContainer({ securityContext: { ...container.securityContext, ...change } });

const surroundings = [
  object('v1', 'Namespace', 'erp-dev', {
    metadata: { name: 'erp-dev', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  }),
  object(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    'default-deny',
    { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
    'erp-dev',
  ),
  object(
    'external-secrets.io/v1',
    'ExternalSecret',
    'mysql',
    { spec: { target: { name: 'mysql-secret' } } },
    'erp-dev',
  ),
  object('v1', 'Secret', 'empty', {}, 'erp-dev'),
  role({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }),
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'binding', { roleRef: { name: 'view' } }, 'erp-dev'),
];

const findings = (manifests: readonly Manifest[]) =>
  checkManifests(manifests, 'ErpDev')
    .evaluations.filter(({ result }) => result !== 'Compliant')
    .flatMap(({ ids }) => ids);

test('objects as the chart makes them comply with every rule', () => {
  const manifests = [...surroundings, deployment()];
  expect(findings(manifests)).toEqual([]);
  const rules = new Set(checkManifests(manifests, 'ErpDev').evaluations.map(({ rule }) => rule));
  expect([...rules].sort()).toEqual(MANIFEST_RULES.map(({ id }) => id).sort());
});

test.each([
  [{ resources: ['secrets'], verbs: ['*'] }, 'CIS-4.1.2[ClusterRole role]'],
  [{ resources: ['*'], verbs: ['get'] }, 'CIS-4.1.2[ClusterRole role]'],
  [{ resources: ['pods'], verbs: ['*'] }, 'CIS-4.1.4[ClusterRole role]'],
])('%j breaks the rule about what it stands for, and not only the one about wildcards', (rule, finding) => {
  expect(findings([role(rule)])).toEqual(expect.arrayContaining([finding, 'CIS-4.1.3[ClusterRole role]']));
});

const inDefault = deployment(pod, 'default');
const policy = (spec: object) => object('networking.k8s.io/v1', 'NetworkPolicy', 'default-deny', { spec }, 'erp-dev');
const noPolicy = surroundings.filter(({ kind }) => kind !== 'NetworkPolicy');

test.each<[string, Manifest[]]>([
  [
    'CIS-4.1.1[ClusterRoleBinding b]',
    [...surroundings, object('v1', 'ClusterRoleBinding', 'b', { roleRef: { name: 'cluster-admin' } })],
  ],
  ['CIS-4.1.2[ClusterRole role]', [role({ resources: ['secrets'], verbs: ['list'] })]],
  ['CIS-4.1.3[ClusterRole role]', [role({ apiGroups: ['apps'], resources: ['*'], verbs: ['patch'] })]],
  ['CIS-4.1.4[ClusterRole role]', [role({ resources: ['pods'], verbs: ['create'] })]],
  [
    'CIS-4.1.5[Deployment erp-dev/notification]',
    [...surroundings, deployment({ ...pod, serviceAccountName: undefined })],
  ],
  [
    'CIS-4.1.6[Deployment erp-dev/notification]',
    [...surroundings, deployment({ ...pod, automountServiceAccountToken: undefined })],
  ],
  ['CIS-4.1.8[ClusterRole role]', [role({ resources: ['roles'], verbs: ['escalate'] })]],
  ['PSS-NAMESPACE[Namespace open]', [object('v1', 'Namespace', 'open')]],
  ['CIS-4.2.1[Deployment erp-dev/notification]', [...surroundings, withSecurity({ privileged: true })]],
  ['CIS-4.2.2[Deployment erp-dev/notification]', [...surroundings, deployment({ ...pod, hostPID: true })]],
  ['CIS-4.2.3[Deployment erp-dev/notification]', [...surroundings, deployment({ ...pod, hostIPC: true })]],
  ['CIS-4.2.4[Deployment erp-dev/notification]', [...surroundings, deployment({ ...pod, hostNetwork: true })]],
  [
    'CIS-4.2.5[Deployment erp-dev/notification]',
    [...surroundings, withSecurity({ allowPrivilegeEscalation: undefined })],
  ],
  ['PSS-NON-ROOT[Deployment erp-dev/notification]', [...surroundings, withSecurity({ runAsNonRoot: undefined })]],
  [
    'PSS-CAPABILITIES[Deployment erp-dev/notification]',
    [...surroundings, withSecurity({ capabilities: { drop: ['ALL'], add: ['NET_RAW'] } })],
  ],
  ['CIS-4.3.2[Deployment erp-dev/notification]', [...noPolicy, deployment()]],
  [
    'CIS-4.3.2[Deployment erp-dev/notification]',
    [...noPolicy, deployment(), policy({ podSelector: {}, policyTypes: ['Ingress'] })],
  ],
  [
    'CIS-4.3.2[Deployment erp-dev/notification]',
    [...noPolicy, deployment(), policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{}] })],
  ],
  [
    'CIS-4.4.1[Deployment erp-dev/notification]',
    [...surroundings, withContainer({ envFrom: [{ secretRef: { name: 'by-hand' } }] })],
  ],
  [
    'CIS-4.4.2[Secret erp-dev/password]',
    [object('v1', 'Secret', 'password', { stringData: { password: 'x' } }, 'erp-dev')],
  ],
])('%s is found', (id, manifests) => {
  expect(findings(manifests)).toEqual([id]);
});

test('a pod in the default namespace or in one of the cluster is found', () => {
  expect(findings([...surroundings, inDefault])).toContain('CIS-4.5.2[Deployment default/notification]');
  expect(findings([...surroundings, deployment(pod, 'kube-system')])).toContain(
    'CIS-4.5.1[Deployment kube-system/notification]',
  );
});

test('init containers count', () => {
  const initContainers = [{ ...container, securityContext: { ...container.securityContext, privileged: true } }];
  expect(findings([...surroundings, deployment({ ...pod, initContainers })])).toEqual([
    'CIS-4.2.1[Deployment erp-dev/notification]',
  ]);
});
