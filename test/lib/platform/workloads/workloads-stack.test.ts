import { releaseRules } from '../../../../lib/platform/delivery/release-access';
import {
  type Resource,
  CONFIGS,
  appliedObjects,
  chartWith,
  helmValues,
  only,
  resources,
  synth,
  upstream,
} from '../../synth';

const both = synth({ configs: Object.values(CONFIGS) });
const template = both.template('ErpDev');
const charts = resources(template, 'Custom::AWSCDK-EKS-HelmChart');

function chart(release: string): [string, Resource] {
  const found = Object.entries(charts).find(([, { Properties }]) => Properties.Release === release);
  if (!found) throw new Error(`no release ${release}`);
  return found;
}

function manifest(kind: string) {
  const found = appliedObjects(template).find(({ object }) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

const CONTROLLERS = ['aws-load-balancer-controller', 'external-secrets', 'metrics-server'];

test('all four releases wait, and stop waiting before the handler that runs Helm is killed', () => {
  expect(
    Object.values(charts)
      .map(({ Properties: { Release } }) => Release)
      .sort(),
  ).toEqual([...CONTROLLERS.slice(0, 1), 'erp-microservices', ...CONTROLLERS.slice(1)].sort());
  for (const { Properties } of Object.values(charts)) {
    expect(Properties.Wait).toBe(true);
    expect(parseInt(Properties.Timeout)).toBeLessThanOrEqual(600);
  }
});

test('controllers are pinned', () => {
  for (const release of CONTROLLERS) {
    const { Version, Repository } = chart(release)[1].Properties;
    expect(Version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Repository).toMatch(/^https:\/\//);
  }
  expect(chart('aws-load-balancer-controller')[1].Properties.Version).toBe('3.2.2');
});

test('the bundled chart comes after namespace, storage class, controllers and network rules, and leaves before them', () => {
  const before = upstream(template, chart('erp-microservices')[0]);
  expect(before).toContain(manifest('Namespace').id);
  expect(before).toContain(manifest('StorageClass').id);
  for (const release of CONTROLLERS) expect(before).toContain(chart(release)[0]);
  for (const type of ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress'])
    for (const id of Object.keys(resources(template, type))) expect(before).toContain(id);
});

test('the rules that only prod has come before the chart as well', () => {
  const prod = both.template('ErpProd');
  const [id] = Object.entries(resources(prod, 'Custom::AWSCDK-EKS-HelmChart')).find(
    ([, { Properties }]) => Properties.Release === 'erp-microservices',
  )!;
  expect([...upstream(prod, id)]).toEqual(
    expect.arrayContaining(Object.keys(resources(prod, 'AWS::EC2::SecurityGroupIngress'))),
  );
});

test('charts run on a cluster that is complete: nodes, add-ons and the way to the internet are of stacks deployed before', () => {
  const stack = both.assembly().getStackByName('ErpDev');
  const dependencies = stack.dependencies.map(({ id }) => id);
  expect(dependencies).toContain('ErpDevCluster');
  for (const type of ['AWS::EKS::Nodegroup', 'AWS::EKS::Addon']) both.template('ErpDevCluster').hasResource(type, {});
  both.template('ErpDevNetwork').hasResource('AWS::EC2::NatGateway', {});
});

test('the namespace demands restricted pods and readiness gates, and Helm does not make it', () => {
  expect(manifest('Namespace').object.metadata).toMatchObject({
    name: 'erp-dev',
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
    },
  });
  expect(chart('erp-microservices')[1].Properties.CreateNamespace).toBeUndefined();
});

test('the namespace of the External Secrets Operator is made before its release, so that it goes after it', () => {
  const namespace = appliedObjects(template).find(({ object }) => object.metadata.name === 'external-secrets-system');
  const [id, { Properties }] = chart('external-secrets');
  expect(Properties.CreateNamespace).toBeUndefined();
  expect([...upstream(template, id)]).toContain(namespace?.id);
});

test('volumes are encrypted gp3, made in the zone of their pod, and can grow', () => {
  expect(manifest('StorageClass').object).toMatchObject({
    metadata: { name: 'gp3' },
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3', encrypted: 'true' },
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  });
});

test('the load balancer controller does not hold up Services and keeps its certificate', () => {
  expect(helmValues(template, 'aws-load-balancer-controller')).toMatchObject({
    enableServiceMutatorWebhook: false,
    keepTLSSecret: true,
    serviceAccount: { create: true, name: 'aws-load-balancer-controller' },
    region: 'ap-northeast-2',
  });
});

test('controllers keep off the Kafka nodes', () => {
  for (const release of CONTROLLERS)
    expect(helmValues(template, release).nodeSelector).toEqual({ workload: 'service' });
});

test('what people used to paste flows in by itself', () => {
  const values = helmValues(template, 'erp-microservices');
  expect(values.global.imageRegistry).toMatch(/AWS::AccountId.*\.dkr\.ecr\.ap-northeast-2\./);
  expect(values.employeeService.host).toContain('LoadBalancerC797D0FCDNSName');
  expect(values.networkPolicy).toEqual({ loadBalancerCidrs: ['10.0.12.0/24', '10.0.13.0/24'], vpcCidr: '10.0.0.0/16' });
  for (const key of ['approvalRequest', 'approvalProcessing', 'notification']) {
    expect(values.services[key].targetGroup).toMatchObject({
      arn: expect.stringContaining(`Targets${key}`),
      targetType: 'ip',
      protocol: 'TCP',
    });
  }
});

test('priority classes stand before the release that names them', () => {
  const { object, id } = manifest('PriorityClass');
  const { serviceDefaults, kafka, xray } = helmValues(template, 'erp-microservices');

  expect(object).toMatchObject({ metadata: { name: 'erp-services' }, preemptionPolicy: 'Never' });
  expect([serviceDefaults, kafka, xray.daemonSet].map(({ priorityClassName }) => priorityClassName)).toEqual([
    'erp-services',
    'erp-messaging',
    'erp-agents',
  ]);
  expect(upstream(template, chart('erp-microservices')[0])).toContain(id);
});

test('both majorities of Kafka stand in the first zone', () => {
  expect(helmValues(template, 'erp-microservices').messagingNodes.majorityZone).toBe('ap-northeast-2a');
});

test('controllers spread over zones and nodes, which their charts leave to chance', () => {
  const { topologySpreadConstraints: spread, webhook } = helmValues(template, 'external-secrets');

  for (const constraints of [spread, webhook.topologySpreadConstraints]) {
    expect(constraints.map(({ topologyKey }: { topologyKey: string }) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
  }
  expect(helmValues(template, 'metrics-server').topologySpreadConstraints).toHaveLength(2);
});

test("prod's pods learn the brokers of MSK", () => {
  const { kafka } = helmValues(both.template('ErpProd'), 'erp-microservices');
  expect(kafka.mode).toBe('msk');
  expect(kafka.msk).toMatchObject({
    bootstrapServers: expect.stringContaining('BootstrapBroker'),
    securityProtocol: 'SSL',
  });
  only(both.template('ErpProd'), 'AWS::EC2::SecurityGroupIngress', { FromPort: 9094 });
});

test("the spec's numbers of each environment", () => {
  const numbers = (stack: string) => helmValues(both.template(stack), 'erp-microservices').serviceDefaults;
  expect(numbers('ErpDev')).toMatchObject({
    replicaCount: 2,
    hpa: { minReplicas: 2, maxReplicas: 3 },
    resources: { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
  });
  expect(numbers('ErpProd')).toMatchObject({
    replicaCount: 5,
    hpa: { minReplicas: 5, maxReplicas: 20 },
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2000m', memory: '2Gi' } },
  });
});

test('the operator may read the two secrets of its environment and nothing else', () => {
  const { PolicyDocument } = only(template, 'AWS::IAM::ManagedPolicy').Properties;
  expect(PolicyDocument.Statement).toHaveLength(2);
  expect(PolicyDocument.Statement[0].Resource).toHaveLength(2);
  expect(JSON.stringify(PolicyDocument)).not.toContain('*');
});

test('the load balancer reaches pods on their service ports only, pods the employee service, the private subnets X-Ray', () => {
  const rules = Object.values(resources(template, 'AWS::EC2::SecurityGroupIngress')).map(({ Properties }) => [
    Properties.FromPort,
    Properties.Description,
  ]);
  expect(rules.sort()).toEqual([
    [2000, 'X-Ray daemons of the nodes'],
    [2000, 'X-Ray daemons of the nodes'],
    [6379, 'Pods to the cache'],
    [8081, 'Pods to the employee service'],
    [8082, 'NLB to approvalRequest'],
    [8083, 'NLB to approvalProcessing'],
    [8084, 'NLB to notification'],
  ]);
});

test('the X-Ray daemons of the nodes are reached over UDP from the subnets of clients, and from nowhere else', () => {
  const rules = Object.values(resources(template, 'AWS::EC2::SecurityGroupIngress', { FromPort: 2000, ToPort: 2000 }));
  const subnets = Object.values(resources(both.template('ErpDevNetwork'), 'AWS::EC2::Subnet')).filter(
    ({ Properties: { Tags } }) =>
      Tags.some(
        ({ Key, Value }: { Key: string; Value: string }) => Key === 'aws-cdk:subnet-type' && Value === 'Private',
      ),
  );
  expect(rules.map(({ Properties: { IpProtocol, CidrIp } }) => [IpProtocol, CidrIp])).toEqual(
    subnets.map(({ Properties: { CidrBlock } }) => ['udp', CidrBlock]),
  );
  expect(rules).toHaveLength(2);
});

test('an environment without the X-Ray DaemonSet has nothing of it: no namespace, identity, rule or right', () => {
  const without = synth({ chart: chartWith('dev', { xray: { daemonSet: { enabled: false } } }) });
  expect(JSON.stringify(without.template('ErpDev').toJSON())).not.toMatch(/erp-dev-xray","labels|XrayNamespace/);
  expect(resources(without.template('ErpDev'), 'AWS::EC2::SecurityGroupIngress', { FromPort: 2000 })).toEqual({});
  expect(
    resources(without.template('ErpDevCluster'), 'AWS::EKS::PodIdentityAssociation', { ServiceAccount: 'xray-daemon' }),
  ).toEqual({});
  expect(Object.keys(releaseRules('erp-dev', without.environments[0]!.environment.values.xrayNamespace))).toEqual([
    'erp-dev',
  ]);
});

test('what an earlier creation or somebody with helm has left is taken over, and no release takes it along', () => {
  for (const { id, object } of appliedObjects(template)) {
    expect(resources(template, 'Custom::AWSCDK-EKS-KubernetesResource')[id]!.Properties.Overwrite).toBe(true);
    if (object.kind === 'ConfigMap') continue;
    expect(object.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
  }
});

test('a dry run of the client, which renders the namespace of X-Ray as its own, finds it owned by the release', () => {
  const { object } = appliedObjects(template).find(({ object: { metadata } }) => metadata.name === 'erp-dev-xray')!;
  const { Release, Namespace } = chart('erp-microservices')[1].Properties;
  expect(object.metadata).toMatchObject({
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': Release, 'meta.helm.sh/release-namespace': Namespace },
  });
});
