import { EMPLOYEE_PORT } from '../../../../lib/config/values';
import { type AssemblyStack, stacksOf } from '../../../../lib/assembly/assembly';
import { delivery } from '../delivery/fixture';
import { assemblePlatform } from '../../tools/operations/assembled';
import { type Endpoint, INTERNET, Reachability } from './reachability';
import { CONFIGS } from '../../synth';

/* eslint-disable @typescript-eslint/no-explicit-any -- a template is JSON of any shape */
type Properties = Record<string, any>;

/** What has security groups: found by what it is, wherever it stands. Where several match, each is an endpoint. */
const ENDPOINTS: Readonly<
  Record<string, { type: string; groups: (properties: Properties, logicalId: string) => unknown }>
> = {
  'VPC link': { type: 'AWS::ApiGatewayV2::VpcLink', groups: ({ SecurityGroupIds }) => SecurityGroupIds },
  NLB: {
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    groups: ({ Type, SecurityGroups }) => Type === 'network' && SecurityGroups,
  },
  ALB: {
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    groups: ({ Type, SecurityGroups }) => Type === 'application' && SecurityGroups,
  },
  // Nodes and pods have the group that EKS makes.
  pods: { type: 'AWS::EKS::Cluster', groups: (_, id) => ({ 'Fn::GetAtt': [id, 'ClusterSecurityGroupId'] }) },
  // Its interfaces have that group as well.
  'control plane': {
    type: 'AWS::EKS::Cluster',
    groups: ({ ResourcesVpcConfig }, id) => [
      ResourcesVpcConfig.SecurityGroupIds,
      { 'Fn::GetAtt': [id, 'ClusterSecurityGroupId'] },
    ],
  },
  // The only ones without a name of ours.
  'kubectl function': functionOf(({ FunctionName }) => !FunctionName),
  'employee function': functionOf(({ FunctionName }) => /-employee$/.test(FunctionName)),
  'employee migration': functionOf(({ FunctionName }) => /-employee-migration$/.test(FunctionName)),
  'database users': functionOf(({ FunctionName }) => /-database-users$/.test(FunctionName)),
  rotation: { type: 'AWS::Serverless::Application', groups: ({ Parameters }) => Parameters.vpcSecurityGroupIds },
  MySQL: { type: 'AWS::RDS::DBInstance', groups: ({ VPCSecurityGroups }) => VPCSecurityGroups },
  MSK: { type: 'AWS::MSK::Cluster', groups: ({ BrokerNodeGroupInfo }) => BrokerNodeGroupInfo.SecurityGroups },
  cache: { type: 'AWS::ElastiCache::ReplicationGroup', groups: ({ SecurityGroupIds }) => SecurityGroupIds },
  releases: { type: 'AWS::CodeBuild::Project', groups: ({ VpcConfig }) => VpcConfig?.SecurityGroupIds },
};

function functionOf(is: (properties: Properties) => boolean) {
  return {
    type: 'AWS::Lambda::Function',
    groups: (properties: Properties) => is(properties) && properties.VpcConfig?.SecurityGroupIds,
  };
}

type Ports = (reachability: Reachability) => number[];

const ports =
  (...numbers: number[]): Ports =>
  () =>
    numbers;
const ofResources =
  (type: string, read: (properties: Properties) => unknown[]): Ports =>
  (reachability) =>
    reachability
      .ofType(type)
      .flatMap(({ properties }) => read(properties))
      .filter((port) => port !== undefined)
      .map(Number);
/** Where a target listens, and where it is asked for its health. */
const targets = (targetType: string): Ports =>
  ofResources('AWS::ElasticLoadBalancingV2::TargetGroup', ({ TargetType, Port, HealthCheckPort }) =>
    TargetType === targetType ? [Port, /^\d+$/.test(HealthCheckPort) ? HealthCheckPort : undefined] : [],
  );
const database = ofResources('AWS::RDS::DBInstance', ({ Port }) => [Port]);
const https = ports(443);

/** Every connection that the platform needs. A row says who connects to whom on which ports. */
const PATHS: [from: string, to: string, ports: Ports][] = [
  [
    'VPC link',
    'NLB',
    ofResources('AWS::ElasticLoadBalancingV2::Listener', ({ Protocol, Port }) => [
      Protocol === 'TCP' ? Port : undefined,
    ]),
  ],
  ['NLB', 'pods', targets('ip')],
  ['NLB', 'ALB', targets('alb')],
  ['pods', 'NLB', ports(EMPLOYEE_PORT)],
  // DNS, gRPC, Kafka and ZooKeeper in the cluster.
  ['pods', 'pods', ports(53, 9090, 9092, 2181)],
  ['pods', 'MSK', ports(9094)],
  ['pods', 'cache', ports(6379)],
  // Image registry and APIs of AWS; MongoDB Atlas.
  ['pods', INTERNET, ports(443, 27017)],
  ['pods', 'control plane', https],
  // Kubelets and metrics-server, and the webhooks of the controllers.
  ['control plane', 'pods', ports(443, 10250, 9443)],
  ['kubectl function', 'control plane', https],
  ['kubectl function', INTERNET, https],
  ['employee function', 'MySQL', database],
  ['employee function', INTERNET, https],
  ['employee migration', 'MySQL', database],
  ['employee migration', INTERNET, https],
  ['database users', 'MySQL', database],
  ['database users', INTERNET, https],
  ['rotation', 'MySQL', database],
  ['rotation', INTERNET, https],
  ['releases', 'control plane', https],
  ['releases', INTERNET, https],
];

/** Connections that nobody needs. */
const CLOSED: [from: string, to: string, ports: Ports][] = [
  ['VPC link', 'pods', targets('ip')],
  ['VPC link', 'ALB', targets('alb')],
  ['pods', 'ALB', targets('alb')],
  ['pods', 'MySQL', database],
  ['NLB', 'pods', ports(9090, 10250)],
  ['NLB', INTERNET, https],
  ['employee function', 'pods', targets('ip')],
];

const platforms: [string, AssemblyStack[], absent: string[]][] = (() => {
  const plain = assemblePlatform();
  const delivered = assemblePlatform([{ ...CONFIGS.dev, delivery }]);
  return [
    ['dev', stacksOf(plain, 'dev'), ['MSK', 'releases']],
    ['prod', stacksOf(plain, 'prod'), ['releases']],
    ['dev with a pipeline', stacksOf(delivered, 'dev'), ['MSK']],
  ];
})();

describe.each(platforms)('%s', (_, stacks, absent) => {
  const reachability = new Reachability(stacks);
  const endpoints = new Map(
    Object.entries(ENDPOINTS).map(([name, { type, groups }]) => [
      name,
      reachability.ofType(type).flatMap(({ stack, logicalId, properties }): Endpoint[] => {
        const value = groups(properties, logicalId);
        return value ? [{ name, groups: reachability.groupsIn(stack, value) }] : [];
      }),
    ]),
  );
  const lacks = ([from, to, portsOf]: (typeof PATHS)[number]) =>
    (endpoints.get(from) ?? []).flatMap((origin) =>
      (to === INTERNET ? [INTERNET as typeof INTERNET] : (endpoints.get(to) ?? [])).flatMap((destination) =>
        portsOf(reachability).map((port) => reachability.missing(origin, destination, port)),
      ),
    );

  test('every port of every path is open on both sides', () => {
    expect(PATHS.flatMap(lacks).flat()).toEqual([]);
  });

  test('what nobody needs is closed', () => {
    for (const path of CLOSED) {
      const found = lacks(path);
      expect(found.length).toBeGreaterThan(0);
      for (const missing of found) expect([path.slice(0, 2), missing]).not.toEqual([path.slice(0, 2), []]);
    }
  });

  test('the table knows everything that has a security group', () => {
    const found = [...endpoints].filter(([, all]) => all.length > 0);
    expect(Object.keys(ENDPOINTS).filter((name) => !found.some(([other]) => other === name))).toEqual(absent);
    const inTable = new Set(
      found
        .filter(([name]) => PATHS.some((path) => path.includes(name)))
        .flatMap(([, all]) => all.flatMap(({ groups }) => groups)),
    );
    const groups = reachability
      .ofType('AWS::EC2::SecurityGroup')
      .map(({ stack, logicalId }) => `${stack.name}/${logicalId}`);
    expect(groups.filter((group) => !inTable.has(group))).toEqual([]);
    for (const [name, , portsOf] of PATHS.filter(([from, to]) => ![from, to].some((one) => absent.includes(one))))
      expect([name, portsOf(reachability).length]).not.toEqual([name, 0]);
  });
});
