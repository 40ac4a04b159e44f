import { readEnvironments } from '../../lib/config';
import { STATEFUL } from '../../lib/tools/review/stateful';
import { CHART, CONFIGS, type Synth, helmValues, synth } from '../lib/synth';
import { shippedChart } from '../chart/render';

// A run may bring more: services, access, stacks that a config asks for. What stands here has to stay.
const configs = readEnvironments().map(({ config }) => config);
const shipped = synth({ configs, chart: shippedChart });
const frozen = synth({ configs: Object.values(CONFIGS), chart: CHART });

interface Found {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const found = (app: Synth): Found[] =>
  app.assembly().stacks.flatMap(({ stackName, template }) =>
    Object.entries(
      (template as { Resources: Record<string, { Type: string; Properties?: Found['properties'] }> }).Resources,
    ).map(([logicalId, { Type, Properties = {} }]) => ({
      stack: stackName,
      logicalId,
      type: Type,
      properties: Properties,
    })),
  );

/** Lines about what the shipped environments have, beside lines about what they promise. */
function lines(describe: (resource: Found) => string[]): [shipped: string[], promised: string[]] {
  return [found(shipped).flatMap(describe), found(frozen).flatMap(describe)];
}

test('there are dev and prod, and nothing in them is wrong', () => {
  expect(configs.map(({ name }) => name)).toEqual(expect.arrayContaining(['dev', 'prod']));
});

test('every stack keeps its name', () => {
  const names = (app: Synth) => app.assembly().stacks.map(({ stackName }) => stackName);
  expect(names(shipped)).toEqual(expect.arrayContaining(names(frozen)));
});

test('nothing that holds data gets another logical id', () => {
  const [has, promised] = lines(({ stack, logicalId, type }) =>
    type in STATEFUL ? [`${stack}/${logicalId} ${type}`] : [],
  );
  expect(promised.length).toBeGreaterThan(30);
  expect(has).toEqual(expect.arrayContaining(promised));
});

test('nothing gets another name that people, pods or other accounts know it by', () => {
  const NAMES = ['ClusterName', 'DBInstanceIdentifier', 'FunctionName', 'Name', 'RepositoryName', 'ReplicationGroupId'];
  const [has, promised] = lines(({ stack, type, properties }) =>
    NAMES.filter((name) => typeof properties[name] === 'string').map(
      (name) => `${stack} ${type}.${name} ${String(properties[name])}`,
    ),
  );
  for (const name of ['erp-dev-cluster', 'erp-dev-nlb', 'erp/dev/mysql', 'erp-prod-employee']) {
    expect(promised.join('\n')).toContain(name);
  }
  expect(has).toEqual(expect.arrayContaining(promised));
});

test('Helm releases keep name and namespace, and no stack gets further ones', () => {
  const [has, promised] = lines(({ stack, type, properties: { Namespace, Release } }) =>
    type === 'Custom::AWSCDK-EKS-HelmChart' ? [`${stack} ${String(Namespace)}/${String(Release)}`] : [],
  );
  expect(promised).toContain('ErpDev erp-dev/erp-microservices');
  expect(has).toEqual(promised);
});

test('the API reaches every service under its route and port', () => {
  const [has, promised] = lines(({ stack, type, properties: { RouteKey, Port, Protocol } }) => [
    ...(type === 'AWS::ApiGatewayV2::Route' ? [`${stack} ${String(RouteKey)}`] : []),
    ...(type === 'AWS::ElasticLoadBalancingV2::Listener' ? [`${stack} ${String(Protocol)} ${String(Port)}`] : []),
  ]);
  expect(promised).toEqual(
    expect.arrayContaining(
      [8081, 8082, 8083, 8084].flatMap((port) => ['Dev', 'Prod'].map((name) => `Erp${name}Edge TCP ${port}`)),
    ),
  );
  expect(has).toEqual(expect.arrayContaining(promised));
});

test.each([
  ['ErpDev', 2, 3, { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } }],
  ['ErpProd', 5, 20, { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2000m', memory: '2Gi' } }],
])('%s has the sizes of the specification', (stack, minReplicas, maxReplicas, resources) => {
  expect(helmValues(shipped.template(stack), 'erp-microservices').serviceDefaults).toMatchObject({
    replicaCount: minReplicas,
    resources,
    hpa: { minReplicas, maxReplicas, targetCPUUtilizationPercentage: 70 },
  });
});
