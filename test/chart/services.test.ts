import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ofKind } from '../../lib/assembly/kubernetes/manifests';
import { tracedName } from '../../lib/platform/observability/traces';
import { find, platformValues, render, runHelm, templateArgs } from './render';
import { leastService } from './variants';

const platform = parse(readFileSync(platformValues, 'utf8')) as object;
const dev = render('values-dev', platform);
const prod = render('values-prod', platform);
const ARN = 'arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/notification/fedcba9876543210';
const names = ['approval-processing-service', 'approval-request-service', 'notification-service'];

/** The container that runs the service, and its environment by name. */
function container(manifests: typeof dev, service: string) {
  const { spec } = find(ofKind(manifests, 'apps/v1/Deployment'), service);
  const found = spec!.template.spec!.containers.find(({ name }) => name === service)!;
  return { ...found, environment: Object.fromEntries(found.env!.map(({ name, ...value }) => [name, value])) };
}

describe('the environments', () => {
  test.each([
    ['dev', dev, 2, 3, { cpu: '200m', memory: '256Mi' }, { cpu: '500m', memory: '512Mi' }],
    ['prod', prod, 5, 20, { cpu: '500m', memory: '1Gi' }, { cpu: '2000m', memory: '2Gi' }],
  ])(
    '%s has the pods and resources of the specification',
    (_, manifests, minReplicas, maxReplicas, requests, limits) => {
      expect(ofKind(manifests, 'apps/v1/Deployment').map(({ metadata }) => metadata!.name)).toEqual(names);
      for (const { spec } of ofKind(manifests, 'autoscaling/v2/HorizontalPodAutoscaler')) {
        expect(spec).toMatchObject({ minReplicas, maxReplicas });
      }
      for (const name of names) expect(container(manifests, name).resources).toMatchObject({ requests, limits });
    },
  );

  test('without an autoscaler the pods are as many as replicaCount says', () => {
    for (const [profile, replicas] of [
      ['values-dev', 2],
      ['values-prod', 5],
    ] as const) {
      const manifests = render(profile, { serviceDefaults: { hpa: { enabled: false } } });
      expect(ofKind(manifests, 'autoscaling/v2/HorizontalPodAutoscaler')).toEqual([]);
      for (const { spec } of ofKind(manifests, 'apps/v1/Deployment')) expect(spec!.replicas).toBe(replicas);
    }
  });
});

describe('a service', () => {
  test('listens where the specification says', () => {
    const ports = ofKind(dev, 'v1/Service').map(({ metadata, spec }) => [
      metadata!.name,
      spec!.ports!.map(({ port }) => port),
    ]);
    expect(Object.fromEntries(ports)).toEqual({
      'approval-processing-service': [8083, 9090],
      'approval-request-service': [8082],
      'employee-service': [8081],
      'kafka-headless': [9092],
      'kafka-service': [9092],
      'notification-service': [8084],
      'zookeeper-headless': [2181, 2888, 3888],
    });
  });

  test('keeps serving until the load balancer has deregistered it, and then some', () => {
    for (const { spec } of ofKind(dev, 'apps/v1/Deployment')) {
      const { terminationGracePeriodSeconds, containers } = spec!.template.spec!;
      const quiet = containers[0]!.lifecycle!.preStop!.sleep!.seconds;
      expect(quiet).toBeGreaterThan(30);
      expect(terminationGracePeriodSeconds).toBeGreaterThan(quiet + 20);
    }
    expect(container(dev, names[0]!).environment).toMatchObject({
      SERVER_SHUTDOWN: { value: 'graceful' },
      SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE: { value: '25s' },
    });
  });

  test('rolls in quarters: of two or three pods none is missing, and of twenty a full cluster still lets five go', () => {
    for (const { spec } of ofKind(dev, 'apps/v1/Deployment')) {
      // Kubernetes rounds a surge up and what may be missing down.
      expect(spec!.strategy).toEqual({
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
      });
    }
  });

  test('waits for a place rather than to push others off a node', () => {
    const classes = ofKind(
      render('values-dev', { priorityClasses: { create: true } }),
      'scheduling.k8s.io/v1/PriorityClass',
    );
    const values = Object.fromEntries(classes.map(({ metadata, value }) => [metadata!.name, value]));

    expect(find(classes, 'erp-services').preemptionPolicy).toBe('Never');
    expect(values['erp-agents']).toBeGreaterThan(values['erp-messaging']!);
    expect(values['erp-messaging']).toBeGreaterThan(values['erp-services']!);
  });

  test.each([
    ['the class of the agents that the chart makes', { priorityClasses: { create: true } }, 'erp-agents'],
    ['a class of its own', { xray: { daemonSet: { priorityClassName: 'other' } } }, 'other'],
    ['none, where nobody makes one', {}, undefined],
  ])('the X-Ray daemon of a node has %s', (_, values, name) => {
    const [daemon] = ofKind(render('values-dev', values), 'apps/v1/DaemonSet');

    expect(daemon!.spec!.template.spec!.priorityClassName).toBe(name);
  });

  test('is spread over the zones revision by revision, not counting zones it cannot use', () => {
    for (const { spec } of ofKind(dev, 'apps/v1/Deployment')) {
      expect(spec!.template.spec!.topologySpreadConstraints![0]).toMatchObject({
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        nodeTaintsPolicy: 'Honor',
        matchLabelKeys: ['pod-template-hash'],
      });
      expect(
        spec!.template.spec!.affinity!.podAntiAffinity!.preferredDuringSchedulingIgnoredDuringExecution,
      ).toMatchObject([{ weight: 100, podAffinityTerm: { topologyKey: 'topology.kubernetes.io/zone' } }]);
    }
  });

  test('scales on the CPU of its own container at 70 %, and in after five quiet minutes', () => {
    for (const { metadata, spec } of ofKind(dev, 'autoscaling/v2/HorizontalPodAutoscaler')) {
      const name = spec!.scaleTargetRef.name;
      expect(metadata!.name).toBe(`${name}-hpa`);
      expect(spec!.metrics).toEqual([
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: name, target: { type: 'Utilization', averageUtilization: 70 } },
        },
      ]);
      expect(spec!.behavior!.scaleDown!.stabilizationWindowSeconds).toBe(300);
    }
  });

  test('has as many pods as the values allow, and always the same number where both bounds are one', () => {
    const bounds = (values: object = {}) =>
      ofKind(render('values-dev', values), 'autoscaling/v2/HorizontalPodAutoscaler').map(({ spec }) => [
        spec!.minReplicas,
        spec!.maxReplicas,
      ]);
    expect(bounds()).toEqual(Array(3).fill([2, 3]));
    expect(bounds({ serviceDefaults: { hpa: { minReplicas: 3 } } })).toEqual(Array(3).fill([3, 3]));
  });

  test('may lose one pod to a node drain, and an unhealthy one at any time', () => {
    for (const name of names) {
      expect(find(ofKind(dev, 'policy/v1/PodDisruptionBudget'), name).spec).toMatchObject({
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      });
    }
  });

  test('has its probes: all three, by TCP, HTTP or gRPC', () => {
    const manifests = render('values-dev', {
      services: {
        approvalProcessing: { probes: { readiness: { type: 'grpc' } } },
        notification: { probes: { readiness: { type: 'http', path: '/ready', periodSeconds: 7 } } },
      },
    });
    expect(container(manifests, 'approval-processing-service')).toMatchObject({
      startupProbe: { tcpSocket: { port: 'http' } },
      readinessProbe: { grpc: { port: 9090 } },
      livenessProbe: { tcpSocket: { port: 'http' } },
    });
    expect(container(manifests, 'notification-service').readinessProbe).toEqual({
      httpGet: { path: '/ready', port: 'http' },
      periodSeconds: 7,
      timeoutSeconds: 3,
      failureThreshold: 3,
    });
  });

  test('takes its addresses under the name of the specification and under the Spring property', () => {
    expect(container(dev, 'approval-request-service').environment).toMatchObject({
      AWS_XRAY_DAEMON_ADDRESS: { value: '127.0.0.1:2000' },
      AWS_XRAY_CONTEXT_MISSING: { value: 'LOG_ERROR' },
      EMPLOYEE_SERVICE_URL: { value: 'http://employee-service:8081' },
      GRPC_ADDRESS: { value: 'approval-processing-service:9090' },
      APPROVAL_PROCESSING_GRPC_ADDRESS: { value: 'static://approval-processing-service:9090' },
      KAFKA_BOOTSTRAP_SERVERS: { value: 'kafka-service:9092' },
      NOTIFICATION_SERVICE_URL: { value: 'http://notification-service:8084' },
      SPRING_KAFKA_BOOTSTRAP_SERVERS: { value: 'kafka-service:9092' },
      MONGODB_URI: { valueFrom: { secretKeyRef: { name: 'mongodb-secret', key: 'uri' } } },
      SPRING_DATA_MONGODB_URI: { valueFrom: { secretKeyRef: { name: 'mongodb-secret', key: 'uri' } } },
    });
    expect(container(dev, 'notification-service').environment).not.toHaveProperty('EMPLOYEE_SERVICE_URL');
  });

  test.each([
    ['dev', dev],
    ['prod', prod],
  ])('is traced in %s under the name that the environment filters and samples by', (environment, manifests) => {
    for (const name of names) {
      expect(container(manifests, name).environment.AWS_XRAY_TRACING_NAME).toEqual({
        value: tracedName(name, `erp-${environment}`),
      });
    }
  });

  test('is told where the cache is when it uses one', () => {
    const host = { value: 'erp.example.apn2.cache.amazonaws.com' };
    const port = { value: '6379' };
    for (const name of ['approval-processing-service', 'notification-service']) {
      expect(container(dev, name).environment).toMatchObject({
        REDIS_HOST: host,
        REDIS_PORT: port,
        SPRING_DATA_REDIS_HOST: host,
        SPRING_DATA_REDIS_PORT: port,
      });
    }
    expect(Object.keys(container(dev, 'approval-request-service').environment).join()).not.toContain('REDIS');
    expect(Object.keys(container(render('values-dev'), 'notification-service').environment).join()).not.toContain(
      'REDIS',
    );
  });

  test('may override what the chart computes, as a literal or out of a secret', () => {
    const manifests = render('values-dev', {
      services: {
        notification: {
          env: { MONGODB_URI: 'mongodb://elsewhere' },
          secretEnv: { KAFKA_BOOTSTRAP_SERVERS: { secret: 'other', key: 'servers' } },
        },
      },
    });
    expect(container(manifests, 'notification-service').environment).toMatchObject({
      MONGODB_URI: { value: 'mongodb://elsewhere' },
      KAFKA_BOOTSTRAP_SERVERS: { valueFrom: { secretKeyRef: { name: 'other', key: 'servers' } } },
      SPRING_KAFKA_BOOTSTRAP_SERVERS: { value: 'kafka-service:9092' },
    });
  });

  test('restarts when a mounted file or the source of a secret changes, and only that service', () => {
    const template = (values: object, name = 'approval-request-service') =>
      find(ofKind(render('values-dev', values), 'apps/v1/Deployment'), name).spec!.template;
    const config = (content: string) => ({
      services: { approvalRequest: { config: { 'application.yaml': content } } },
    });
    expect(template(config('a: 1'))).not.toEqual(template(config('a: 2')));
    expect(template(config('a: 1'), names[0])).toEqual(template(config('a: 2'), names[0]));
    expect(template({ secrets: { mongodb: { key: 'elsewhere' } } })).not.toEqual(template({}));
    expect(template({ secrets: { refreshInterval: '5m' } })).toEqual(template({}));
  });

  test('reads its mounted files as Spring configuration', () => {
    const manifests = render('values-dev', { services: { notification: { config: { 'application.yaml': 'a: 1' } } } });
    expect(find(ofKind(manifests, 'v1/ConfigMap'), 'notification-service-config').data).toEqual({
      'application.yaml': 'a: 1',
    });
    const { environment, volumeMounts } = container(manifests, 'notification-service');
    expect(environment.SPRING_CONFIG_ADDITIONAL_LOCATION).toEqual({ value: 'optional:file:/config/' });
    expect(volumeMounts).toContainEqual({ name: 'config', mountPath: '/config', readOnly: true });
  });

  test('does not leak its overrides into the next one, and keeps 0, false and empty ones', () => {
    const manifests = render('values-dev', {
      services: {
        approvalProcessing: {
          env: { ONLY_HERE: 'x' },
          hpa: { enabled: false },
          replicaCount: 0,
          pdb: { enabled: false },
        },
      },
    });
    expect(find(ofKind(manifests, 'apps/v1/Deployment'), 'approval-processing-service').spec!.replicas).toBe(0);
    expect(container(manifests, 'approval-request-service').environment).not.toHaveProperty('ONLY_HERE');
    expect(ofKind(manifests, 'policy/v1/PodDisruptionBudget').map(({ metadata }) => metadata!.name)).not.toContain(
      'approval-processing-service',
    );
  });

  test('that is disabled leaves nothing behind', () => {
    const manifests = render('values-dev', { services: { notification: { enabled: false } } });
    expect(JSON.stringify(manifests)).not.toContain('notification');
  });
});

describe('the image', () => {
  const image = (service: object, more: readonly string[] = [], values: object = {}) =>
    container(render('values-dev', { services: { notification: service }, ...values }, more), 'notification-service')
      .image;

  test('comes from the registry of the platform, or from its own', () => {
    expect(container(dev, 'notification-service').image).toBe(
      '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/erp/notification-service:latest',
    );
    expect(image({ image: { registry: 'example.com' } }, [], { global: { imageRegistry: 'ecr' } })).toBe(
      'example.com/erp/notification-service:latest',
    );
  });

  test('takes a digest instead of the tag', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(image({ image: { digest } })).toBe(`erp/notification-service@${digest}`);
  });

  test.each(['abc1234', '1234567', '12345678'])('takes the tag %s from --set, as the pipeline gives it', (tag) => {
    expect(image({}, ['--set', `services.notification.image.tag=${tag}`])).toBe(`erp/notification-service:${tag}`);
  });

  test('takes a tag of digits from a values file', () => {
    expect(image({ image: { tag: 12345678 } })).toBe('erp/notification-service:12345678');
  });
});

describe('a fourth service', () => {
  const objects = (values: object) =>
    render('values-dev', values)
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      .sort();

  test('needs one short entry', () => {
    const before = objects({});
    const after = objects({ services: { expense: leastService } });
    expect(after.filter((object) => !before.includes(object))).toEqual([
      'Deployment expense-service',
      'HorizontalPodAutoscaler expense-service-hpa',
      'NetworkPolicy expense-service',
      'PodDisruptionBudget expense-service',
      'Service expense-service',
      'ServiceAccount expense-service',
    ]);
    expect(before.filter((object) => !after.includes(object))).toEqual([]);
  });

  test('gets the numbers of the environment', () => {
    const { resources } = container(render('values-prod', { services: { expense: leastService } }), 'expense-service');
    expect(resources).toMatchObject({ requests: { cpu: '500m', memory: '1Gi' } });
  });
});

describe('the wiring into AWS', () => {
  test('binds each service to its target group and leaves the security groups to the platform', () => {
    const bindings = ofKind(dev, 'elbv2.k8s.aws/v1beta1/TargetGroupBinding');
    expect(bindings.map(({ metadata }) => metadata.name)).toEqual([
      'approval-processing-tgb-8083',
      'approval-request-tgb-8082',
      'notification-tgb-8084',
    ]);
    expect(find(bindings, 'approval-request-tgb-8082').spec).toEqual({
      targetGroupARN:
        'arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/approval-request/0123456789abcdef',
      targetType: 'ip',
      serviceRef: { name: 'approval-request-service', port: 8082 },
    });
  });

  test('names a binding after its port: a new port is a new target group, to which no binding can be moved', () => {
    const moved = render('values-dev', { services: { notification: { port: 8094, targetGroup: { arn: ARN } } } });
    expect(ofKind(moved, 'elbv2.k8s.aws/v1beta1/TargetGroupBinding').map(({ metadata }) => metadata.name)).toEqual([
      'notification-tgb-8094',
    ]);
  });

  test('finds the employee service by a name in the cluster', () => {
    expect(find(ofKind(dev, 'v1/Service'), 'employee-service').spec).toMatchObject({
      type: 'ExternalName',
      externalName: 'erp-0123456789abcdef.elb.ap-northeast-2.amazonaws.com',
      ports: [{ port: 8081 }],
    });
  });

  test('renders without the platform: no bindings, no employee service', () => {
    const manifests = render('values-dev');
    expect(ofKind(manifests, 'elbv2.k8s.aws/v1beta1/TargetGroupBinding')).toEqual([]);
    expect(ofKind(manifests, 'v1/Service').map(({ metadata }) => metadata!.name)).not.toContain('employee-service');
  });

  test.each([
    ['dev', dev],
    ['prod', prod],
  ])('copies the secrets of %s with all connection keys and no credentials', (environment, manifests) => {
    const [store] = ofKind(manifests, 'external-secrets.io/v1/SecretStore');
    expect(store).toMatchObject({
      metadata: { name: 'aws-secretsmanager' },
      spec: { provider: { aws: { service: 'SecretsManager', region: 'ap-northeast-2' } } },
    });
    const secrets = ofKind(manifests, 'external-secrets.io/v1/ExternalSecret').map(({ metadata, spec }) => [
      metadata.name,
      spec.data!.map(({ secretKey, remoteRef }) => `${secretKey}=${remoteRef.key}:${remoteRef.property}`),
    ]);
    expect(Object.fromEntries(secrets)).toEqual({
      'mysql-secret': ['username', 'password', 'host', 'port', 'dbname'].map(
        (key) => `${key}=erp/${environment}/mysql:${key}`,
      ),
      'mongodb-secret': [`uri=erp/${environment}/mongodb:uri`],
    });
    expect(ofKind(manifests, 'v1/Secret')).toEqual([]);
  });

  test('puts everything into the namespace of the values, or into that of the release', () => {
    const namespaces = (args: string[]) =>
      new Set(
        [...runHelm(args, {}).matchAll(/^ {2}namespace: (.*)$/gm)]
          .map(([, name]) => name)
          .filter((n) => !n!.endsWith('-xray')),
      );
    expect(namespaces(templateArgs('values-dev'))).toEqual(new Set(['erp-dev']));
    expect(
      namespaces(
        templateArgs('values', [
          '-n',
          'elsewhere',
          '--set',
          'services.x.name=x,services.x.port=80,services.x.image.repository=x',
        ]),
      ),
    ).toEqual(new Set(['elsewhere']));
  });
});

describe('X-Ray', () => {
  test('is a native sidecar of every service, which ends after the service', () => {
    for (const { spec } of ofKind(dev, 'apps/v1/Deployment')) {
      expect(spec!.template.spec!.initContainers).toEqual([
        expect.objectContaining({
          name: 'xray-daemon',
          restartPolicy: 'Always',
          ports: [{ name: 'xray', containerPort: 2000, protocol: 'UDP' }],
          args: expect.arrayContaining(['--log-level=info']),
          securityContext: expect.objectContaining({ runAsUser: 10001 }),
        }),
      ]);
    }
  });

  test('is a DaemonSet on every node, in a namespace that allows host ports', () => {
    const [daemonSet] = ofKind(dev, 'apps/v1/DaemonSet');
    expect(daemonSet).toMatchObject({
      metadata: { namespace: 'erp-dev-xray' },
      spec: {
        template: {
          spec: {
            hostNetwork: true,
            dnsPolicy: 'ClusterFirstWithHostNet',
            containers: [{ ports: [{ containerPort: 2000, hostPort: 2000, protocol: 'UDP' }] }],
          },
        },
      },
    });
    // The platform makes it beforehand; without the platform the chart does.
    expect(ofKind(dev, 'v1/Namespace')).toEqual([]);
    const [namespace] = ofKind(render('values-dev'), 'v1/Namespace');
    expect(namespace!.metadata).toMatchObject({
      name: 'erp-dev-xray',
      labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
    });
  });

  test('without sidecars is the daemon of the node, whose address is known before it is used', () => {
    const manifests = render('values-dev', { xray: { sidecar: { enabled: false } } });
    const { env } = container(manifests, 'approval-request-service');
    expect(env![0]).toEqual({ name: 'NODE_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } });
    expect(env).toContainEqual({ name: 'AWS_XRAY_DAEMON_ADDRESS', value: '$(NODE_IP):2000' });
  });

  test('can be switched off altogether', () => {
    const manifests = render('values-dev', { xray: { sidecar: { enabled: false }, daemonSet: { enabled: false } } });
    expect(JSON.stringify(manifests).toLowerCase()).not.toContain('xray');
  });
});
