import { isKind, type Manifest, ofKind, parseManifests } from '../../../../lib/assembly/kubernetes/manifests';
import { validateManifests } from './validate';

const deployment = (change: (pod: Record<string, unknown>) => void = () => undefined): Manifest => {
  const pod = { containers: [{ name: 'app', image: 'app:1', resources: { limits: { cpu: 1, memory: '1Gi' } } }] };
  change(pod);
  const labels = { app: 'app' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace: 'erp-dev' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  } as Manifest;
};

test('a correct object has no problems, quantities may be numbers', () => {
  expect(validateManifests([deployment()])).toEqual([]);
});

test('all problems are reported at once, with the path of each', () => {
  const wrong = deployment((pod) => {
    Object.assign((pod.containers as object[])[0]!, { livenesProbe: {} });
    pod.hostNetwork = 'yes';
  });
  expect(validateManifests([wrong]).sort()).toEqual([
    'Deployment erp-dev/app: spec.template.spec.hostNetwork must be boolean',
    'Deployment erp-dev/app: unknown field spec.template.spec.containers.0.livenesProbe',
  ]);
});

test('a missing field is a problem', () => {
  const binding = {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: 'app' },
    spec: { serviceRef: { name: 'app', port: 80 } },
  };
  expect(validateManifests([binding])).toEqual([
    "TargetGroupBinding app: spec must have required property 'targetGroupARN'",
  ]);
});

test('a value outside of its list is a problem, with the list', () => {
  const binding = {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: 'app' },
    spec: { targetGroupARN: 'arn', targetType: 'alb', serviceRef: { name: 'app', port: 80 } },
  };
  expect(validateManifests([binding])).toEqual([
    'TargetGroupBinding app: spec.targetType must be equal to one of the allowed values ["instance","ip"]',
  ]);
});

test('an object that occurs twice is a problem', () => {
  expect(validateManifests([deployment(), deployment()])).toEqual(['Deployment erp-dev/app: occurs twice']);
});

test('a kind without a schema is a problem, so that nothing passes unseen', () => {
  const budget = { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'app' } };
  expect(validateManifests([budget])).toEqual([
    'PodDisruptionBudget app: policy/v1beta1/PodDisruptionBudget is not in lib/assembly/kubernetes/kinds.ts',
  ]);
});

test('documents are parsed in order, empty ones left out, broken ones refused', () => {
  const yaml = '---\n# nothing\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n';
  const manifests = parseManifests(yaml);
  expect(ofKind(manifests, 'v1/Namespace').map(({ metadata }) => metadata.name)).toEqual(['a']);
  expect(isKind(manifests[0]!, 'v1/Service')).toBe(false);
  expect(() => parseManifests('a: 1\na: 2\n')).toThrow('Map keys must be unique');
});
