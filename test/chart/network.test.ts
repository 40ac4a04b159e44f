import { ofKind } from '../../lib/assembly/kubernetes/manifests';
import { paths } from './paths';
import { render } from './render';

const platform = {
  networkPolicy: { loadBalancerCidrs: ['10.0.32.0/20'] },
  redis: { cidrs: ['10.0.64.0/24'] },
};

const dns = '{"kubernetes.io/metadata.name":"kube-system","k8s-app":"kube-dns"}';
const nlb = '10.0.32.0/20';
const request = 'approval-request-service';
const processing = 'approval-processing-service';
const notification = 'notification-service';

const common = [
  `* → ${dns}:UDP/53`,
  `* → ${dns}:TCP/53`,
  `${processing} ← ${request}:grpc`,
  `${request} → ${processing}:grpc`,
  `${notification} ← ${request}:http`,
  `${request} → ${notification}:http`,
  `${request} → 0.0.0.0/0:27017`,
  `${request} → ${nlb}:8081`,
  `${processing} → ${nlb}:8081`,
  `${processing} → 10.0.64.0/24:6379`,
  `${notification} → 10.0.64.0/24:6379`,
  ...[request, processing, notification].flatMap((service) => [
    `${service} ← ${nlb}:http`,
    `${service} → 0.0.0.0/0 not 10.0.0.0/16:443`,
    `${service} → 169.254.170.23/32:80`,
  ]),
];
const clients = [request, processing, notification, 'kafka-topics'];
const brokers = [
  ...clients.flatMap((client) => [`${client} → kafka:kafka`, `kafka ← ${client}:kafka`]),
  'kafka → kafka:kafka',
  'kafka ← kafka:kafka',
];

test('opens exactly the paths of the specification in dev', () => {
  const zookeeper = ['peer', 'election'].flatMap((port) => [
    `zookeeper → zookeeper:${port}`,
    `zookeeper ← zookeeper:${port}`,
  ]);
  expect(paths(render('values-dev', platform))).toEqual(
    [...common, ...brokers, ...zookeeper, 'kafka → zookeeper:client', 'zookeeper ← kafka:client'].sort(),
  );
});

test('opens the controller port among the brokers with KRaft', () => {
  expect(paths(render('values-dev', { ...platform, kafka: { mode: 'kraft' } }))).toEqual(
    [...common, ...brokers, 'kafka → kafka:controller', 'kafka ← kafka:controller'].sort(),
  );
});

test('leads to the TLS port of MSK in prod', () => {
  const manifests = render('values-prod', {
    ...platform,
    kafka: { msk: { bootstrapServers: 'b-1.example.com:9094' } },
  });
  expect(paths(manifests)).toEqual([...common, ...clients.map((client) => `${client} → 10.0.0.0/16:9094`)].sort());
});

test('denies both directions to every pod first', () => {
  const [first] = ofKind(render('values-dev'), 'networking.k8s.io/v1/NetworkPolicy');
  expect(first).toMatchObject({
    metadata: { name: 'default-deny' },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
});

test('governs both directions of every pod', () => {
  const [, ...rest] = ofKind(render('values-dev'), 'networking.k8s.io/v1/NetworkPolicy');
  for (const { metadata, spec } of rest.filter(({ metadata }) => metadata!.name !== 'allow-dns')) {
    expect([metadata!.name, spec!.policyTypes]).toEqual([metadata!.name, ['Ingress', 'Egress']]);
  }
});

test('gives a service with no needs the load balancer and the AWS APIs only', () => {
  const lonely = { name: 'lonely', port: 8090, image: { repository: 'erp/lonely' } };
  const opened = paths(render('values-dev', { ...platform, services: { lonely } })).filter((path) =>
    path.includes('lonely'),
  );
  expect(opened).toEqual([
    `lonely ← ${nlb}:http`,
    'lonely → 0.0.0.0/0 not 10.0.0.0/16:443',
    'lonely → 169.254.170.23/32:80',
  ]);
});

test('lets AWS APIs be endpoints inside the VPC', () => {
  const opened = paths(render('values-dev', { networkPolicy: { ...platform.networkPolicy, vpcEndpoints: true } }));
  expect(opened).toContain(`${request} → 0.0.0.0/0:443`);
});

test('leads to the X-Ray daemon of the node where services have none of their own, and to none where there is no daemon', () => {
  const daemon = [`${request} → 10.0.0.0/16:UDP/2000`, `${request} → 10.0.0.0/16:TCP/2000`];
  const without = { sidecar: { enabled: false } };
  const opened = (xray: object) => paths(render('values-dev', { xray }));
  expect(opened(without)).toEqual(expect.arrayContaining(daemon));
  for (const xray of [{}, { ...without, daemonSet: { enabled: false } }])
    expect(opened(xray).join()).not.toContain('2000');
});

test('looks for the cache in the whole VPC when nothing says where it is', () => {
  expect(paths(render('values-dev', { redis: { port: 6380 } }))).toContain(`${notification} → 10.0.0.0/16:6380`);
});

test('can be switched off', () => {
  expect(paths(render('values-dev', { networkPolicy: { enabled: false } }))).toEqual([]);
});
