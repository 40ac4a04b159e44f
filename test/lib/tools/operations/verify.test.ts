import { stacksOf } from '../../../../lib/assembly/assembly';
import { clusterToken } from '../../../../lib/tools/operations/cluster-access';
import { exitCode } from '../../../../lib/report/findings';
import { type VerifyProps, verify } from '../../../../lib/tools/operations/verify';
import { assemblePlatform } from './assembled';
import { type Answers, FakeAws, FakeError } from './fake-aws';
import { FakeKubernetes } from './fake-kubernetes';
import { CONFIGS, loadEnvironments } from '../../synth';

const assembly = assemblePlatform();
const stacks = stacksOf(assembly, 'dev');
const [environment] = loadEnvironments([CONFIGS.dev]) as [VerifyProps['environment']];
const aws = new FakeAws();
const kubernetes = new FakeKubernetes();
beforeAll(() => Promise.all([aws.start(), kubernetes.start()]));
afterAll(() => Promise.all([aws.stop(), kubernetes.stop()]));

const ZONES = ['ap-northeast-2a', 'ap-northeast-2c'];
const SERVICES = ['approval-processing-service', 'approval-request-service', 'notification-service'];
const CACHE_HOST = 'erp.abc.apn2.cache.amazonaws.com';
const URL = 'https://d1.cloudfront.net';

const node = (name: string, zone: string, kafka: boolean) => ({
  metadata: { name, labels: { 'topology.kubernetes.io/zone': zone, workload: kafka ? 'kafka' : 'service' } },
  spec: kafka ? { taints: [{ key: 'workload', value: 'kafka', effect: 'NoSchedule' }] } : {},
});
const pod = (app: string, i: number, nodeName: string) => ({
  metadata: { name: `${app}-${i}`, labels: { app } },
  spec: { nodeName },
  status: {},
});
const workload = (name: string, ready: number, replicas = ready) => ({
  metadata: { name },
  spec: { replicas, template: { spec: { containers: [] } } },
  status: { readyReplicas: ready },
});

/** A deployment of a service that was told where the cache is. */
const client = (name: string, host?: string) => ({
  ...workload(name, 2),
  spec: {
    replicas: 2,
    template: { spec: { containers: [{ name, env: host ? [{ name: 'REDIS_HOST', value: host }] : [] }] } },
  },
});

/** The cluster as the spec's placement table wants it. */
function healthyCluster(): Record<string, object[]> {
  const erp = 'namespaces/erp-dev';
  const others = ['erp-dev-xray', 'external-secrets-system', 'kube-system'].flatMap((namespace) => [
    [
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      namespace === 'erp-dev-xray' ? [] : [workload('controller', 2)],
    ],
    [`/apis/apps/v1/namespaces/${namespace}/statefulsets`, []],
    [
      `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
      [{ metadata: { name: 'daemon' }, status: { desiredNumberScheduled: 4, numberReady: 4 } }],
    ],
    [`/api/v1/namespaces/${namespace}/pods`, []],
  ]);
  return {
    '/api/v1/nodes': ZONES.flatMap((zone) => [node(`service-${zone}`, zone, false), node(`kafka-${zone}`, zone, true)]),
    ...(Object.fromEntries(others) as Record<string, object[]>),
    [`/apis/apps/v1/${erp}/deployments`]: SERVICES.map((name) => client(name, CACHE_HOST)),
    [`/apis/apps/v1/${erp}/statefulsets`]: ['kafka', 'zookeeper'].map((name) => workload(name, 3)),
    [`/apis/apps/v1/${erp}/daemonsets`]: [],
    [`/api/v1/${erp}/pods`]: [
      ...SERVICES.flatMap((name) => ZONES.map((zone, i) => pod(name, i, `service-${zone}`))),
      ...['kafka', 'zookeeper'].flatMap((name) => [0, 1, 2].map((i) => pod(name, i, `kafka-${ZONES[i % 2]}`))),
    ],
    [`/api/v1/${erp}/persistentvolumeclaims`]: [
      { metadata: { name: 'kafka-data-kafka-0' }, status: { phase: 'Bound' } },
    ],
    [`/apis/autoscaling/v2/${erp}/horizontalpodautoscalers`]: SERVICES.map((name) => ({
      metadata: { name: `${name}-hpa` },
      status: { conditions: [{ type: 'ScalingActive', status: 'True' }], currentMetrics: [{ type: 'Resource' }] },
    })),
    [`/apis/elbv2.k8s.aws/v1beta1/${erp}/targetgroupbindings`]: SERVICES.map((name) => ({
      metadata: { name: `${name}-tgb` },
      spec: { targetGroupARN: `arn:${name}` },
    })),
    [`/apis/external-secrets.io/v1/${erp}/externalsecrets`]: ['mysql-secret', 'mongodb-secret'].map((name) => ({
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    })),
  };
}

const RELEASES = [
  {
    name: 'aws-load-balancer-controller',
    namespace: 'kube-system',
    chart: 'aws-load-balancer-controller',
    version: '3.2.2',
  },
  { name: 'external-secrets', namespace: 'external-secrets-system', chart: 'external-secrets', version: '2.9.0' },
  { name: 'metrics-server', namespace: 'kube-system', chart: 'metrics-server', version: '3.13.1' },
  { name: 'erp-microservices', namespace: 'erp-dev', chart: 'erp-microservices', version: '1.0.0' },
].map((release) => ({ ...release, status: 'deployed' }));

const healthy = (Id: string) => ({ Target: { Id }, TargetHealth: { State: 'healthy' } });
const stack = (StackName: unknown, more: object = {}) => ({
  Stacks: {
    member: {
      StackName,
      StackStatus: 'CREATE_COMPLETE',
      CreationTime: '2026-01-01T00:00:00Z',
      ...(StackName === 'ErpDevEdge' && { Outputs: { member: { OutputKey: 'FrontendUrl', OutputValue: URL } } }),
      ...more,
    },
  },
});
const resource = (ResourceType: string, PhysicalResourceId: string, ResourceStatus = 'CREATE_COMPLETE') => ({
  StackResourceSummaries: {
    member: {
      LogicalResourceId: 'Resource',
      ResourceType,
      PhysicalResourceId,
      ResourceStatus,
      LastUpdatedTimestamp: '2026-11-20T00:00:00Z',
    },
  },
});
const replicationGroup = (more: object = {}) => ({
  ReplicationGroups: {
    ReplicationGroup: {
      ReplicationGroupId: 'erp1',
      Status: 'available',
      MemberClusters: { ClusterId: ['erp1-001'] },
      AutomaticFailover: 'disabled',
      NodeGroups: { NodeGroup: { PrimaryEndpoint: { Address: CACHE_HOST } } },
      ...more,
    },
  },
});
const HEALTHY: Answers = {
  DescribeStacks: ({ StackName }) => stack(StackName),
  ListStackResources: ({ StackName }) =>
    StackName === 'ErpDevEmployee'
      ? resource('Custom::Trigger', 'trigger')
      : StackName === 'ErpDevEdge'
        ? resource('AWS::ElasticLoadBalancingV2::TargetGroup', 'arn:employee')
        : StackName === 'ErpDevData'
          ? resource('AWS::ElastiCache::ReplicationGroup', 'erp1')
          : { StackResourceSummaries: {} },
  DescribeTargetGroups: { TargetGroups: { member: { TargetGroupArn: 'arn:employee', TargetType: 'alb', Port: 8081 } } },
  DescribeTargetHealth: { TargetHealthDescriptions: { member: [healthy('10.0.8.5'), healthy('10.0.12.7')] } },
  DescribeReplicationGroups: replicationGroup(),
  DescribeCluster: () => ({ cluster: { endpoint: kubernetes.endpoint } }),
};
const ANSWERS: Record<string, { status: number; body: string }> = {
  '/': { status: 200, body: '<!doctype html><html lang="ko"></html>' },
  '/config.json': {
    status: 200,
    body: '{"environment":"dev","VITE_API_BASE_URL":"https://d1.cloudfront.net"}',
  },
  ...Object.fromEntries(
    ['employees', 'attendance', 'quests', 'leaves', 'approvals', 'process', 'notifications'].map((route) => [
      `/api/${route}`,
      { status: 401, body: '{"message":"Unauthorized"}' },
    ]),
  ),
};

interface Scenario {
  readonly answers?: Answers;
  readonly cluster?: Record<string, object[]>;
  readonly releases?: FakeKubernetes['releases'];
  readonly forbidden?: readonly string[];
  readonly pages?: typeof ANSWERS;
  readonly props?: Partial<VerifyProps>;
}

async function run({ answers, cluster, releases = RELEASES, forbidden = [], pages, props }: Scenario = {}) {
  aws.answers = { ...HEALTHY, ...answers };
  kubernetes.items = { ...healthyCluster(), ...cluster };
  kubernetes.releases = releases;
  kubernetes.forbidden = forbidden;
  return verify({
    environment,
    stacks,
    aws: aws.aws(),
    cluster: kubernetes.access(),
    request: async (url) => ({ ...ANSWERS, ...pages })[url.slice(URL.length)]!,
    ...props,
  });
}

const withCache = (cache: Partial<typeof environment.config.cache>) => ({
  environment: { ...environment, config: { ...environment.config, cache: { ...environment.config.cache, ...cache } } },
});

/** kubectl and Helm themselves, out of the kubectl layer, with the kubeconfig that the command writes. */
const REAL = { cluster: undefined };

async function lines(check: string, scenario: Scenario): Promise<string[]> {
  const findings = await run(scenario);
  expect(exitCode(findings)).toBe(1);
  return findings
    .filter((finding) => finding.check === check)
    .map((finding) => `${finding.result}: ${finding.found}${finding.result === 'ok' ? '' : ` | ${finding.fix}`}`);
}

describe('verify', () => {
  test.each([
    ['kubectl and Helm', REAL],
    ['a stand-in for both', {}],
  ])('passes for a deployment as the spec wants it, seen by %s', async (_, props) => {
    const findings = await run({ props });
    expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
    expect(findings.map(({ found }) => found)).toEqual(
      expect.arrayContaining([
        '6 complete',
        'applied, last on 2026-11-20',
        'port 8081: 2 healthy',
        `${CACHE_HOST}: 1 available`,
        'approval-processing-service, notification-service',
        'https://d1.cloudfront.net/api/employees: asks for a token',
        'https://d1.cloudfront.net/api/leaves: asks for a token',
        'https://d1.cloudfront.net/api/notifications: asks for a token',
        'erp-microservices erp-microservices-1.0.0, revision 1',
        'erp-dev: 12 ready',
        'notification-service: 1 in ap-northeast-2a, 1 in ap-northeast-2c',
        'kafka: 2 in ap-northeast-2a, 1 in ap-northeast-2c',
        '3, all with metrics',
        'mysql-secret, mongodb-secret synced',
        '1 bound',
      ]),
    );
    expect(exitCode(findings)).toBe(0);
  });

  test('says which services are stand-ins, and passes: they are what was asked for', async () => {
    const runs = (name: string, image: string) => {
      const { spec, ...rest } = client(name, CACHE_HOST);
      const containers = spec.template.spec.containers.map((container) => ({ ...container, image }));
      return { ...rest, spec: { ...spec, template: { spec: { containers } } } };
    };
    const findings = await run({
      cluster: {
        '/apis/apps/v1/namespaces/erp-dev/deployments': [
          runs(
            'approval-request-service',
            '1.dkr.ecr.ap-northeast-2.amazonaws.com/erp/approval-request-service:latest',
          ),
          runs('approval-processing-service', 'docker.io/hashicorp/http-echo:1.0.0'),
          runs('notification-service', 'docker.io/hashicorp/http-echo:1.0.0'),
        ],
      },
    });
    expect(findings.filter(({ result }) => result !== 'ok')).toEqual([
      {
        check: 'Stand-ins',
        result: 'warning',
        found: 'stand-ins run in place of approval-processing-service, notification-service',
        fix: expect.stringContaining('npx cdk deploy ErpDev without -c standIn'),
      },
    ]);
    expect(exitCode(findings)).toBe(0);
  });

  const erp = 'namespaces/erp-dev';
  test.each<[string, string, Scenario, string]>([
    [
      'Stacks',
      'a stack is missing',
      {
        answers: {
          DescribeStacks: ({ StackName }) =>
            StackName === 'ErpDev' ? new FakeError('ValidationError', 'Stack ErpDev does not exist') : stack(StackName),
        },
      },
      'failed: ErpDev does not exist | npx cdk deploy ErpDev',
    ],
    [
      'Stacks',
      'a stack was rolled back',
      {
        answers: {
          DescribeStacks: ({ StackName }) =>
            stack(StackName, StackName === 'ErpDevData' ? { StackStatus: 'UPDATE_ROLLBACK_COMPLETE' } : {}),
        },
      },
      'failed: ErpDevData is UPDATE_ROLLBACK_COMPLETE | the events of ErpDevData in the CloudFormation console name the cause; then npx cdk deploy ErpDevData',
    ],
    [
      'Stacks',
      'a deployment runs',
      {
        answers: {
          DescribeStacks: ({ StackName }) =>
            stack(StackName, StackName === 'ErpDevData' ? { StackStatus: 'UPDATE_IN_PROGRESS' } : {}),
        },
      },
      'failed: ErpDevData is UPDATE_IN_PROGRESS | wait until the deployment ends',
    ],
    [
      'Database migration',
      'the migration failed',
      {
        answers: {
          ListStackResources: ({ StackName }) =>
            StackName === 'ErpDevEmployee'
              ? resource('Custom::Trigger', 'trigger', 'UPDATE_FAILED')
              : (HEALTHY.ListStackResources as (input: object) => object)({ StackName }),
        },
      },
      'failed: UPDATE_FAILED | docs/runbook.md#failed-migration',
    ],
    [
      'Database migration',
      'no migration is deployed',
      { answers: { ListStackResources: { StackResourceSummaries: {} } } },
      'failed: has not run | npx cdk deploy ErpDev, then see docs/runbook.md#failed-migration',
    ],
    [
      'Database migration',
      'the users of the database are made, and no migration is deployed',
      {
        answers: {
          ListStackResources: ({ StackName }) =>
            StackName === 'ErpDevData' ? resource('Custom::Trigger', 'trigger') : { StackResourceSummaries: [] },
        },
      },
      'failed: has not run | npx cdk deploy ErpDev, then see docs/runbook.md#failed-migration',
    ],
    [
      'Cache',
      'the cache is being mended',
      { answers: { DescribeReplicationGroups: replicationGroup({ Status: 'modifying' }) } },
      'failed: erp1 is modifying | aws elasticache describe-replication-groups --replication-group-id erp1; docs/runbook.md#cache',
    ],
    [
      'Cache',
      'the cache is not there',
      {
        answers: {
          ListStackResources: ({ StackName }) =>
            StackName === 'ErpDevData'
              ? { StackResourceSummaries: {} }
              : (HEALTHY.ListStackResources as (input: object) => object)({ StackName }),
        },
      },
      'failed: there is none | see the stacks above',
    ],
    [
      'Cache',
      'the standby of prod is missing',
      { props: withCache({ nodes: 2 }) },
      'failed: erp1 has 1 of 2 nodes | aws elasticache describe-replication-groups --replication-group-id erp1; docs/runbook.md#cache',
    ],
    [
      'Cache',
      'the standby of prod would not take over',
      {
        answers: {
          DescribeReplicationGroups: replicationGroup({ MemberClusters: { ClusterId: ['erp1-001', 'erp1-002'] } }),
        },
        props: withCache({ nodes: 2 }),
      },
      'failed: erp1: automatic failover is disabled | aws elasticache describe-replication-groups --replication-group-id erp1; docs/runbook.md#cache',
    ],
    [
      'Way to the cache',
      'a service was told the address of a cache that has gone, another none',
      {
        cluster: {
          [`/apis/apps/v1/${erp}/deployments`]: [
            client('approval-processing-service', 'old.example.com'),
            client('approval-request-service'),
            client('notification-service', CACHE_HOST),
          ],
        },
      },
      `failed: approval-processing-service has REDIS_HOST old.example.com; the cache is at ${CACHE_HOST} | write the release again: docs/runbook.md#release-missing`,
    ],
    [
      'Employee service',
      'the load balancer of the employee service is sick',
      {
        answers: {
          DescribeTargetHealth: {
            TargetHealthDescriptions: {
              member: {
                Target: { Id: 'arn:alb' },
                TargetHealth: { State: 'unhealthy', Reason: 'Target.FailedHealthChecks' },
              },
            },
          },
        },
      },
      'failed: port 8081: arn:alb unhealthy (Target.FailedHealthChecks) | aws elbv2 describe-target-health --target-group-arn arn:employee; docs/runbook.md#unhealthy-targets',
    ],
    [
      'Employee service',
      'no target group is deployed',
      { answers: { ListStackResources: { StackResourceSummaries: {} } } },
      'failed: there are no target groups | see the stacks above',
    ],
    [
      'Target groups',
      'all targets leave',
      {
        answers: {
          DescribeTargetHealth: {
            TargetHealthDescriptions: { member: { Target: { Id: '10.0.8.5' }, TargetHealth: { State: 'draining' } } },
          },
        },
      },
      'failed: notification-service-tgb: no targets | aws elbv2 describe-target-health --target-group-arn arn:notification-service; docs/runbook.md#unhealthy-targets',
    ],
    [
      'Target groups',
      'a service has no binding',
      { cluster: { [`/apis/elbv2.k8s.aws/v1beta1/${erp}/targetgroupbindings`]: [] } },
      'failed: 0 bindings for 3 services | see the Helm releases above; docs/runbook.md#unhealthy-targets',
    ],
    [
      'Public address',
      'the frontend is missing',
      { pages: { '/': { status: 403, body: '<Error>AccessDenied</Error>' } } },
      'failed: https://d1.cloudfront.net/ answers 403: <Error>AccessDenied</Error> | is the bucket FrontendBucket filled? npx cdk deploy the Edge stack',
    ],
    [
      'Public address',
      'the settings are not JSON',
      { pages: { '/config.json': { status: 200, body: '<html>' } } },
      'failed: https://d1.cloudfront.net/config.json answers 200: <html> | npx cdk deploy the Edge stack, which writes the file',
    ],
    [
      'Public address',
      'the API fails',
      { pages: { '/api/employees': { status: 503, body: '{"message":"Service Unavailable"}' } } },
      'failed: https://d1.cloudfront.net/api/employees answers 503: {"message":"Service Unavailable"} | docs/runbook.md#api-5xx',
    ],
    [
      'Public address',
      'the machine stands in another country',
      {
        pages: {
          '/': {
            status: 403,
            body: 'The Amazon CloudFront distribution is configured to block access from your country.',
          },
        },
      },
      'failed: https://d1.cloudfront.net does not serve the country of this machine | ask from one of KR, or add yours to edge.countries in lib/config/environments/dev.ts',
    ],
    [
      'Public address',
      'there is no network',
      {
        props: {
          request: async () => {
            throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND d1.cloudfront.net') });
          },
        },
      },
      'failed: https://d1.cloudfront.net cannot be reached: getaddrinfo ENOTFOUND d1.cloudfront.net | check the network; is the distribution deployed?',
    ],
    [
      'Public address',
      'the edge is not deployed',
      { answers: { DescribeStacks: ({ StackName }) => stack(StackName, { Outputs: {} }) } },
      'failed: no stack has an output FrontendUrl | see the stacks above',
    ],
    [
      'Helm releases',
      'a release is missing',
      { releases: RELEASES.slice(1) },
      'failed: aws-load-balancer-controller is not in namespace kube-system | npx cdk deploy ErpDev; if that finds no changes, docs/runbook.md#release-missing',
    ],
    [
      'Helm releases',
      'a release is stuck',
      { releases: RELEASES.map((release) => ({ ...release, status: 'pending-upgrade' })), props: REAL },
      'failed: erp-microservices is pending-upgrade | docs/runbook.md#release-pending',
    ],
    [
      'Helm releases',
      'a release failed',
      { releases: RELEASES.map((release) => ({ ...release, status: 'failed' })) },
      'failed: erp-microservices is failed | helm history erp-microservices -n erp-dev, then npx cdk deploy ErpDev',
    ],
    [
      'Helm releases',
      'somebody installed another version',
      { releases: RELEASES.map((release) => ({ ...release, version: '1.0.0' })) },
      'failed: metrics-server is metrics-server-1.0.0, not 3.13.1 | docs/runbook.md#release-missing',
    ],
    [
      'Helm releases',
      'the caller may not read releases',
      { forbidden: ['/api/v1/secrets'], props: REAL },
      'not run: Error: list: failed to list: reading /api/v1/secrets is forbidden | kubernetes.access in lib/config: AmazonEKSAdminViewPolicy may read everything that is looked at',
    ],
    [
      'Pods',
      'pods crash',
      {
        cluster: {
          [`/apis/apps/v1/${erp}/deployments`]: [workload('notification-service', 1, 2)],
          [`/api/v1/${erp}/pods`]: [
            {
              metadata: { name: 'notification-service-1' },
              status: { containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
            },
            {
              metadata: { name: 'kafka-2' },
              status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/4 nodes are available' }] },
            },
          ],
        },
      },
      'failed: erp-dev: notification-service 1/2\nnotification-service-1: CrashLoopBackOff\nkafka-2: 0/4 nodes are available | kubectl describe pods -n erp-dev; docs/runbook.md#pods',
    ],
    [
      'Pods',
      'a namespace is empty',
      { cluster: { '/apis/apps/v1/namespaces/erp-dev-xray/daemonsets': [] } },
      'failed: nothing runs in erp-dev-xray | see the Helm releases above',
    ],
    [
      'Placement',
      'a service pod stands on a Kafka node',
      {
        cluster: {
          [`/api/v1/${erp}/pods`]: ZONES.map((zone, i) => pod('notification-service', i, `kafka-${zone}`)),
        },
      },
      'failed: notification-service-0, notification-service-1 on the nodes with workload=kafka | compare labels and taints of the nodes (kubectl describe nodes) with lib/platform/cluster/node-groups.ts; kubectl get pods -n erp-dev -l app=notification-service -o wide',
    ],
    [
      'Placement',
      'a broker stands on a service node',
      { cluster: { [`/api/v1/${erp}/pods`]: [pod('kafka', 0, 'service-ap-northeast-2a')] } },
      'failed: kafka-0 outside of the nodes with workload=kafka | compare labels and taints of the nodes (kubectl describe nodes) with lib/platform/cluster/node-groups.ts; kubectl get pods -n erp-dev -l app=kafka -o wide',
    ],
    [
      'Placement',
      'a zone is empty',
      {
        cluster: {
          [`/api/v1/${erp}/pods`]: [0, 1].map((i) => pod('notification-service', i, 'service-ap-northeast-2a')),
        },
      },
      'failed: notification-service: 2 in ap-northeast-2a, 0 in ap-northeast-2c | is a node of that zone missing? docs/runbook.md#zone-loss',
    ],
    [
      'Placement',
      'the only pod of a zone is on its way out',
      {
        cluster: {
          [`/api/v1/${erp}/pods`]: ZONES.map((zone, i) => ({
            ...pod('notification-service', i, `service-${zone}`),
            ...(i === 1 && {
              metadata: {
                name: 'leaving',
                labels: { app: 'notification-service' },
                deletionTimestamp: '2026-01-01T00:00:00Z',
              },
            }),
          })),
        },
      },
      'failed: notification-service: 1 in ap-northeast-2a, 0 in ap-northeast-2c | is a node of that zone missing? docs/runbook.md#zone-loss',
    ],
    [
      'Placement',
      'nothing is placed',
      { cluster: { [`/api/v1/${erp}/pods`]: [] } },
      'failed: zookeeper has no pod on any node | kubectl get pods -n erp-dev -l app=zookeeper -o wide',
    ],
    [
      'Autoscalers',
      'metrics are missing',
      {
        cluster: {
          [`/apis/autoscaling/v2/${erp}/horizontalpodautoscalers`]: [
            {
              metadata: { name: 'notification-service-hpa' },
              status: {
                conditions: [{ type: 'ScalingActive', status: 'False', message: 'no metrics known for pod' }],
              },
            },
          ],
        },
      },
      'failed: notification-service-hpa: no metrics known for pod | docs/runbook.md#hpa',
    ],
    [
      'Autoscalers',
      'there are none',
      { cluster: { [`/apis/autoscaling/v2/${erp}/horizontalpodautoscalers`]: [] } },
      'failed: none in erp-dev | is hpa.enabled off in the values? see the Helm releases above',
    ],
    [
      'External secrets',
      'a secret is not synced',
      {
        cluster: {
          [`/apis/external-secrets.io/v1/${erp}/externalsecrets`]: [
            {
              metadata: { name: 'mysql-secret' },
              status: { conditions: [{ type: 'Ready', status: 'False', message: 'could not get secret data' }] },
            },
          ],
        },
      },
      'failed: mysql-secret: could not get secret data | docs/runbook.md#external-secrets',
    ],
    [
      'External secrets',
      'there are none',
      { cluster: { [`/apis/external-secrets.io/v1/${erp}/externalsecrets`]: [] } },
      'failed: none in erp-dev | see the Helm releases above',
    ],
    [
      'Volume claims',
      'a claim waits',
      {
        cluster: {
          [`/api/v1/${erp}/persistentvolumeclaims`]: [
            { metadata: { name: 'kafka-data-kafka-2' }, status: { phase: 'Pending' } },
          ],
        },
      },
      'failed: kafka-data-kafka-2 is Pending | kubectl describe pvc -n erp-dev kafka-data-kafka-2; docs/runbook.md#kafka',
    ],
    [
      'Kubernetes API',
      'the endpoint is private',
      { answers: { DescribeCluster: { cluster: { endpoint: 'http://127.0.0.1:9' } } }, props: REAL },
      'failed: erp-dev-cluster cannot be reached from here (The connection to the server 127.0.0.1:9 was refused - did you specify the right host or port?); its endpoint is private | either add your address to kubernetes.publicAccessCidrs in lib/config/environments/dev.ts and npx cdk deploy the Cluster stack\nor go through a node: docs/runbook.md#private-endpoint, then npm run verify -- dev --kubeconfig <file>',
    ],
    [
      'Kubernetes API',
      'the cluster does not know the caller',
      { forbidden: ['/version'], props: REAL },
      'failed: erp-dev-cluster does not know the caller: Error from server (Forbidden): reading /version is forbidden | add your role to kubernetes.access in lib/config/environments/dev.ts (AmazonEKSAdminViewPolicy is enough) and deploy',
    ],
    [
      'Kubernetes API',
      'there is no cluster',
      {
        answers: { DescribeCluster: new FakeError('ResourceNotFoundException', 'No cluster found', 404) },
        props: REAL,
      },
      'failed: ResourceNotFoundException: No cluster found | run the command again; if it stays, the message says what AWS refuses',
    ],
    [
      'AWS',
      'the credentials are no good',
      { answers: { DescribeStacks: new FakeError('InvalidClientTokenId') } },
      'failed: AWS does not accept the credentials (InvalidClientTokenId) | sign in (aws sso login, or aws configure), set AWS_PROFILE if the profile is not the default one',
    ],
  ])('%s: %s', async (check, _, scenario, expected) => {
    expect(await lines(check, scenario)).toContain(expected);
  });

  test.each([
    [
      false,
      'warning: 2 of 10 are off, deletion protection of cluster erp-prod-cluster among them | npx cdk deploy ErpProd, without -c protection=off',
    ],
    [true, 'ok: on, of all stacks and of what they hold'],
  ])('prod that is protected against deletion: %s', async (deletionProtection, line) => {
    const held: Record<string, [type: string, id: string]> = {
      ErpProdCluster: ['AWS::EKS::Cluster', 'erp-prod-cluster'],
      ErpProdData: ['AWS::RDS::DBInstance', 'erp-prod-mysql'],
    };
    const answers: Answers = {
      DescribeStacks: ({ StackName }) => stack(StackName, { EnableTerminationProtection: true }),
      ListStackResources: ({ StackName }) => resource(...(held[String(StackName)] ?? (['X', 'x'] as const))),
      DescribeCluster: { cluster: { endpoint: kubernetes.endpoint, deletionProtection } },
      DescribeDBInstances: { DBInstances: { DBInstance: { DeletionProtection: deletionProtection } } },
    };
    const props = { environment: loadEnvironments([CONFIGS.prod])[0]!, stacks: stacksOf(assembly, 'prod') };
    expect(await lines('Protection', { answers, props })).toEqual([line]);
  });

  test('the token is a presigned question for this cluster, as EKS expects it', async () => {
    const token = await clusterToken(aws.aws(), 'erp-dev-cluster');
    expect(token).toMatch(/^k8s-aws-v1\./);
    const { host, searchParams } = new globalThis.URL(Buffer.from(token.slice(11), 'base64url').toString());
    expect(host).toBe('sts.ap-northeast-2.amazonaws.com');
    expect(searchParams.get('Action')).toBe('GetCallerIdentity');
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-k8s-aws-id');
    expect(searchParams.get('X-Amz-Expires')).toBe('60');
  });
});
