import { releaseRules } from '../../../../lib/platform/delivery/release-access';
import type { Manifest } from '../../../../lib/assembly/kubernetes/manifests';
import { appliedObjects, config, resources, synth, upstream } from '../../synth';
import { release } from '../workloads/release';
import { delivery } from './fixture';

const POD_SECURITY = 'pod-security.kubernetes.io/enforce';

const app = synth({ configs: [config('dev', { delivery }), config('prod', { delivery })] });

/** `namespace group/resource` of an object; resources are the plural of their kind. */
function place({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const resource = kind.toLowerCase().replace(/y$/, 'ie');
  return `${metadata.namespace ?? '(cluster)'} ${group}/${resource}s`;
}

/** The same of the rules that let their subject manage something, without what only Helm itself needs. */
function managed(environment: string): string[] {
  return Object.entries(releaseRules(environment, `${environment}-xray`)).flatMap(([namespace, rules]) =>
    rules
      .filter(({ verbs, resources }) => verbs.includes('create') && !resources.includes('secrets'))
      .flatMap(({ apiGroups, resources }) => resources.map((resource) => `${namespace} ${apiGroups[0]}/${resource}`)),
  );
}

const objects = (stack: string, namespace: string) => [...new Set(release(app.template(stack), namespace).map(place))];

const dev = objects('ErpDev', 'erp-dev');
const prod = objects('ErpProd', 'erp-prod');

test('the role manages exactly the kinds that the chart renders', () => {
  // What prod leaves out (Kafka in the cluster) dev has, so the kinds of both together are those of the role.
  const both = new Set([...dev, ...prod.map((each) => each.replaceAll('erp-prod', 'erp-dev'))]);
  expect([...both].sort()).toEqual(managed('erp-dev').sort());
});

test('the workloads make every namespace, before the chart and with the labels that its pods need', () => {
  const template = app.template('ErpDev');
  const namespaces = appliedObjects(template)
    .filter(({ object }) => object.kind === 'Namespace')
    .map(({ id, object: { metadata } }) => ({ id, name: metadata.name, enforce: metadata.labels![POD_SECURITY] }));
  expect(namespaces.map(({ name, enforce }) => [name, enforce])).toEqual([
    ['erp-dev', 'restricted'],
    ['erp-dev-xray', 'privileged'],
    ['external-secrets-system', 'restricted'],
  ]);
  const [chart] = Object.keys(resources(template, 'Custom::AWSCDK-EKS-HelmChart', { Release: 'erp-microservices' }));
  for (const { id } of namespaces) expect(upstream(template, chart!)).toContain(id);
});

test('nothing in the release stands outside of the two namespaces', () => {
  for (const each of dev) expect(each).toMatch(/^erp-dev(-xray)? /);
  for (const each of prod) expect(each).toMatch(/^erp-prod(-xray)? /);
});

test('Helm finds its releases and sees its pods become ready', () => {
  expect(releaseRules('erp-dev', 'erp-dev-xray')['erp-dev']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ resources: ['secrets'], verbs: expect.arrayContaining(['create', 'list', 'delete']) }),
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get', 'list', 'watch'] },
    ]),
  );
});

test('no rule is wider than its words', () => {
  for (const rules of Object.values(releaseRules('erp-dev', 'erp-dev-xray')))
    for (const { apiGroups, resources, verbs } of rules) {
      expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
      expect(verbs).not.toEqual(expect.arrayContaining(['bind', 'escalate', 'impersonate']));
      for (const resource of resources)
        expect(resource).not.toMatch(/^(roles|rolebindings|pods\/exec|serviceaccounts\/token)$/);
    }
});
