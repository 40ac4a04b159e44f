import { ofKind } from '../../lib/assembly/kubernetes/manifests';
import { find, render } from './render';

const zookeeperMode = render('values-dev');
const kraftMode = render('values-dev', { kafka: { mode: 'kraft' } });

type Manifests = typeof zookeeperMode;

/** The StatefulSet of brokers or ZooKeepers, its container and its literal environment. */
function members(manifests: Manifests, name: 'kafka' | 'zookeeper') {
  const { spec } = find(ofKind(manifests, 'apps/v1/StatefulSet'), name);
  const [container] = spec!.template.spec!.containers;
  const env = Object.fromEntries(container!.env!.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
  return { spec: spec!, container: container!, env };
}

const brokers = (values: object) => members(render('values-dev', values), 'kafka');
const inOrder = (manifests: Manifests) => members(manifests, 'kafka').container.env!.map(({ name }) => name);

describe.each([
  ['zookeeper', zookeeperMode],
  ['kraft', kraftMode],
])('brokers in mode %s', (mode, manifests) => {
  const { spec, container, env } = members(manifests, 'kafka');

  test('have the number of their pod as id: its name is no integer', () => {
    expect(env[mode === 'kraft' ? 'KAFKA_NODE_ID' : 'KAFKA_BROKER_ID']).toEqual({
      fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" },
    });
  });

  test('advertise each its own name, or clients end up at a broker that does not lead', () => {
    expect(env.KAFKA_ADVERTISED_LISTENERS).toBe(
      'PLAINTEXT://$(POD_NAME).kafka-headless.$(POD_NAMESPACE).svc.cluster.local:9092',
    );
    const names = inOrder(manifests);
    expect(names.slice(0, 2)).toEqual(['POD_NAME', 'POD_NAMESPACE']);
  });

  test('take no service links and no KAFKA_PORT, which the image refuses', () => {
    expect(spec.template.spec!.enableServiceLinks).toBe(false);
    expect(ofKind(manifests, 'v1/Service').map(({ metadata }) => metadata!.name)).not.toContain('kafka');
    for (const name of [
      'KAFKA_PORT',
      'KAFKA_HOST',
      'KAFKA_ADVERTISED_PORT',
      'KAFKA_ADVERTISED_HOST',
      'KAFKA_JMX_PORT',
    ]) {
      expect(env).not.toHaveProperty(name);
    }
  });

  test('are of the last line with ZooKeeper, the same in both images', () => {
    expect(container.image).toMatch(/^docker\.io\/confluentinc\/cp-kafka:7\.9\.\d+$/);
    if (mode === 'zookeeper') {
      const other = members(manifests, 'zookeeper').container.image!;
      expect(other.split(':')[1]).toBe(container.image!.split(':')[1]);
    }
  });

  test('keep their logs below the mount point of the volume, which is the VOLUME of the image', () => {
    expect(container.volumeMounts).toContainEqual({ name: 'kafka-data', mountPath: '/var/lib/kafka/data' });
    expect(env.KAFKA_LOG_DIRS).toBe('/var/lib/kafka/data/topics');
  });

  test('claim 10 GiB of gp3 each and keep it', () => {
    expect(spec.volumeClaimTemplates).toEqual([
      {
        metadata: { name: 'kafka-data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'gp3',
          resources: { requests: { storage: '10Gi' } },
        },
      },
    ]);
    expect(spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenDeleted: 'Retain', whenScaled: 'Retain' });
  });

  test('start all at once and find each other before any is ready', () => {
    expect(spec).toMatchObject({ podManagementPolicy: 'Parallel', serviceName: 'kafka-headless', replicas: 3 });
    expect(find(ofKind(manifests, 'v1/Service'), 'kafka-headless').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    });
    expect(find(ofKind(manifests, 'v1/Service'), 'kafka-service').spec!.ports).toMatchObject([{ port: 9092 }]);
  });

  test('run as the numeric user of the image, with every directory it writes to', () => {
    expect(spec.template.spec!.securityContext).toMatchObject({ runAsUser: 1000, fsGroup: 1000 });
    expect(container.volumeMounts!.map(({ mountPath }) => mountPath)).toEqual([
      '/var/lib/kafka/data',
      '/etc/kafka',
      '/var/log/kafka',
      '/tmp',
    ]);
  });

  test('take their heap from the memory limit', () => {
    expect(env.KAFKA_HEAP_OPTS).toBe('-XX:InitialRAMPercentage=50 -XX:MaxRAMPercentage=50');
    expect(container.resources!.limits!.memory).toBe(container.resources!.requests!.memory);
  });

  test('are spread over the zones without leaving the third pending', () => {
    expect(spec.template.spec!.topologySpreadConstraints).toMatchObject([
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        // Or a zone whose only Kafka node is gone would keep pods out of the other.
        nodeTaintsPolicy: 'Honor',
      },
    ]);
    expect(spec.template.spec!.affinity!.podAntiAffinity).toEqual({
      preferredDuringSchedulingIgnoredDuringExecution: [expect.objectContaining({ weight: 100 })],
    });
  });

  test('have no zone of their choice unless one is named', () => {
    expect(spec.template.spec!.affinity!.nodeAffinity).toBeUndefined();
  });

  test('stop quietly, one at a time', () => {
    expect(spec.template.spec!.terminationGracePeriodSeconds).toBe(180);
    expect(env.KAFKA_CONTROLLED_SHUTDOWN_ENABLE).toBe('true');
    expect(container.command).toBeUndefined();
    expect(find(ofKind(manifests, 'policy/v1/PodDisruptionBudget'), 'kafka').spec!.maxUnavailable).toBe(1);
    expect(spec.minReadySeconds).toBeGreaterThan(0);
  });

  test('make no topic by accident, and lose no message to a stale leader', () => {
    expect(env).toMatchObject({
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE: 'false',
    });
  });

  test('keep large numbers as they are', () => {
    expect(env).toMatchObject({ KAFKA_LOG_RETENTION_BYTES: '268435456', KAFKA_LOG_SEGMENT_BYTES: '67108864' });
  });
});

describe('replication', () => {
  test.each([
    [1, '1', '1'],
    [2, '2', '1'],
    [3, '3', '2'],
    [5, '3', '2'],
  ])('with %d brokers is %s, of which %s in sync', (replicas, factor, inSync) => {
    expect(brokers({ kafka: { replicas } }).env).toMatchObject({
      KAFKA_DEFAULT_REPLICATION_FACTOR: factor,
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: factor,
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: factor,
      KAFKA_MIN_INSYNC_REPLICAS: inSync,
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: inSync,
    });
  });

  test('fits into the volume: the retained bytes of all partitions of a broker stay below 8 GiB', () => {
    const { env } = members(zookeeperMode, 'kafka');
    const topics = 2;
    const perBroker =
      (Number(env.KAFKA_LOG_RETENTION_BYTES) + Number(env.KAFKA_LOG_SEGMENT_BYTES)) *
      Number(env.KAFKA_NUM_PARTITIONS) *
      topics;
    expect(perBroker).toBeLessThan(8 * 2 ** 30);
  });
});

describe('mode zookeeper', () => {
  const { spec, container, env } = members(zookeeperMode, 'zookeeper');
  const host = (id: number) => `zookeeper-${id}.zookeeper-headless.erp-dev.svc.cluster.local`;

  test('numbers the members from 1, as the image numbers its list', () => {
    expect(spec.ordinals).toEqual({ start: 1 });
    expect(env.ZOOKEEPER_SERVER_ID).toEqual({
      fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" },
    });
    expect(env.ZOOKEEPER_SERVERS).toBe([1, 2, 3].map((id) => `${host(id)}:2888:3888`).join(';'));
  });

  test('leads the brokers to every member', () => {
    expect(members(zookeeperMode, 'kafka').env).toMatchObject({
      KAFKA_ZOOKEEPER_CONNECT: [1, 2, 3].map((id) => `${host(id)}:2181`).join(','),
      KAFKA_CUB_ZK_TIMEOUT: '300',
    });
  });

  test('keeps snapshots and transaction log on the volume, both at the VOLUMEs of the image', () => {
    expect(container.volumeMounts!.filter(({ name }) => name === 'zookeeper-data')).toEqual([
      { name: 'zookeeper-data', mountPath: '/var/lib/zookeeper/data', subPath: 'data' },
      { name: 'zookeeper-data', mountPath: '/var/lib/zookeeper/log', subPath: 'log' },
    ]);
    expect(spec.volumeClaimTemplates).toMatchObject([
      { spec: { storageClassName: 'gp3', resources: { requests: { storage: '10Gi' } } } },
    ]);
  });

  test('forms a quorum before any member is ready', () => {
    expect(spec.podManagementPolicy).toBe('Parallel');
    expect(find(ofKind(zookeeperMode, 'v1/Service'), 'zookeeper-headless').spec!.publishNotReadyAddresses).toBe(true);
    expect(container.readinessProbe!.exec!.command!.join(' ')).toContain('srvr');
  });

  test('with a single ZooKeeper has no ensemble', () => {
    const single = members(render('values-dev', { zookeeper: { replicas: 1 } }), 'zookeeper');
    expect(single.env).not.toHaveProperty('ZOOKEEPER_SERVERS');
  });
});

describe('mode kraft', () => {
  const { env } = members(kraftMode, 'kafka');

  test('has no ZooKeeper', () => {
    expect(JSON.stringify(kraftMode).toLowerCase()).not.toContain('zookeeper');
  });

  test('makes the brokers their own quorum', () => {
    const voter = (id: number) => `${id}@kafka-${id}.kafka-headless.erp-dev.svc.cluster.local:9093`;
    expect(env).toMatchObject({
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: [0, 1, 2].map(voter).join(','),
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    });
    expect(find(ofKind(kraftMode, 'v1/Service'), 'kafka-headless').spec!.ports).toMatchObject([
      { port: 9092 },
      { port: 9093 },
    ]);
  });

  test('has a cluster id of 16 bytes, always the same for a release and another for another', () => {
    expect(env.CLUSTER_ID).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(brokers({ kafka: { mode: 'kraft' } }).env.CLUSTER_ID).toBe(env.CLUSTER_ID);
    expect(brokers({ kafka: { mode: 'kraft' }, namespace: 'other' }).env.CLUSTER_ID).not.toBe(env.CLUSTER_ID);
    expect(brokers({ kafka: { mode: 'kraft', kraft: { clusterId: '4L6g3nShT-eMCtK--X86sw' } } }).env.CLUSTER_ID).toBe(
      '4L6g3nShT-eMCtK--X86sw',
    );
  });
});

describe('mode msk', () => {
  const bootstrapServers = 'b-1.example.com:9094,b-2.example.com:9094';
  const msk = render('values-prod', { kafka: { msk: { bootstrapServers } } });

  test('runs no broker in the cluster', () => {
    expect(ofKind(msk, 'apps/v1/StatefulSet')).toEqual([]);
    expect(ofKind(msk, 'v1/Service').map(({ metadata }) => metadata!.name)).not.toContain('kafka-service');
  });

  test('gives the services the bootstrap servers and TLS', () => {
    for (const { spec } of ofKind(msk, 'apps/v1/Deployment')) {
      expect(spec!.template.spec!.containers[0]!.env).toEqual(
        expect.arrayContaining([
          { name: 'KAFKA_BOOTSTRAP_SERVERS', value: bootstrapServers },
          { name: 'SPRING_KAFKA_BOOTSTRAP_SERVERS', value: bootstrapServers },
          { name: 'SPRING_KAFKA_SECURITY_PROTOCOL', value: 'SSL' },
        ]),
      );
    }
  });

  test('makes the topics there, replicated on both brokers', () => {
    const [job] = ofKind(msk, 'batch/v1/Job');
    expect(job!.spec!.template.spec!.containers[0]).toMatchObject({
      env: expect.arrayContaining([
        { name: 'BOOTSTRAP_SERVERS', value: bootstrapServers },
        { name: 'SECURITY_PROTOCOL', value: 'SSL' },
      ]),
    });
    expect(job!.spec!.template.spec!.containers[0]!.command!.join('\n')).toContain('--replication-factor 2');
  });

  test('without bootstrap servers sets none and makes no topics', () => {
    const manifests = render('values-prod');
    expect(JSON.stringify(manifests)).not.toContain('BOOTSTRAP_SERVERS');
    expect(ofKind(manifests, 'batch/v1/Job')).toEqual([]);
  });
});

describe('the topics', () => {
  const job = (values: object = {}) => ofKind(render('values-dev', values), 'batch/v1/Job')[0]!;
  const script = (values: object = {}) => job(values).spec!.template.spec!.containers[0]!.command![2]!;

  test('are those of the values, made once the brokers answer', () => {
    const lines = script().split('\n');
    expect(lines.findIndex((line) => line.startsWith('until '))).toBeLessThan(
      lines.findIndex((line) => line.includes('--create')),
    );
    expect(lines.filter((line) => line.includes('--create'))).toEqual([
      'on_kafka kafka-topics --create --if-not-exists --topic approval-requests --partitions 3 --replication-factor 3',
      'on_kafka kafka-topics --create --if-not-exists --topic approval-results --partitions 3 --replication-factor 3',
    ]);
  });

  test('take partitions and settings of their own', () => {
    const topics = [{ name: 'audit', partitions: 12, config: { 'retention.ms': '604800000' } }];
    expect(script({ kafka: { topics } })).toContain('--topic audit --partitions 12 ');
    expect(script({ kafka: { topics } })).toContain('--entity-name audit --add-config retention.ms=604800000');
  });

  test('are made by a Job under a new name when they change: a Job itself cannot be changed', () => {
    const name = (values: object = {}) => job(values).metadata.name;
    expect(name()).toMatch(/^kafka-topics-[0-9a-f]{8}$/);
    expect(name()).toBe(name());
    expect(name({ kafka: { topics: [{ name: 'other' }] } })).not.toBe(name());
    expect(name({ kafka: { image: { tag: '7.9.8' } } })).not.toBe(name());
    expect(name({ commonLabels: { team: 'erp' } })).toBe(name());
  });

  test('are not made by a hook, for which the services and the hook would wait on each other', () => {
    expect(job().metadata.annotations).toBeUndefined();
    expect(job().spec).toMatchObject({ backoffLimit: 10, activeDeadlineSeconds: 1800 });
  });
});

test('brokers and ZooKeepers prefer one zone, so that both majorities stand in it', () => {
  const manifests = render('values-dev', { messagingNodes: { majorityZone: 'ap-northeast-2a' } });

  for (const name of ['kafka', 'zookeeper'] as const) {
    const { nodeAffinity, podAntiAffinity } = members(manifests, name).spec.template.spec!.affinity!;
    expect(nodeAffinity).toEqual({
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          preference: {
            matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['ap-northeast-2a'] }],
          },
        },
      ],
    });
    expect(podAntiAffinity).toBeDefined();
  }
});
