import { releaseRules } from '../../../../lib/platform/delivery/release-access';
import { parseManifests } from '../../../../lib/assembly/kubernetes/manifests';
import { RELEASE_NAME } from '../../../../lib/platform/workloads/workloads-stack';
import { FakeCluster } from '../../../chart/cluster';
import { delivery } from '../delivery/fixture';
import { CHART, appliedObjects, config, helmValues, synth } from '../../synth';
import { plausible, release } from './release';

const app = synth({ configs: [config('dev'), config('prod')] });

const cluster = new FakeCluster();
beforeAll(() => cluster.start());
afterAll(() => cluster.stop());

const PLURAL: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  Namespace: 'namespaces',
  StorageClass: 'storageclasses',
};

/** The objects of a workloads stack in a cluster, by the paths of its API. */
function applied(stack: string): Record<string, object> {
  return Object.fromEntries(
    appliedObjects(app.template(stack), plausible).map(({ object }) => {
      const { name, namespace } = object.metadata;
      const api = object.apiVersion === 'v1' ? '/api/v1' : `/apis/${object.apiVersion}`;
      return [[api, ...(namespace ? ['namespaces', namespace] : []), PLURAL[object.kind], name].join('/'), object];
    }),
  );
}

const byHand = (environment: 'dev' | 'prod', ...more: string[]) =>
  cluster.helm([
    'template',
    RELEASE_NAME,
    CHART,
    '--dry-run=server',
    '--kube-version=v1.31.14-eks-1234567',
    ...['-f', `${CHART}/values-${environment}.yaml`, '-n', `erp-${environment}`],
    ...more,
  ]);

test.each([
  ['dev', 'ErpDev'],
  ['prod', 'ErpProd'],
] as const)(
  'helm with the values file of %s renders on its cluster what the deployment renders',
  async (name, stack) => {
    cluster.objects = applied(stack);
    expect(parseManifests(await byHand(name))).toEqual(release(app.template(stack), `erp-${name}`));
  },
);

test('helm refuses on that cluster once the ConfigMap is gone, and also once its namespace is gone', async () => {
  const refused = { stderr: expect.stringContaining('npx cdk deploy ErpDev -c reapply=dev:$(date +%s)') };
  cluster.objects = applied('ErpDev');
  delete cluster.objects['/api/v1/namespaces/erp-dev/configmaps/erp-platform'];
  await expect(byHand('dev')).rejects.toMatchObject(refused);
  delete cluster.objects['/api/v1/namespaces/erp-dev'];
  delete cluster.objects['/api/v1/namespaces/erp-dev-xray'];
  await expect(byHand('dev')).rejects.toMatchObject(refused);
});

test('the release role may read what the chart asks for', async () => {
  const readable = releaseRules('erp-dev', 'erp-dev-xray')['erp-dev']!.flatMap(({ resources, resourceNames, verbs }) =>
    verbs.includes('get') ? resources.flatMap((each) => (resourceNames ?? ['*']).map((name) => `${each}/${name}`)) : [],
  );
  cluster.objects = applied('ErpDev');
  for (const present of [true, false]) {
    if (!present) delete cluster.objects['/api/v1/namespaces/erp-dev/configmaps/erp-platform'];
    await byHand('dev').catch(() => undefined);
    const asked = cluster.asked.map((path) => path.split('/').slice(-2).join('/'));
    expect(asked).toContain('configmaps/erp-platform');
    for (const each of asked) expect(readable).toContain(each);
  }
});

test('the ConfigMap says what the release is told, without the tags that a pipeline released', () => {
  const withPipeline = synth({ configs: [config('dev', { delivery })] }).template('ErpDev');
  for (const template of [app.template('ErpDev'), withPipeline]) {
    const { object } = appliedObjects(template).find((each) => each.object.kind === 'ConfigMap')!;
    const platform = JSON.parse(object.data.values);
    expect(Object.keys(platform.services)).toEqual(['approvalProcessing', 'approvalRequest', 'notification']);
    expect(object.data.values).not.toContain('"tag"');
    expect(helmValues(template, RELEASE_NAME)).toMatchObject(platform);
  }
});
