import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Manifest, ofKind, parseManifests } from '../../lib/assembly/kubernetes/manifests';
import { FakeCluster } from './cluster';
import { chartWithNotes } from './notes';
import { chart, find, platformValues, render, templateArgs } from './render';

const PLATFORM = parse(readFileSync(platformValues, 'utf8')) as Record<string, object>;
const CONFIG_MAP = '/api/v1/namespaces/erp-dev/configmaps/erp-platform';
const NAMESPACE = '/api/v1/namespaces/erp-dev';
const XRAY_NAMESPACE = '/api/v1/namespaces/erp-dev-xray';
const STORAGE_CLASS = '/apis/storage.k8s.io/v1/storageclasses/gp3';
const COMMAND = 'npx cdk deploy ErpDev -c reapply=dev:$(date +%s)';

const cluster = new FakeCluster();
const copy = chartWithNotes();
beforeAll(() => cluster.start());
beforeEach(() => (cluster.objects = {}));
afterAll(() => cluster.stop());

const configMap = (values: object = PLATFORM, release = 'erp') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'erp-platform', namespace: 'erp-dev' },
  data: { release, values: JSON.stringify(values) },
});
const ours = (kind: string) => ({
  apiVersion: kind === 'Namespace' ? 'v1' : 'storage.k8s.io/v1',
  kind,
  metadata: { name: 'x', annotations: { 'erp-platform/reapply': COMMAND } },
});
const theirs = (kind: string) => ({ ...ours(kind), metadata: { name: 'x' } });

const args = (more: readonly string[] = []) => {
  const namespace = more.includes('--namespace') ? [] : ['--namespace', 'erp-dev'];
  return templateArgs('values-dev', ['--dry-run=server', ...namespace, ...more], copy);
};

/** What a release on the cluster consists of, and its notes. */
async function release(values: object = {}, more: readonly string[] = []): Promise<[Manifest[], string]> {
  const all = parseManifests(await cluster.helm(args(more), values)) as (Manifest & { notes?: string })[];
  return [all.filter(({ notes }) => !notes), all.find(({ notes }) => notes)!.notes!];
}

async function refusal(values: object = {}, more: readonly string[] = []): Promise<string> {
  return release(values, more).then(
    () => Promise.reject(new Error('the chart rendered, though it should have refused')),
    (error: { stderr: string }) => error.stderr,
  );
}

describe('beside the ConfigMap of the platform', () => {
  beforeEach(() => (cluster.objects[CONFIG_MAP] = configMap()));

  test('the values file alone renders what the CDK app renders with all values', async () => {
    const [manifests] = await release();
    expect(manifests).toEqual(render('values-dev', PLATFORM, ['--namespace', 'erp-dev']));
    expect(ofKind(manifests, 'elbv2.k8s.aws/v1beta1/TargetGroupBinding')).toHaveLength(3);
    expect(manifests.filter(({ kind }) => kind === 'Namespace')).toEqual([]);
  });

  test('values that say the same change nothing, and the ConfigMap is read once', async () => {
    const [manifests] = await release();
    expect(await release(PLATFORM)).toEqual([manifests, expect.not.stringContaining('instead of')]);
    expect(cluster.asked).toEqual([CONFIG_MAP]);
  });

  test('what a person sets beside it counts', async () => {
    const [manifests] = await release({}, ['--set', 'services.approvalRequest.image.tag=abc']);
    const [container] = ofKind(manifests, 'apps/v1/Deployment').find(
      ({ metadata }) => metadata?.name === 'approval-request-service',
    )!.spec!.template.spec!.containers;
    expect(container!.image).toMatch(/^123456789012\.dkr\..*\/erp\/approval-request-service:abc$/);
  });

  test('its values win over all others, and the notes say over which', async () => {
    const arn = 'arn:aws:elasticloadbalancing:ap-northeast-2:806332783810:targetgroup/erp-dev-noti-nlb-tg/1';
    const [manifests, notes] = await release({
      employeeService: { host: 'old.example.com' },
      services: { notification: { targetGroup: { arn } } },
    });
    expect(find(ofKind(manifests, 'v1/Service'), 'employee-service').spec?.externalName).toMatch(/^erp-0123/);
    expect(JSON.stringify(manifests)).not.toContain(arn);
    expect(notes).toContain(
      'employeeService.host: erp-0123456789abcdef.elb.ap-northeast-2.amazonaws.com instead of old',
    );
    expect(notes).toContain(`instead of ${arn}`);
    expect(notes.match(/ instead of /g)).toHaveLength(2);
    expect(notes).not.toContain('Not complete');
  });

  test('a service that only the platform knows is not made out of half an entry', async () => {
    const targetGroup = { arn: 'arn', port: 9000, protocol: 'TCP', targetType: 'ip' };
    const services = { ...PLATFORM.services, payroll: { targetGroup } };
    cluster.objects[CONFIG_MAP] = configMap({ ...PLATFORM, services });
    expect((await release())[0]).toEqual(render('values-dev', PLATFORM, ['--namespace', 'erp-dev']));
  });

  test.each([
    ['another release', [], 'erp-microservices', 'as release erp in namespace erp-dev'],
    ['another namespace of the release', ['--namespace', 'default'], 'erp', 'as release erp in namespace default'],
  ])('%s is refused, with the command that is right', async (_, more, name, message) => {
    cluster.objects[CONFIG_MAP] = configMap(PLATFORM, name);
    const refused = await refusal({}, more);
    expect(refused).toContain(message);
    expect(refused).toContain(`helm upgrade --install ${name} <chart> -f values-dev.yaml -n erp-dev`);
  });
});

describe('without that ConfigMap', () => {
  test('a cluster of somebody else gets the values as they are', async () => {
    cluster.objects[NAMESPACE] = theirs('Namespace');
    cluster.objects[STORAGE_CLASS] = theirs('StorageClass');
    const [manifests, notes] = await release();
    expect(manifests).toEqual(render('values-dev', {}, ['--namespace', 'erp-dev']));
    expect(notes).toContain('--dry-run=server');
  });

  test.each([
    ['the namespace', { [NAMESPACE]: ours('Namespace') }],
    ['the namespace of X-Ray', { [NAMESPACE]: theirs('Namespace'), [XRAY_NAMESPACE]: ours('Namespace') }],
    ['the storage class, with both namespaces gone', { [STORAGE_CLASS]: ours('StorageClass') }],
  ])('%s of the CDK app makes the chart refuse, with the command that is right', async (_, objects) => {
    cluster.objects = objects;
    const message = await refusal();
    expect(message).toContain('there is no ConfigMap erp-platform in namespace erp-dev');
    expect(message).toContain('  employeeService.host\n  services.approvalProcessing.targetGroup.arn\n');
    expect(message).toContain(COMMAND);
  });

  test('a deployment of the CDK app, whose values name everything, goes on', async () => {
    cluster.objects[NAMESPACE] = ours('Namespace');
    expect((await release(PLATFORM))[0]).toEqual(render('values-dev', PLATFORM, ['--namespace', 'erp-dev']));
    const { employeeService, ...others } = PLATFORM;
    expect(employeeService).toBeDefined();
    expect(await refusal(others)).toContain('do not name:\n  employeeService.host\n');
  });

  test('nothing outside of the namespaces of the release is asked for where they exist', async () => {
    cluster.objects[NAMESPACE] = theirs('Namespace');
    await release();
    expect([...new Set(cluster.asked)].sort()).toEqual([CONFIG_MAP, NAMESPACE, XRAY_NAMESPACE].sort());
    await release({ xray: { daemonSet: { createNamespace: false } } });
    expect([...new Set(cluster.asked)].sort()).toEqual([CONFIG_MAP, NAMESPACE].sort());
  });
});

test('every template begins with the values of the platform', () => {
  const folder = join(chart, 'templates');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(^|\/)[^_/][^/]*\.(yaml|txt)$/.test(file),
  );
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const [first] = readFileSync(join(folder, file), 'utf8').split('\n');
    expect([file, first]).toEqual([file, '{{- include "erp.init" . }}']);
  }
});
