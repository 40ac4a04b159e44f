import * as path from 'node:path';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Node, Pod, Secret } from 'kubernetes-types/core/v1';
import { RELEASE_NAME } from '../../../platform/workloads/workloads-stack';
import { KAFKA_NODES } from '../../../config/placement';
import type { Finding } from '../../../report/findings';
import { CHECK_GAPS, type Claim, judge } from '../aws/claims';
import type { KubernetesItem } from '../control-plane/api';
import type { AwsStage } from '../rehearsal';
import { until } from '../until';
import { readyToServe } from './kubelet';
import { type Lifecycle, NothingToTry, type Scenario } from './lifecycle';

const BINDINGS = '/apis/elbv2.k8s.aws/v1beta1';

/** Whether everything that only the cloud knows is in the cluster. */
async function isComplete(l: Lifecycle, after: string): Promise<void> {
  const { services } = l.environment.values;
  const bindings = await l.cluster.api.list<{ spec: { targetGroupARN: string } }>(
    `${BINDINGS}/namespaces/${l.namespace}/targetgroupbindings`,
  );
  const employee = await l.cluster.api.find(`/api/v1/namespaces/${l.namespace}/services/employee-service`);
  const images = await l.images();
  const registry = `${l.account}.dkr.ecr.${l.environment.config.region}.amazonaws.com/`;
  l.expect(
    `after ${after}: ${services.length} bindings, employee-service, images of the account's registry`,
    bindings.length === services.length &&
      bindings.every(({ spec }) => spec.targetGroupARN.includes(`:${l.account}:targetgroup/`)) &&
      employee !== undefined &&
      services.every(({ name }) => images.get(name)?.startsWith(registry)),
    JSON.stringify({ bindings, images: [...images] }),
  );
}

/** Where the pods of an app stand, and whether the table of the specification wants them there. */
interface Placement {
  readonly app: string;
  readonly places: string;
  readonly holds: boolean;
}

/** Services on nodes without the taint, Kafka and ZooKeeper on nodes with it, over all zones. */
async function placements(l: Lifecycle): Promise<Placement[]> {
  const nodes = new Map((await l.cluster.api.list<Node>('/api/v1/nodes')).map((node) => [node.metadata?.name, node]));
  const pods = (await l.pods()).filter((pod) => readyToServe(pod) && !pod.metadata?.deletionTimestamp);
  const { config, values } = l.environment;
  const kafka = { zookeeper: ['kafka', 'zookeeper'], kraft: ['kafka'], msk: [] };
  const messaging: readonly string[] = kafka[values.kafkaMode];
  return [...values.services.map(({ name }) => name), ...messaging].map((app) => {
    const labels = pods
      .filter(({ metadata }) => metadata?.labels?.app === app)
      .map(({ spec }) => nodes.get(spec?.nodeName)?.metadata?.labels ?? {});
    const zones = new Set(labels.map((of) => of['topology.kubernetes.io/zone']));
    const onKafka = labels.filter((of) => of[KAFKA_NODES.key] === KAFKA_NODES.value).length;
    return {
      app,
      places: `${labels.length} pods in ${[...zones].sort().join(' and ')}, ${onKafka} on nodes for Kafka`,
      holds:
        zones.size === config.network.availabilityZones.length &&
        onKafka === (messaging.includes(app) ? labels.length : 0),
    };
  });
}

async function placement(l: Lifecycle): Promise<void> {
  // A Deployment begins with one pod; its autoscaler brings the second.
  const all = async () => (await placements(l)).every(({ holds }) => holds);
  await until('every pod has its place', 30, all).catch(() => undefined);
  for (const { app, places, holds } of await placements(l)) l.expect(`${app}: ${places}`, holds);
}

function upgrade({ namespace, values }: Lifecycle): string {
  return `helm upgrade erp-microservices . -f ${values} -n ${namespace}`;
}

/** The line of the specification's buildspec. */
function buildspec({ namespace, values }: Lifecycle, tag: string): string {
  return `helm upgrade --install erp-microservices helm-chart/ -f helm-chart/${values} -n ${namespace} --set services.approvalRequest.image.tag=${tag}`;
}

/** Runs the pipeline's release script as the pipeline, with a tag for one service. */
function release(l: Lifecycle, tag: string, { waits = 1 } = {}) {
  const { services } = l.environment.values;
  const list = JSON.stringify(services.map(({ key, name }) => ({ key, name })));
  const [first] = services;
  const released = JSON.stringify({ [first?.key ?? '']: { name: first?.name, tag } });
  const script = path.join(l.repository, 'lib/platform/delivery/scripts/release.sh');
  return l.run(
    [
      `mkdir -p parameters layer/helm layer/kubectl images`,
      `cp -L "$(command -v helm)" layer/helm/`,
      `cp -L "$(command -v kubectl)" layer/kubectl/`,
      `printf '%s' '${released}' >images/release.json`,
      `exec bash ${script}`,
    ].join(' && '),
    {
      cwd: l.checkout,
      user: l.pipeline,
      env: {
        SERVICES: list,
        ENVIRONMENT: l.environment.config.name,
        NAMESPACE: l.namespace,
        CLUSTER: `${l.namespace}-cluster`,
        RELEASE: 'erp-microservices',
        IMAGE_PARAMETERS: `/erp/${l.environment.config.name}/images`,
        TOOLS: 's3://assets/tools.zip',
        CODEBUILD_SRC_DIR_Images: path.join(l.checkout, 'images'),
        RELEASE_TIMEOUT: '25s',
        WAIT_ATTEMPTS: String(waits),
        WAIT_PAUSE: '1',
        ASSEMBLY: l.assembly().directory,
        ADMIN_KUBECONFIG: l.cluster.controlPlane.kubeconfig(l.pipeline),
        PARAMETERS: path.join(l.checkout, 'parameters'),
        TOOLS_FOLDER: path.join(l.checkout, 'layer'),
      },
    },
  );
}

const install: Scenario = {
  name: 'install',
  title: 'CDK makes the environment',
  run: async (l) => {
    const assembly = l.assembly();
    const made = await l.deploys('cdk deploy, workloads', () => l.workloads.deploy(assembly));
    if (made.length === 0) throw new NothingToTry('the first installation failed');
    await l.deploys('cdk deploy, delivery', () => l.delivery.deploy(assembly));
    await isComplete(l, 'cdk deploy');
    await l.podsReady();
    await placement(l);
    const again = await l.workloads.deploy(assembly);
    l.expect('the same once more changes nothing', again.length === 0);
  },
};

/** What verify finds, held against what is true. */
async function verified(l: Lifecycle, aws: AwsStage, when: string, claims: readonly Claim[]): Promise<void> {
  const { name } = l.environment.config;
  const kubeconfig = l.cluster.controlPlane.kubeconfig();
  const command = `npm run --silent verify -- ${name} --kubeconfig ${kubeconfig} --json`;
  const { output } = await l.run(command, { cwd: l.repository, env: aws.env });
  const said = /^\{[^]*^\}/m.exec(output)?.[0];
  if (said === undefined) return l.expect(`verify, ${when}`, false, output);
  const { findings } = JSON.parse(said) as { findings: Finding[] };
  for (const { verdict, found } of judge(findings, claims, CHECK_GAPS)) {
    if (verdict === 'gap') l.tell(verdict, found);
    else l.expect(`verify, ${when}: ${found}`, verdict === 'ok');
  }
}

const verify: Scenario = {
  name: 'verify',
  title: 'npm run verify looks into the cluster',
  run: async (l) => {
    const { aws, namespace } = l;
    if (!aws) return l.tell('gap', 'verify asks AWS first: it runs with the part aws before this one');
    const autoscalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
    await until('every autoscaler has metrics', 60, async () =>
      (await l.cluster.api.list<HorizontalPodAutoscaler>(autoscalers)).every(({ status }) =>
        status?.conditions?.some((one) => one.type === 'ScalingActive' && one.status === 'True'),
      ),
    );
    await verified(l, aws, 'all is well', []);
    const path = `${BINDINGS}/namespaces/${namespace}/targetgroupbindings`;
    const [binding, ...others] = await l.cluster.api.list<KubernetesItem>(path);
    await l.succeeds(`kubectl delete targetgroupbinding ${binding?.metadata?.name} -n ${namespace}`);
    const found = new RegExp(`^${others.length} bindings for ${others.length + 1} services`);
    await verified(l, aws, 'a binding is gone', [{ check: 'Target groups', result: 'failed', found }]);
  },
};

const byHand: Scenario = {
  name: 'by-hand',
  title: "The specification's commands after CDK",
  run: async (l) => {
    const { namespace, values } = l;
    const right = `helm upgrade --install erp-microservices <chart> -f ${values} -n ${namespace}`;
    await l.succeeds(upgrade(l));
    await isComplete(l, 'helm upgrade');
    await l.succeeds(buildspec(l, 'abc123'), { cwd: l.checkout });
    await isComplete(l, 'the buildspec');
    await l.succeeds(
      `helm install erp-microservices . -f ${values} -n ${namespace} --dry-run=server --debug >/dev/null`,
    );
    const notes = await l.succeeds(`helm install erp-microservices . -f ${values} -n ${namespace} --dry-run --debug`);
    l.expect('it says that it has not read the cluster', notes.includes('--dry-run=server'));
    await l.refuses(
      `helm install erp-microservices . -f ${values} -n ${namespace} --create-namespace`,
      'cannot re-use a name',
    );
    await l.refuses(`helm install erp-microservices . -f ${values}`, right);
    await l.refuses(`helm install mine . -f ${values} -n ${namespace}`, right);
    const replaced = await l.succeeds(`${upgrade(l)} --set employeeService.host=old.example.com`);
    l.expect('what the platform replaces is said', replaced.includes('instead of old.example.com'), replaced);
    await isComplete(l, '--set of a fact of the platform');
    await l.succeeds(`helm history erp-microservices -n ${namespace}`);
    await l.succeeds(`helm rollback erp-microservices 1 -n ${namespace}`);
    await isComplete(l, 'helm rollback');
    await l.succeeds(upgrade(l));
    const stored = await l.run(`helm get values erp-microservices -n ${namespace}`);
    l.expect('stored values stay those of the person', !stored.output.includes(l.account), stored.output);
    await l.podsReady();
  },
};

const pipeline: Scenario = {
  name: 'pipeline',
  title: 'The pipeline releases the next tag',
  run: async (l) => {
    const done = await release(l, 'next-1');
    l.expect('release.sh as the group of the pipeline', done.code === 0, done.output);
    const images = await l.images();
    const name = l.environment.values.services[0]?.name ?? '';
    l.expect('the next tag runs', images.get(name)?.endsWith(':next-1') ?? false, images.get(name));
    await isComplete(l, 'the release');
    const may = async (what: string, expected: 'yes' | 'no', namespace = l.namespace) => {
      const { output } = await l.run(`kubectl auth can-i ${what} -n ${namespace}`, { user: l.pipeline });
      l.expect(`may the pipeline ${what} in ${namespace}: ${expected}`, output.includes(expected), output);
    };
    for (const what of ['patch deployments.apps', 'create targetgroupbindings.elbv2.k8s.aws', 'list pods'])
      await may(what, 'yes');
    for (const what of ['create pods/exec', 'create roles.rbac.authorization.k8s.io', 'list configmaps', 'create pods'])
      await may(what, 'no');
    await may('list secrets', 'no', 'kube-system');
    await may('delete deployments.apps', 'no', 'kube-system');
    const escalation = 'kubectl create clusterrolebinding mine --clusterrole=cluster-admin --group=erp';
    await l.refuses(escalation, 'forbidden', { user: l.pipeline });
  },
};

const badImage: Scenario = {
  name: 'bad-image',
  title: 'A release with an image that no registry has',
  run: async (l) => {
    const before = await l.images();
    const [service] = l.environment.values.services;
    const app = service?.name ?? '';
    l.cluster.images.set(':no-such-tag', 'missing');
    const serving = async () => {
      const pods = await l.pods();
      return pods.filter((pod: Pod) => pod.metadata?.labels?.app === app && readyToServe(pod)).length;
    };
    const running = release(l, 'no-such-tag');
    let fewest = Infinity;
    const timer = setInterval(() => void serving().then((count) => (fewest = Math.min(fewest, count))), 1000);
    const { code, output } = await running;
    clearInterval(timer);
    l.expect('the release fails', code !== 0, output);
    const wanted = 2;
    l.expect(`at least ${wanted} pods kept serving`, fewest >= wanted, `${fewest} at the fewest`);
    l.expect(
      'its message names the image that is missing',
      output.includes('no-such-tag') && /ImagePull/.test(output),
      output,
    );
    l.expect('its message says that the environment runs what it ran', /runs what it ran before/.test(output), output);
    const after = await l.images();
    l.expect(
      'and it does',
      [...before].every(([name, image]) => after.get(name) === image),
      JSON.stringify([...after]),
    );
    l.expect('the release can be used', (await l.releaseStatus()) === 'deployed', await l.releaseStatus());
    const next = await release(l, 'next-2');
    l.expect('the next good release works', next.code === 0, next.output);
    await l.podsReady();
  },
};

const killed: Scenario = {
  name: 'killed',
  title: 'Helm is killed at three points',
  run: async (l) => {
    const { namespace } = l;
    const command = `${upgrade(l)} --install --wait --timeout 5m`;
    const install = (abort: AbortSignal) => l.run(`exec ${command}`, { abort });
    await recovers(l, 'an upgrade that has only its record', () => l.killedWhen(records(l), isPending, install));
    l.cluster.images.set(':slow', 'sick');
    const isNew = ({ spec }: Pod) => spec?.containers.some(({ image }) => image?.endsWith(':slow')) ?? false;
    await recovers(l, 'an upgrade that waits for pods', () =>
      l.killedWhen(`/api/v1/namespaces/${namespace}/pods`, isNew, (abort) =>
        l.run(`exec ${command} --set services.approvalRequest.image.tag=slow`, { abort }),
      ),
    );
    await l.succeeds(`helm uninstall erp-microservices -n ${namespace} --wait`);
    await recovers(l, 'a first installation', () => l.killedWhen(records(l), isPending, install));
    await l.podsReady();
  },
};

/** Path of what Helm knows of the release. */
const records = ({ namespace }: Lifecycle) =>
  `/api/v1/namespaces/${namespace}/secrets?labelSelector=name%3Derp-microservices`;

const isPending = ({ metadata }: Secret) => metadata?.labels?.status?.startsWith('pending-') ?? false;

/** The next release says the command that helps, and works after it. */
async function recovers(l: Lifecycle, what: string, kill: () => Promise<boolean>): Promise<void> {
  const isKilled = await kill();
  const status = await l.releaseStatus();
  l.expect(`${what} is killed and left pending`, isKilled && status.startsWith('pending-'), status);
  const refused = await release(l, 'next-3');
  l.expect('release.sh refuses', refused.code !== 0, refused.output);
  await commandOf(l, refused.output, status === 'pending-install' ? 'helm uninstall' : 'helm rollback');
  const next = await release(l, 'next-3');
  l.expect('then the same release works', next.code === 0, next.output);
}

/** Types the command that a message names. */
async function commandOf(l: Lifecycle, message: string, words: string): Promise<void> {
  const found = message
    .split('\n')
    .find((line) => line.includes(words))
    ?.replace(new RegExp(`^.*?(${words})`), '$1');
  l.expect(`the message names the exact command: ${found ?? 'none'}`, found !== undefined, message);
  if (found) await l.succeeds(found.trim(), { user: l.pipeline });
}

const missing: Scenario = {
  name: 'missing',
  title: 'The ConfigMap is deleted by mistake',
  run: async (l) => {
    const { name } = l.environment.config;
    await l.succeeds(`kubectl delete configmap erp-platform -n ${l.namespace}`);
    await l.refuses(upgrade(l), `-c reapply=${name}:$(date +%s)`);
    await l.refuses(`${upgrade(l)} --install`, 'npx cdk deploy', { user: l.pipeline });
    await isComplete(l, 'the refusals');
    await l.deploys('cdk deploy with reapply', () => l.workloads.deploy(l.assembly(2)));
    await l.succeeds(upgrade(l));
    await isComplete(l, 'it');
  },
};

const removed: Scenario = {
  name: 'removed',
  title: 'helm uninstall and kubectl delete namespace by hand',
  run: async (l) => {
    const { namespace, values } = l;
    const { xrayNamespace } = l.environment.values;
    await l.succeeds(`helm uninstall erp-microservices -n ${namespace}`);
    await l.succeeds(`kubectl delete namespace ${namespace} ${xrayNamespace ?? ''}`);
    await l.namespaceGone(namespace);
    await l.refuses(
      `helm install erp-microservices . -f ${values} -n ${namespace} --create-namespace`,
      'npx cdk deploy',
    );
    const again = l.assembly(3);
    await l.deploys('cdk deploy with reapply, workloads', () => l.workloads.deploy(again));
    await isComplete(l, 'it');
    await l.podsReady();
    await l.refuses(upgrade(l), 'forbidden', { user: l.pipeline });
    await l.deploys('cdk deploy with reapply, delivery', () => l.delivery.deploy(again));
    await l.succeeds(`${upgrade(l)} --install`, { user: l.pipeline });
  },
};

const removal: Scenario = {
  name: 'removal',
  title: 'The environment is removed, and leaves nothing',
  run: async (l) => {
    const assembly = l.assembly();
    await l.deploys('destroy, delivery', () => l.delivery.destroy(assembly));
    await l.deploys('destroy, workloads', () => l.workloads.destroy(assembly));
    await l.namespaceGone(l.namespace);
    const namespaces = await l.run('kubectl get namespaces -o name');
    const others = namespaces.output.split('\n').filter((line) => line && !/\/(default|kube-.*)$/.test(line));
    l.expect('no namespace is left', others.length === 0, others.join('\n'));
    const releases = await l.run('helm list --all --all-namespaces --short');
    l.expect('no release is left', releases.output.trim() === '', releases.output);
    const rest = await l.run(
      'kubectl get storageclass,pv,crd,priorityclass,clusterrole,validatingwebhookconfiguration -o name | grep -v "system\\|stand-in\\|/admin$\\|/edit$\\|/view$\\|/cluster-admin$" || true',
    );
    // Helm never deletes what lies in a chart's folder crds.
    const kept = rest.output.split('\n').filter((line) => line && !/(elbv2|gateway|aga)\.k8s\.aws$/.test(line));
    l.expect(
      'nothing of the whole cluster is left but the definitions that Helm keeps',
      kept.length === 0,
      kept.join('\n'),
    );
  },
};

const failedFirst: Scenario = {
  name: 'failed-first',
  title: 'The first installation fails, then the same again',
  run: async (l) => {
    l.renew();
    const [service] = l.environment.values.services;
    l.cluster.images.set(service?.name ?? '', 'missing');
    const quick = (properties: Readonly<Record<string, unknown>>) => ({
      ...l.cluster.adapt(properties),
      // It is to fail; the controllers are not.
      ...(properties.Release === RELEASE_NAME && { Timeout: '15s' }),
    });
    const error = await l.fails('cdk deploy without an image', () =>
      l.workloads.deploy(l.assembly(), { adapt: quick }),
    );
    l.expect('the deployment fails and is rolled back', error?.rolledBack === true, error?.message);
    l.cluster.images.delete(service?.name ?? '');
    const cutOff = await l.killedWhen(records(l), isPending, (abort) =>
      l.fails('cdk deploy, cut off while it installs', () => l.workloads.deploy(l.assembly(), { abort })),
    );
    l.expect('a deployment whose function is cut off while Helm installs fails', cutOff);
    await l.deploys('the same deployment again', () => l.workloads.deploy(l.assembly()));
    await isComplete(l, 'it');
    await l.podsReady();
  },
};

const leftovers: Scenario = {
  name: 'leftovers',
  title: 'CDK creates on what somebody has left',
  run: async (l) => {
    l.renew();
    await l.deploys('cdk deploy of a stack that knows of nothing', () => l.workloads.deploy(l.assembly()));
    await isComplete(l, 'it');
    await l.podsReady();
    await l.deploys('destroy', () => l.workloads.destroy(l.assembly()));
    await l.namespaceGone(l.namespace);
  },
};

const withoutCdk: Scenario = {
  name: 'without-cdk',
  title: "The specification's commands on a cluster that CDK has not made",
  run: async (l) => {
    const { namespace, values } = l;
    await l.run('kubectl delete crd targetgroupbindings.elbv2.k8s.aws --ignore-not-found');
    const way = 'helm install external-secrets external-secrets';
    await l.refuses(`helm install erp-microservices . -f ${values} --dry-run --debug`, way);
    const install = `helm install erp-microservices . -f ${values} -n ${namespace} --create-namespace`;
    await l.refuses(install, way);
    await l.run(
      `helm uninstall erp-microservices -n ${namespace}; kubectl delete namespace ${namespace} --ignore-not-found`,
    );
    await l.namespaceGone(namespace);
    await l.succeeds(
      `helm install external-secrets external-secrets --repo ${l.cluster.repository} --set installCRDs=true,replicaCount=1,serviceAccount.name=external-secrets,webhook.replicaCount=1 -n external-secrets-system --create-namespace`,
    );
    const notes = await l.succeeds(install);
    for (const words of ['targetGroup.arn is empty', 'StorageClass', 'Docker Hub'])
      l.expect(`the notes say what is missing: ${words}`, notes.includes(words), notes);
    await l.succeeds(upgrade(l));
    await l.succeeds(`helm rollback erp-microservices 1 -n ${namespace}`);
    await l.run(`helm uninstall erp-microservices -n ${namespace}`);
  },
};

/** Makes the environment and tries it, in an order in which each begins with what the one before leaves. */
export const SCENARIOS: readonly Scenario[] = [install, verify, byHand, pipeline, badImage, killed, missing, removed];

/** Takes it down, and begins again on what that leaves. */
export const REMOVAL: readonly Scenario[] = [removal, failedFirst, leftovers, withoutCdk];
