import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ofKind } from '../../lib/assembly/kubernetes/manifests';
import { find, refusal, render, specificationValues } from './render';

const specification = parse(readFileSync(specificationValues, 'utf8')) as { services: Record<string, object> };

type Manifests = ReturnType<typeof render>;

const container = (manifests: Manifests, name: string) =>
  find(ofKind(manifests, 'apps/v1/Deployment'), name).spec!.template.spec!.containers[0]!;

const policy = (manifests: Manifests, name: string) =>
  find(ofKind(manifests, 'networking.k8s.io/v1/NetworkPolicy'), name).spec!;

/** What approval-request gets when it has these variables on top of the specification's block, or instead of it. */
const withEnv = (env: object, more: object = {}) => ({
  ...specification,
  services: { ...specification.services, approvalRequest: { ...specification.services.approvalRequest, env, ...more } },
});

/** The same service with the lines that a variable stands for. */
const withLines = (lines: object) => render('values', withEnv({}, lines));

describe("the specification's entries", () => {
  const manifests = render('values', specification);

  test('get the same paths as entries that name them, on both sides', () => {
    const named = render('values', {
      ...specification,
      services: {
        ...specification.services,
        approvalRequest: {
          ...specification.services.approvalRequest,
          uses: { kafka: true, mongodb: true },
          calls: { approvalProcessing: ['grpc'] },
        },
        approvalProcessing: { ...specification.services.approvalProcessing, grpc: { port: 9090 } },
      },
    });
    for (const name of ['approval-request-service', 'approval-processing-service', 'notification-service', 'kafka']) {
      expect(policy(manifests, name)).toEqual(policy(named, name));
    }
    const ports = policy(manifests, 'approval-request-service').egress!.flatMap(({ ports }) => ports!);
    expect(ports).toEqual(expect.arrayContaining([{ port: 'grpc' }, { port: 'kafka' }, { port: 27017 }]));
  });

  test('keep their addresses, and under the names that the services read as well', () => {
    const environment = container(manifests, 'approval-request-service').env;
    for (const [name, value] of [
      ['MONGODB_URI', 'mongodb+srv://erp.example.mongodb.net/erp'],
      ['SPRING_DATA_MONGODB_URI', 'mongodb+srv://erp.example.mongodb.net/erp'],
      ['KAFKA_BOOTSTRAP_SERVERS', 'kafka-service:9092'],
      ['SPRING_KAFKA_BOOTSTRAP_SERVERS', 'kafka-service:9092'],
      ['GRPC_ADDRESS', 'approval-processing-service:9090'],
      ['APPROVAL_PROCESSING_GRPC_ADDRESS', 'static://approval-processing-service:9090'],
    ]) {
      expect(environment).toContainEqual({ name, value });
    }
  });

  test('open the gRPC port of a service that only its caller names', () => {
    expect(find(ofKind(manifests, 'v1/Service'), 'approval-processing-service').spec!.ports).toMatchObject([
      { name: 'http', port: 8083 },
      { name: 'grpc', port: 9090 },
    ]);
  });

  test('keep the registry in their repository, whatever the registry of the platform', () => {
    const registry = { global: { imageRegistry: '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com' } };
    expect(container(render('values', { ...specification, ...registry }), 'notification-service').image).toBe(
      '806332783810.dkr.ecr.ap-northeast-2.amazonaws.com/erp/notification-service:latest',
    );
  });
});

test.each<[string, string, object]>([
  ['KAFKA_BOOTSTRAP_SERVERS', 'kafka-service.erp-dev.svc.cluster.local:9092', { uses: { kafka: true } }],
  ['SPRING_KAFKA_BOOTSTRAP_SERVERS', 'kafka-service:9092', { uses: { kafka: true } }],
  ['SPRING_DATA_MONGODB_URI', 'mongodb://a.example.com:27017,b.example.com/erp', { uses: { mongodb: true } }],
  ['MONGODB_URI', 'mongodb+srv://erp:$(MONGODB_PASSWORD)@erp.example.mongodb.net', { uses: { mongodb: true } }],
  ['EMPLOYEE_SERVICE_URL', 'http://employee-service:8081', { uses: { employeeService: true } }],
  ['REDIS_HOST', 'cache.example.com', { uses: { redis: true } }],
  ['SPRING_DATA_REDIS_HOST', 'cache.example.com', { uses: { redis: true } }],
  ['NOTIFICATION_SERVICE_URL', 'http://notification-service:8084/', { calls: { notification: ['http'] } }],
  ['PROCESSING', 'http://approval-processing-service.erp-dev:8083', { calls: { approvalProcessing: ['http'] } }],
])('%s=%s opens the path of %j', (name, value, lines) => {
  const name_ = 'approval-request-service';
  expect(policy(render('values', withEnv({ [name]: value })), name_)).toEqual(policy(withLines(lines), name_));
});

test('an address out of a secret opens its path too, and is the only one', () => {
  const secretEnv = { MONGODB_URI: { secret: 'own', key: 'uri' } };
  const manifests = render('values', withEnv({}, { secretEnv }));
  const name = 'approval-request-service';
  expect(policy(manifests, name)).toEqual(policy(withLines({ uses: { mongodb: true } }), name));
  const valueFrom = { secretKeyRef: { name: 'own', key: 'uri' } };
  expect(container(manifests, name).env).toContainEqual({ name: 'SPRING_DATA_MONGODB_URI', valueFrom });
});

test.each<[string, object]>([
  ['its own address', { GRPC_ADDRESS: 'approval-request-service:8082' }],
  ['the name of a peer', { OTEL_SERVICE_NAME: 'notification-service' }],
  ['an address outside', { RATES_SERVICE_URL: 'https://rates.example.com' }],
  ['the same name in another namespace', { NOTIFICATION_SERVICE_URL: 'http://notification-service.other:8084' }],
])('%s opens nothing', (_, env) => {
  const name = 'approval-request-service';
  expect(policy(render('values', withEnv(env)), name)).toEqual(policy(withLines({}), name));
});

test('a variable opens nothing where the entry says that another policy does', () => {
  const name = 'approval-request-service';
  const env = { KAFKA_BOOTSTRAP_SERVERS: 'elsewhere:9092' };
  expect(policy(render('values', withEnv(env, { uses: { kafka: false } })), name)).toEqual(policy(withLines({}), name));
});

describe('an address to which no path leads is refused with the lines to add', () => {
  const at = 'services.approvalRequest';
  test.each<[string, string, string, string]>([
    [
      'KAFKA_BOOTSTRAP_SERVERS',
      'kafka.erp-dev.svc.cluster.local:9092',
      'in mode zookeeper Kafka is at kafka-service:9092;',
      'uses: {kafka: true}',
    ],
    ['MONGODB_URI', 'mongodb+srv://...', 'it names no server at port 27017;', 'uses: {mongodb: true}'],
    ['MONGODB_URI', 'mongodb://erp.example.com:27018', 'it names no server at port 27017;', 'uses: {mongodb: true}'],
    [
      'EMPLOYEE_SERVICE_URL',
      'http://employee-service:80',
      'the employee service is http://employee-service:8081;',
      'uses: {employeeService: true}',
    ],
  ])('%s=%s', (name, value, reason, lines) => {
    const message = refusal('values', withEnv({ [name]: value }));
    expect(message).toContain(`${at}.env.${name}: no path leads there: ${reason}`);
    expect(message).toContain(`remove this line and add to ${at}:\n    ${lines}\n`);
    expect(message.match(/no path leads there/g)).toHaveLength(1);
  });

  test('Kafka in the cluster, where there is none', () => {
    const servers = { KAFKA_BOOTSTRAP_SERVERS: 'kafka-service:9092' };
    expect(refusal('values', { ...withEnv(servers), kafka: { mode: 'msk' } })).toContain(
      'in mode msk Kafka is at port 9094 of the MSK brokers;',
    );
  });

  test('another cache than the one of the platform', () => {
    const values = { ...withEnv({ REDIS_HOST: 'elsewhere' }), redis: { host: 'cache.example.com' } };
    expect(refusal('values', values)).toContain(
      `${at}.env.REDIS_HOST: no path leads there: the cache is "cache.example.com";`,
    );
  });

  test.each([
    [
      'NOTIFICATION_SERVICE_URL',
      'http://notification:8084',
      'there is no service "notification"; there are approval-processing-service, approval-request-service, notification-service',
    ],
    ['NOTIFICATION_SERVICE_URL', 'http://notification-service', 'notification-service listens at 8084, not at 80'],
    [
      'GRPC_ADDRESS',
      'approval-processing-service:9091',
      'approval-processing-service listens at 8083 and for gRPC at 9090, not at 9091',
    ],
  ])('%s=%s', (name, value, message) => {
    const values = withEnv({ [name]: value });
    Object.assign(values.services, {
      approvalProcessing: { ...specification.services.approvalProcessing, grpc: { port: 9090 } },
    });
    expect(refusal('values', values)).toContain(`${at}.env.${name}: ${message}`);
  });
});

describe('a password in the values is refused, unrepeated, with where it belongs', () => {
  test.each([
    ['MONGODB_URI', 'mongodb+srv://erp:hunter2@erp.example.mongodb.net/erp'],
    ['SPRING_DATA_MONGODB_URI', 'mongodb://erp:$hunter2@erp.example.mongodb.net/erp'],
  ])('%s=%s', (name, value) => {
    const message = refusal('values-dev', { services: { approvalRequest: { env: { [name]: value } } } });
    expect(message).toContain(
      `services.approvalRequest.env.${name}: holds a password, and values are kept in Git; write the URI into the ` +
        'Secrets Manager entry "erp/dev/mongodb" (field uri), remove this line and add to services.approvalRequest:\n' +
        '    uses: {mongodb: true}\n',
    );
    expect(message).not.toContain('hunter2');
  });

  test.each([
    ['REDIS_URL', 'redis://:hunter2@cache:6379'],
    ['SPRING_DATASOURCE_PASSWORD', 'hunter2'],
    ['AWS_SECRET_ACCESS_KEY', 'hunter2'],
  ])('%s=%s', (name, value) => {
    const message = refusal('values-dev', { serviceDefaults: { env: { [name]: value } } });
    expect(message).toContain(
      `serviceDefaults.env.${name}: holds a password, and values are kept in Git; keep it in a Kubernetes secret, ` +
        `remove this line and add to serviceDefaults:\n    secretEnv: {${name}: {secret: <name>, key: <key>}}\n`,
    );
    expect(message).not.toContain('hunter2');
  });

  test('but not a reference to a variable that comes out of a secret', () => {
    const env = { SPRING_DATASOURCE_PASSWORD: '$(DB_PASSWORD)', A_URL: 'https://user@example.com/a:b@c' };
    expect(() => render('values-dev', { serviceDefaults: { env } })).not.toThrow();
  });
});
