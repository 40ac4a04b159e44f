import { readFileSync } from 'node:fs';
import { type Container } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import { readChartValues } from '../../lib/config/values';
import { ofKind } from '../../lib/assembly/kubernetes/manifests';
import { type Address, SERVICES, type Store, UNASKED } from './contract';
import { paths } from './paths';
import { CONFIGS } from '../lib/synth';
import { find, platformValues, render } from './render';

const platform = parse(readFileSync(platformValues, 'utf8')) as {
  employeeService: { host: string };
  redis: { host: string; cidrs: string[] };
  networkPolicy: { loadBalancerCidrs: string[]; vpcCidr: string };
  kafka: { msk: { bootstrapServers: string } };
};
const loadBalancers = platform.networkPolicy.loadBalancerCidrs;

const KAFKA = {
  dev: { address: 'kafka-service:9092', peers: ['kafka:kafka'] },
  prod: { address: platform.kafka.msk.bootstrapServers, peers: [`${platform.networkPolicy.vpcCidr}:9094`] },
};

describe.each(['dev', 'prod'] as const)('%s holds what the services need', (environment) => {
  const manifests = render(`values-${environment}`, platform);
  const deployments = ofKind(manifests, 'apps/v1/Deployment');
  const pod = (name: string) => find(deployments, name).spec!.template.spec!;
  const container = (name: string): Container => pod(name).containers.find((each) => each.name === name)!;
  const service = (name: string) => find(ofKind(manifests, 'v1/Service'), name).spec!;
  const opened = paths(manifests);
  const openedFor = (name: string) => opened.filter((path) => path.startsWith(`${name} `));

  const secretEntry = (secret: string, key: string) => ({ valueFrom: { secretKeyRef: { name: secret, key } } });
  const addresses: Record<Address, object> = {
    kafka: { value: KAFKA[environment].address },
    mongodb: secretEntry('mongodb-secret', 'uri'),
    'redis host': { value: platform.redis.host },
    'redis port': { value: '6379' },
  };
  const peersOfStore: Record<Store, string[]> = {
    kafka: KAFKA[environment].peers,
    mongodb: ['0.0.0.0/0:27017'],
    redis: platform.redis.cidrs.map((cidr) => `${cidr}:6379`),
    'employee-service': loadBalancers.map((cidr) => `${cidr}:8081`),
  };

  test('and has exactly these services', () => {
    expect(deployments.map(({ metadata }) => metadata!.name).sort()).toEqual(SERVICES.map(({ name }) => name).sort());
  });

  test('behind the names that their addresses use', () => {
    expect(service('employee-service')).toMatchObject({
      externalName: platform.employeeService.host,
      ports: [{ port: 8081 }],
    });
    if (environment === 'dev') {
      expect(service('kafka-service').ports).toMatchObject([{ port: 9092, targetPort: 'kafka' }]);
      expect(find(ofKind(manifests, 'apps/v1/StatefulSet'), 'kafka').spec!.template.spec!.containers).toMatchObject([
        { ports: [{ name: 'kafka', containerPort: 9092 }] },
      ]);
    }
    const [mongodb] = ofKind(manifests, 'external-secrets.io/v1/ExternalSecret').filter(
      ({ spec }) => spec.target?.name === 'mongodb-secret',
    );
    expect(mongodb!.spec.data).toMatchObject([
      { secretKey: 'uri', remoteRef: { key: `erp/${environment}/mongodb`, property: 'uri' } },
    ]);
  });

  describe.each(SERVICES.map((facts) => [facts.name, facts] as const))('%s', (name, facts) => {
    const environmentOf = Object.fromEntries(container(name).env!.map(({ name: variable, ...is }) => [variable, is]));

    test('is told everything that it reads', () => {
      for (const [variable, { is, by }] of Object.entries(facts.reads)) {
        const wanted = { variable, by, ...(typeof is === 'string' ? addresses[is] : is) };
        expect({ variable, by, ...environmentOf[variable] }).toEqual(wanted);
      }
    });

    test('is told nothing else without a reason', () => {
      expect(
        Object.keys(environmentOf).filter((variable) => !(variable in facts.reads || variable in UNASKED.environment)),
      ).toEqual([]);
    });

    test('is reached at every port that it listens at, and at no other', () => {
      const listens = [{ name: 'http', port: facts.http }, ...(facts.grpc ? [{ name: 'grpc', port: facts.grpc }] : [])];
      expect(container(name).ports).toEqual(listens.map((each) => ({ name: each.name, containerPort: each.port })));
      expect(
        service(name).ports!.map(({ name: port, port: number, targetPort }) => [port, number, targetPort]),
      ).toEqual(listens.map((each) => [each.name, each.port, each.name]));
      expect(
        find(
          ofKind(manifests, 'elbv2.k8s.aws/v1beta1/TargetGroupBinding'),
          `${name.replace(/-service$/, '')}-tgb-${facts.http}`,
        ).spec,
      ).toMatchObject({ serviceRef: { name, port: facts.http } });
    });

    test('has a way to and from everything that the facts name, on both sides, and to nothing else', () => {
      const callers = SERVICES.flatMap((caller) =>
        caller.calls.filter(({ peer }) => peer === name).map(({ protocol }) => `${caller.name}:${protocol}`),
      );
      expect(openedFor(name)).toEqual(
        [
          ...[...loadBalancers.map((cidr) => `${cidr}:http`), ...callers].map((peer) => `${name} ← ${peer}`),
          ...[
            ...facts.calls.map(({ peer, protocol }) => `${peer}:${protocol}`),
            ...(Object.keys(facts.stores) as Store[]).flatMap((store) => peersOfStore[store]),
            ...Object.keys(UNASKED.paths),
          ].map((peer) => `${name} → ${peer}`),
        ].sort(),
      );
      const kafkaLetsIn = opened.includes(`kafka ← ${name}:kafka`);
      expect(kafkaLetsIn).toBe(environment === 'dev' && facts.stores.kafka !== undefined);
    });

    test('is asked only what every image of it answers', () => {
      const { startupProbe, readinessProbe, livenessProbe } = container(name);
      for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
        const answered = [{ tcpSocket: { port: 'http' } }, { httpGet: { path: facts.health, port: 'http' } }];
        const { tcpSocket, httpGet, grpc } = probe!;
        expect(answered).toContainEqual({
          ...(tcpSocket && { tcpSocket }),
          ...(httpGet && { httpGet }),
          ...(grpc && { grpc }),
        });
      }
      // Where there is a health path, readiness uses it: an open port alone says less.
      expect(readinessProbe!.httpGet?.path).toBe(facts.health);
    });

    test('has a daemon where it sends its traces', () => {
      const ports = pod(name).initContainers!.flatMap((each) => each.ports ?? []);
      expect(ports).toContainEqual(expect.objectContaining({ containerPort: 2000, protocol: 'UDP' }));
    });

    test('may write where it writes', () => {
      for (const directory of facts.writes) {
        const mount = container(name).volumeMounts!.find(({ mountPath }) => mountPath === directory)!;
        expect(mount.readOnly).toBeFalsy();
        expect(pod(name).volumes).toContainEqual({ name: mount.name, emptyDir: expect.anything() });
      }
    });

    test('has the API route of its base path', () => {
      const { values } = readChartValues(CONFIGS[environment]);
      expect(values.services.find((each) => each.name === name)).toMatchObject({
        route: facts.basePath.slice(1),
        port: facts.http,
      });
    });
  });
});

test('the facts agree with each other: a peer that is called listens, and an address leads to a store or a peer', () => {
  for (const { name, calls, stores, reads } of SERVICES) {
    for (const { peer, protocol } of calls) {
      expect([name, SERVICES.find((each) => each.name === peer)?.[protocol]]).toEqual([name, expect.any(Number)]);
    }
    const known = Object.values(reads).map(({ is }) => (typeof is === 'string' ? is.split(' ')[0] : is.value));
    for (const store of Object.keys(stores))
      expect([name, known.join()]).toEqual([name, expect.stringContaining(store)]);
  }
});
