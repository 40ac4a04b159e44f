import { ConfigurationError } from '../../../lib/config/problems';
import { validateConfig } from '../../../lib/config/validate';
import type { Values } from '../../../lib/config/values';
import { CONFIGS, chartWith, config, loadEnvironments } from '../synth';

/** Problems of a config, as `field: value`. */
function problems(...args: Parameters<typeof config>) {
  return validateConfig(config(...args)).map(({ field, value, allowed }) => ({
    field,
    value,
    allowed,
  }));
}

/** Message of the error that values with these changes raise. */
function valuesError(changes: Values, environment: 'dev' | 'prod' = 'dev'): string {
  try {
    loadEnvironments([CONFIGS[environment]], chartWith(environment, changes));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return '';
}

test('configs and values without a mistake have no problem', () => {
  expect(loadEnvironments(Object.values(CONFIGS)).map(({ config: { name } }) => name)).toEqual(['dev', 'prod']);
});

test('a config without zones is told so, though the values are read with the first one', () => {
  expect(problems('dev', { network: { availabilityZones: null as never } })).toEqual([
    expect.objectContaining({ field: 'network.availabilityZones', value: undefined, allowed: 'two different zones' }),
  ]);
});

describe('a bad config names the field, the value and what is allowed', () => {
  test.each([
    [
      { network: { cidr: '10.0.0.0/8' } },
      'network.cidr',
      '10.0.0.0/8',
      'a private IPv4 network address with a prefix from /16 to /20',
    ],
    [
      { network: { cidr: '10.0.0.1/16' } },
      'network.cidr',
      '10.0.0.1/16',
      'a private IPv4 network address with a prefix from /16 to /20',
    ],
    [
      { network: { cidr: '8.8.0.0/16' } },
      'network.cidr',
      '8.8.0.0/16',
      'a private IPv4 network address with a prefix from /16 to /20',
    ],
    [{ network: { natGateways: 3 } }, 'network.natGateways', 3, '1, or 2 for one per zone'],
    [{ account: '123' }, 'account', '123', 'twelve digits'],
    [{ database: { allocatedStorage: 5 } }, 'database.allocatedStorage', 5, 'a whole number from 20 to 65536'],
    [
      { database: { backupPlan: true } },
      'database.backupPlan',
      true,
      'false while removal is destroy: AWS deletes no vault that holds backups',
    ],
    [{ database: { backupRetentionDays: 0 } }, 'database.backupRetentionDays', 0, 'a whole number from 1 to 35'],
    [
      { cache: { nodeType: 't4g.micro' } },
      'cache.nodeType',
      't4g.micro',
      'an ElastiCache node type such as cache.t4g.micro',
    ],
    [{ cache: { nodes: 3 } }, 'cache.nodes', 3, '1, or 2 for one per zone'],
    [{ cache: { version: '7.1' } }, 'cache.version', '7.1', 'a Valkey version such as 9.1, 7.2 or later'],
    [{ cache: { snapshotRetentionDays: 36 } }, 'cache.snapshotRetentionDays', 36, 'a whole number from 0 to 35'],
    [{ employee: { reservedConcurrency: 0 } }, 'employee.reservedConcurrency', 0, 'a whole number from 1 to 900'],
    [{ edge: { mfa: 'never' as 'optional' } }, 'edge.mfa', 'never', 'optional, required'],
    [{ edge: { selfSignUp: 'yes' as never } }, 'edge.selfSignUp', 'yes', 'true, false'],
    [{ protection: 'yes' as unknown as boolean }, 'protection', 'yes', 'true, false'],
    [{ removal: 'keep' as 'retain' }, 'removal', 'keep', 'destroy, retain'],
  ])('%j', (changes, field, value, allowed) => {
    expect(problems('dev', changes)).toEqual([{ field, value, allowed }]);
  });

  test.each([
    [{ observability: { alarmEmial: 'a@b.c' } }, 'observability.alarmEmial', 'a@b.c', 'did you mean alarmEmail?'],
    [{ delivry: {} }, 'delivry', {}, 'did you mean delivery?'],
    [{ edge: { colour: 1 } }, 'edge.colour', 1, 'known here: domain, frontend, corsOrigins'],
    [{ database: { multiAz: '../..' } }, 'database.multiAz', '../..', 'true, false'],
    [{ database: { instanceType: '' } }, 'database.instanceType', '', 'an RDS type such as t4g.micro'],
    [{ region: 'zz-foo-1' }, 'region', 'zz-foo-1', 'an AWS region such as ap-northeast-2'],
    [{ region: 'cn-north-1' }, 'region', 'cn-north-1', 'an AWS region such as ap-northeast-2'],
    [{ removal: undefined }, 'removal', undefined, 'destroy, retain'],
    [{ employee: undefined }, 'employee', undefined, 'a section of memory, reservedConcurrency'],
    [{ edge: { frontend: 'nowhere' } }, 'edge.frontend', 'nowhere', 'a folder with an index.html'],
    [{ edge: { frontend: '../..' } }, 'edge.frontend', '../..', 'a relative path without'],
    [{ observability: { alarmEmail: 'a\0@b.c' } }, 'observability.alarmEmail', 'a\0@b.c', 'an e-mail address'],
  ])('%j, which TypeScript would not compile or cannot tell', (changes, field, value, allowed) => {
    const found = problems('dev', changes as never);
    expect(found).toEqual([{ field, value, allowed: expect.stringContaining(allowed) }]);
  });

  test('one line per problem, each once, whatever the value is', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle, 1n);
    const problem = { file: 'f', field: 'a\nb', allowed: 'c' };
    const values = ['x\ny\0', cycle, NaN, () => 1, 'x'.repeat(500), undefined, undefined];
    expect(new ConfigurationError(values.map((value) => ({ ...problem, value }))).message.split('\n')).toEqual([
      '6 problems in the configuration:',
      String.raw`  f: a\u000ab is "x\ny\u0000"; allowed: c`,
      String.raw`  f: a\u000ab is <ref *1> [ [Circular *1], 1n ]; allowed: c`,
      String.raw`  f: a\u000ab is NaN; allowed: c`,
      String.raw`  f: a\u000ab is [Function (anonymous)]; allowed: c`,
      String.raw`  f: a\u000ab is "${'x'.repeat(199)}…; allowed: c`,
      String.raw`  f: a\u000ab is missing; allowed: c`,
    ]);
  });

  test('a zone of another region', () => {
    expect(problems('dev', { network: { availabilityZones: ['ap-northeast-2a', 'us-east-1c'] } })).toEqual([
      {
        field: 'network.availabilityZones[1]',
        value: 'us-east-1c',
        allowed: 'a zone of ap-northeast-2, such as ap-northeast-2a',
      },
    ]);
  });

  test('a Kubernetes version outside the calendar', () => {
    expect(problems('dev', { kubernetes: { version: '1.30' as '1.31' } })).toEqual([
      { field: 'kubernetes.version', value: '1.30', allowed: '1.31, 1.32, 1.33, 1.34, 1.35, 1.36' },
    ]);
  });

  test('node types of two architectures in one group', () => {
    expect(problems('dev', { kubernetes: { serviceNodes: { instanceTypes: ['t3.medium', 't4g.medium'] } } })).toEqual([
      expect.objectContaining({
        field: 'kubernetes.serviceNodes.instanceTypes',
        allowed: 'one or more instance types, all arm64 or all x86_64',
      }),
    ]);
  });

  test('the whole internet as API client', () => {
    expect(problems('dev', { kubernetes: { publicAccessCidrs: ['0.0.0.0/0'] } })).toEqual([
      expect.objectContaining({ field: 'kubernetes.publicAccessCidrs[0]', value: '0.0.0.0/0' }),
    ]);
  });

  test('a certificate outside us-east-1, and a zone that the name is not part of', () => {
    const domain = {
      name: 'erp.example.com',
      certificateArn: 'arn:aws:acm:ap-northeast-2:111111111111:certificate/abc',
      hostedZoneId: 'Z1',
      hostedZoneName: 'example.org',
    };
    expect(problems('dev', { edge: { domain } }).map(({ field }) => field)).toEqual([
      'edge.domain.certificateArn',
      'edge.domain.hostedZoneName',
    ]);
  });
});

describe('bad values name the file, the field, the value and what is allowed', () => {
  const service = (changes: Values) => ({ services: { notification: changes } });

  test.each([
    [
      'a port used twice',
      service({ port: 8082 }),
      'services.notification.port is 8082; allowed: a value of its own: services.approvalRequest has this one',
    ],
    [
      'the port of the employee service',
      service({ port: 8081 }),
      'services.notification.port is 8081; allowed: a value of its own: the employee service has this one',
    ],
    [
      'a port out of range',
      service({ port: 70000 }),
      'services.notification.port is 70000; allowed: a whole number from 1 to 65535',
    ],
    [
      'a name that is no DNS label',
      service({ name: 'Notification_Service' }),
      'services.notification.name is "Notification_Service"; allowed: a DNS label',
    ],
    [
      'a route used twice',
      service({ api: { route: 'approvals' } }),
      'services.notification.api.route is "approvals"; allowed: a value of its own: services.approvalRequest has this one',
    ],
    [
      'a route of the employee service',
      service({ api: { route: 'quests' } }),
      'services.notification.api.route is "quests"; allowed: a value of its own: the employee service',
    ],
    [
      'HPA minimum above maximum',
      service({ hpa: { minReplicas: 5, maxReplicas: 3 } }),
      'services.notification.hpa.minReplicas is 5; allowed: at most hpa.maxReplicas (3)',
    ],
    [
      'a map in the place of a number, with a key that JavaScript takes for a method',
      service({ hpa: { minReplicas: { toString: 1 } } }),
      'services.notification.hpa.minReplicas is {"toString":1}; allowed: must be integer',
    ],
    [
      'cpu limit below request',
      service({ resources: { limits: { cpu: '100m' } } }),
      'services.notification.resources.limits.cpu is "100m"; allowed: at least resources.requests.cpu (200m)',
    ],
    [
      'memory limit below request',
      service({ resources: { limits: { memory: '1Mi' } } }),
      'services.notification.resources.limits.memory is "1Mi"; allowed: at least resources.requests.memory (256Mi)',
    ],
    [
      'a key that no template reads',
      service({ livenesProbe: {} }),
      'services.notification.livenesProbe is {}; allowed: no such key; known here: name, port',
    ],
    ['a namespace of another environment', { namespace: 'erp-prod' }, 'namespace is "erp-prod"; allowed: erp-dev'],
    [
      'an unknown Kafka mode',
      { kafka: { mode: 'redpanda' } },
      'kafka.mode is "redpanda"; allowed: zookeeper, kraft, msk',
    ],
    [
      'a taint that the Kafka nodes do not have',
      { messagingNodes: { value: 'broker' } },
      'messagingNodes.value is "broker"; allowed: kafka, as on the Kafka node groups',
    ],
    [
      'a service that wants the Kafka nodes',
      service({ nodeSelector: { workload: 'kafka' } }),
      'services.notification.nodeSelector.workload is "kafka"; allowed: service',
    ],
    [
      'a service that tolerates their taint',
      service({ tolerations: [{ operator: 'Exists' }] }),
      'services.notification.tolerations[0] is {"operator":"Exists"}; allowed: no toleration of the taint workload',
    ],
    [
      'a password in a URI, which the message does not repeat',
      service({ env: { MONGODB_URI: 'mongodb+srv://erp:hunter2@erp.example.mongodb.net' } }),
      'services.notification.env.MONGODB_URI is "***"; allowed: no password: the URI belongs into Secrets Manager',
    ],
    [
      'a password of every service',
      { serviceDefaults: { env: { SPRING_DATASOURCE_PASSWORD: 'hunter2' } } },
      'serviceDefaults.env.SPRING_DATASOURCE_PASSWORD is "***"; allowed: no password: keep it in a Kubernetes secret',
    ],
  ])('%s', (_, changes, message) => {
    expect(valuesError(changes)).toContain(`chart/values-dev.yaml: ${message}`);
  });

  test.each([
    ['A_URI', 'mongodb://$(MONGODB_USER):$(MONGODB_PASSWORD)@erp.example.mongodb.net'],
    ['SPRING_DATASOURCE_PASSWORD', '$(DB_PASSWORD)'],
    ['A_URL', 'https://user@example.com/a:b@c'],
  ])('but %s=%s, which holds no password', (name, value) => {
    expect(() =>
      loadEnvironments([config('dev')], chartWith('dev', service({ env: { [name]: value } }))),
    ).not.toThrow();
  });

  test('but as many replicas at most as at least, which stops the autoscaler', () => {
    const chart = chartWith('dev', service({ hpa: { minReplicas: 3, maxReplicas: 3 } }));
    expect(() => loadEnvironments([config('dev')], chart)).not.toThrow();
  });

  test('a registry in the repository, as the specification has it, is no part of the repository', () => {
    const repository = '806332783810.dkr.ecr.ap-northeast-2.amazonaws.com/erp/notification-service';
    const [environment] = loadEnvironments([config('dev')], chartWith('dev', service({ image: { repository } })));
    expect(environment!.values.services.map((each) => each.repository)).toEqual([
      'erp/approval-processing-service',
      'erp/approval-request-service',
      'erp/notification-service',
    ]);
  });

  test.each([
    ['msk', 'msk'],
    ['zookeeper', 'kubernetes.kafkaNodes'],
    ['kraft', 'kubernetes.kafkaNodes'],
  ])('kafka.mode %s while %s does not exist', (mode, field) => {
    const exists = config(
      'dev',
      mode === 'msk' ? {} : { msk: CONFIGS.prod.msk, kubernetes: { kafkaNodes: undefined } },
    );
    expect(() => loadEnvironments([exists], chartWith('dev', { kafka: { mode } }))).toThrow(
      `1 problem in the configuration:\n  lib/config/environments/dev.ts: ${field} is missing; allowed: a value while chart/values-dev.yaml says kafka.mode: ${mode}`,
    );
  });

  test.each([
    ['prod', {}],
    ['dev', { movingTags: false }],
  ] as const)('the tag latest where tags must not move: %s', (environment, values) => {
    const message = valuesError({ ...values, ...service({ image: { tag: 'latest' } }) }, environment);
    expect(message).toContain(
      `chart/values-${environment}.yaml: services.notification.image.tag is "latest"; allowed: a commit or version`,
    );
  });

  test('all problems at once, of config and values', () => {
    const chart = chartWith('dev', service({ port: 0, name: '-' }));
    const run = () =>
      loadEnvironments([config('dev', { network: { natGateways: 0 }, employee: { memory: 1 } })], chart);
    expect(run).toThrow(/^[4-9] problems in the configuration:\n/);
    expect(run).toThrow(
      /environments\/dev\.ts: network\.natGateways is 0; .*\n.*environments\/dev\.ts: employee\.memory is 1; /,
    );
    expect(run).toThrow(/services\.notification\.port is 0; /);
  });
});
