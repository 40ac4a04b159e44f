import {
  type Assembly,
  type AssemblyStack,
  type FoundResource,
  type Properties,
  type Resource,
  resourcesOf,
} from '../../assembly/assembly';
import { References } from '../../assembly/references';
import { HELM_CHART, type Release, readReleases, valuesInTemplates } from '../../assembly/releases';

/** What a box stands for; decides its colour. */
export type Category = 'entry' | 'network' | 'compute' | 'data' | 'release' | 'delivery' | 'watch';

export interface Box {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly category: Category;
}

/** A stack, or a release inside of one. */
export interface Group {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly boxes: readonly Box[];
  readonly groups: readonly Group[];
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** What the picture shows: what the stacks hold and how a request goes through it, and which stack needs which. */
export interface Model {
  readonly groups: readonly Group[];
  readonly arrows: readonly Arrow[];
  readonly stacks: readonly Box[];
  readonly dependencies: readonly Arrow[];
}

interface Kind {
  readonly category: Category;

  /** Title and subtitle of a box. */
  readonly describe: (properties: Properties, logicalId: string) => readonly [string, string];

  /** One box with the number of them instead of a box each; by a text, one box per text. */
  readonly together?: boolean | ((properties: Properties) => string);

  /** Whether a resource of the type gets a box at all. */
  readonly shown?: (properties: Properties) => boolean;
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const named = (property: string) => (properties: Properties) => text(properties[property]) !== '';

/** Resource types with a box; everything else belongs to one of them or is plumbing. */
const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::WAFv2::WebACL': { category: 'entry', describe: () => ['AWS WAF', 'web ACL'] },
  'AWS::CloudFront::Distribution': { category: 'entry', describe: () => ['CloudFront', 'HTTPS, frontend and /api'] },
  'AWS::S3::Bucket': { category: 'data', describe: (_, id) => ['S3 bucket', words(id)] },
  'AWS::Cognito::UserPool': { category: 'entry', describe: () => ['Cognito', 'user pool'] },
  'AWS::ApiGatewayV2::Api': { category: 'entry', describe: () => ['API Gateway', 'HTTP API, JWT on every route'] },
  'AWS::ApiGatewayV2::VpcLink': { category: 'network', describe: () => ['VPC Link', 'into the VPC'] },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    category: 'network',
    describe: ({ Type, Name }) => [
      Type === 'network' ? 'Network Load Balancer' : 'Application Load Balancer',
      text(Name),
    ],
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    category: 'network',
    describe: ({ Port, TargetType }) => [`Target group ${text(Port)}`, `type ${text(TargetType)}`],
    shown: named('Port'),
  },
  'AWS::Lambda::Function': {
    category: 'compute',
    describe: ({ FunctionName }) => ['Lambda', text(FunctionName)],
    shown: named('FunctionName'),
  },
  'AWS::RDS::DBInstance': {
    category: 'data',
    describe: ({ Engine, EngineVersion, DBInstanceClass }) => [
      `RDS ${text(Engine) === 'mysql' ? 'MySQL' : text(Engine)} ${text(EngineVersion)}`,
      text(DBInstanceClass),
    ],
  },
  'AWS::SecretsManager::Secret': {
    category: 'data',
    describe: ({ Name }) => ['Secret', text(Name)],
    shown: named('Name'),
  },
  'AWS::MSK::Cluster': {
    category: 'data',
    describe: ({ KafkaVersion }) => ['Amazon MSK', `Kafka ${text(KafkaVersion)}`],
  },
  'AWS::ElastiCache::ReplicationGroup': {
    category: 'data',
    describe: ({ Engine, EngineVersion, CacheNodeType }) => [
      `ElastiCache ${text(Engine) === 'valkey' ? 'Valkey' : text(Engine)} ${text(EngineVersion)}`,
      text(CacheNodeType),
    ],
  },
  'AWS::Backup::BackupPlan': { category: 'data', describe: () => ['AWS Backup', 'daily'] },
  'AWS::EC2::VPC': { category: 'network', describe: ({ CidrBlock }) => ['VPC', text(CidrBlock)] },
  'AWS::EC2::Subnet': { category: 'network', describe: () => ['Subnets', ''], together: true },
  'AWS::EC2::NatGateway': { category: 'network', describe: () => ['NAT gateway', ''], together: true },
  'AWS::EKS::Cluster': {
    category: 'compute',
    describe: ({ Version, Name }) => [`EKS ${text(Version)}`, text(Name)],
  },
  'AWS::EKS::Nodegroup': {
    category: 'compute',
    describe: ({ InstanceTypes, Labels, Taints }) => [
      `Node groups: ${text((Labels as Properties | undefined)?.workload)}`,
      `of ${[InstanceTypes].flat().map(text).join(', ')}${Taints ? ', tainted' : ''}`,
    ],
    together: ({ Labels }) => text((Labels as Properties | undefined)?.workload),
  },
  'AWS::EKS::Addon': { category: 'compute', describe: () => ['EKS add-ons', ''], together: true },
  'AWS::ECR::Repository': { category: 'data', describe: () => ['ECR repositories', ''], together: true },
  'AWS::CodePipeline::Pipeline': { category: 'delivery', describe: ({ Name }) => ['CodePipeline', text(Name)] },
  'AWS::CodeBuild::Project': { category: 'delivery', describe: () => ['CodeBuild', 'projects'], together: true },
  'AWS::CloudWatch::Alarm': { category: 'watch', describe: () => ['CloudWatch alarms', ''], together: true },
  'AWS::CloudWatch::Dashboard': { category: 'watch', describe: () => ['Dashboard', ''], together: true },
  'AWS::SNS::Topic': { category: 'watch', describe: () => ['SNS topic', ''], together: true },
  [HELM_CHART]: {
    category: 'release',
    describe: ({ Release, Version }) => [text(Release), `Helm release${text(Version) && ` ${text(Version)}`}`],
  },
};

/** From a resource without a box to the one it belongs to. */
const BELONGS_TO: Readonly<Record<string, string>> = {
  'AWS::ElasticLoadBalancingV2::Listener': 'LoadBalancerArn',
  // The one that has no port leads to a function.
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'Targets',
  'AWS::Lambda::Alias': 'FunctionName',
  'AWS::Lambda::Version': 'FunctionName',
  'AWS::SecretsManager::SecretTargetAttachment': 'SecretId',
};

/** How resources lead requests on: by type, the properties with the origin and with the destination. Empty is the resource. */
const LEADS: readonly { readonly type: string; readonly from: string; readonly to: string }[] = [
  { type: 'AWS::CloudFront::Distribution', from: 'DistributionConfig.WebACLId', to: '' },
  { type: 'AWS::CloudFront::Distribution', from: '', to: 'DistributionConfig.Origins' },
  { type: 'AWS::ApiGatewayV2::Authorizer', from: 'ApiId', to: 'JwtConfiguration.Issuer' },
  { type: 'AWS::ApiGatewayV2::Integration', from: 'ApiId', to: 'ConnectionId' },
  { type: 'AWS::ApiGatewayV2::Integration', from: 'ConnectionId', to: 'IntegrationUri' },
  { type: 'AWS::ElasticLoadBalancingV2::Listener', from: 'LoadBalancerArn', to: 'DefaultActions' },
  { type: 'AWS::ElasticLoadBalancingV2::ListenerRule', from: 'ListenerArn', to: 'Actions' },
  { type: 'AWS::ElasticLoadBalancingV2::TargetGroup', from: '', to: 'Targets' },
  { type: 'AWS::SecretsManager::SecretTargetAttachment', from: 'SecretId', to: 'TargetId' },
  { type: 'AWS::SecretsManager::Secret', from: '', to: 'GenerateSecretString' },
  { type: 'AWS::Lambda::Function', from: '', to: 'Environment' },
  { type: 'AWS::Backup::BackupSelection', from: 'BackupPlanId', to: 'BackupSelection' },
  { type: 'AWS::EKS::Nodegroup', from: 'ClusterName', to: '' },
  { type: 'AWS::EKS::Addon', from: 'ClusterName', to: '' },
  { type: 'AWS::EKS::Nodegroup', from: '', to: 'Subnets' },
  { type: 'AWS::EC2::Subnet', from: '', to: 'VpcId' },
  { type: 'AWS::EC2::NatGateway', from: 'SubnetId', to: '' },
  { type: 'AWS::CodePipeline::Pipeline', from: '', to: 'Stages' },
];

/** Reads the picture out of the stacks of one environment, and the services out of the chart among the assets. */
export function modelOf({ stacks, assets }: Pick<Assembly, 'stacks' | 'assets'>): Model {
  const finder = new Boxes(stacks);
  const arrows = new Map<string, Arrow>();
  const connect = (from: string, to: string) => {
    if (from !== to) arrows.set(`${from} ${to}`, { from, to });
  };
  // What values refer to is drawn, so a mark stands for it that leads back to the resource.
  const marked = new Map<unknown, FoundResource>();
  const all = readReleases(
    { stacks, assets },
    {
      reference: ({ stack, name }) => {
        const mark = `<${stack.name}/${name}>`;
        for (const resource of finder.resources(stack, { Ref: name })) marked.set(mark, resource);
        return mark;
      },
      result: (words) => `<${words}>`,
    },
  );
  const boxesBehind = (value: unknown) => finder.boxesOf([marked.get(value) ?? []].flat());

  const groups = stacks.map((stack) => stackGroup(stack, { stacks, releases: all, finder, connect, boxesBehind }));
  for (const { type, from, to } of LEADS) {
    for (const resource of resourcesOf(stacks, type)) {
      const ends = (path: string) =>
        path === '' ? finder.boxesOf([resource]) : finder.boxesIn(resource.stack, valueAt(resource.properties, path));
      for (const origin of ends(from)) for (const destination of ends(to)) connect(origin, destination);
    }
  }
  const names = new Set(stacks.map(({ name }) => name));
  return {
    groups,
    arrows: [...arrows.values()],
    stacks: stacks.map(({ name, region }) => ({
      id: `stack ${name}`,
      title: name,
      subtitle: region,
      category: 'compute',
    })),
    dependencies: direct(stacks).filter(({ from, to }) => names.has(from) && names.has(to)),
  };
}

/** Dependencies that no longer way says as well. */
function direct(stacks: readonly AssemblyStack[]): Arrow[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const upstream = (name: string): Set<string> => {
    const { dependencies = [] } = byName.get(name) ?? {};
    return new Set(dependencies.flatMap((one) => [one, ...upstream(one)]));
  };
  return stacks.flatMap(({ name, dependencies }) =>
    dependencies
      .filter((one) => !dependencies.some((other) => upstream(other).has(one)))
      .map((one) => ({ from: one, to: name })),
  );
}

interface Drawing {
  readonly stacks: readonly AssemblyStack[];
  readonly releases: readonly Release[];
  readonly finder: Boxes;

  readonly connect: (from: string, to: string) => void;

  /** Ids of the boxes that a text out of the values stands for. */
  readonly boxesBehind: (value: unknown) => string[];
}

/** A stack with a box per resource that the picture shows, or per kind of them, and the releases that it installs. */
function stackGroup(stack: AssemblyStack, drawing: Drawing): Group {
  const boxes = new Map<string, Box>();
  const releases: Group[] = [];
  const counts = new Map<string, number>();
  for (const [logicalId, resource] of Object.entries(stack.resources)) {
    const kind = kindOf(resource);
    if (!kind) continue;
    const release = drawing.releases.find((one) => one.stack === stack.name && one.logicalId === logicalId);
    const clusters = drawing.finder.boxesIn(stack, resource.Properties?.ClusterName);
    const group = release && releaseGroup(release, clusters, drawing);
    if (group) {
      releases.push(group);
      continue;
    }
    const id = boxId(stack, logicalId, resource);
    const [title, subtitle] = kind.describe(resource.Properties ?? {}, logicalId);
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    boxes.set(id, {
      id,
      title,
      subtitle: kind.together ? [count, subtitle].filter(Boolean).join(' ') : subtitle,
      category: kind.category,
    });
  }
  if (boxes.size + releases.length === 0) {
    const count = Object.keys(stack.resources).length;
    const id = `${stack.name}/resources`;
    boxes.set(id, { id, title: `${count} resources`, subtitle: '', category: 'watch' });
  }
  return {
    id: stack.name,
    title: stack.name,
    subtitle: stack.description.replace(/^[^:]*: /, ''),
    boxes: [...boxes.values()],
    groups: releases,
  };
}

/**
 * A release of the bundled chart with its services, where the values tell them.
 *
 * @param clusters ids of the boxes of the cluster that the release goes to
 */
function releaseGroup(
  release: Release,
  clusters: readonly string[],
  { stacks, connect, boxesBehind }: Drawing,
): Group | undefined {
  const { name, stack, logicalId, chart } = release;
  if (chart.kind !== 'bundled') return undefined;
  const values = valuesInTemplates(release);
  const services = Object.entries((values.services ?? {}) as Record<string, Record<string, unknown>>);
  const id = `${stack}/${logicalId}`;
  const boxes: Box[] = [];
  const add = (key: string, title: string, subtitle: string) => {
    boxes.push({ id: `${id}/${key}`, title, subtitle, category: 'release' });
    return `${id}/${key}`;
  };
  const boxOf = new Map(
    services.map(([key, service]) => [key, add(key, text(service.name), `pods, port ${text(service.port)}`)]),
  );
  const { mode } = (values.kafka ?? {}) as { mode?: string };
  const kafka = mode && mode !== 'msk' ? add('kafka', 'Kafka', 'pods on the tainted nodes') : undefined;
  if (kafka && mode === 'zookeeper') connect(kafka, add('zookeeper', 'ZooKeeper', 'pods on the tainted nodes'));
  for (const cluster of clusters) connect(id, cluster);
  const { host } = (values.redis ?? {}) as { host?: string };
  const cache = boxesBehind(host);
  const msk =
    mode === 'msk' ? resourcesOf(stacks, 'AWS::MSK::Cluster').map((one) => boxId(one.stack, one.logicalId, one)) : [];

  for (const [key, service] of services) {
    const box = boxOf.get(key);
    if (!box) continue;
    const { arn } = (service.targetGroup ?? {}) as { arn?: string };
    for (const targetGroup of boxesBehind(arn)) connect(targetGroup, box);
    const { uses = {}, calls = {} } = service as { uses?: Record<string, boolean>; calls?: object };
    for (const peer of Object.keys(calls)) {
      const other = boxOf.get(peer);
      if (other) connect(box, other);
    }
    if (uses.kafka) for (const broker of kafka ? [kafka] : msk) connect(box, broker);
    if (uses.redis) for (const one of cache) connect(box, one);
  }
  return { id, title: name, subtitle: 'Helm release of chart/', boxes, groups: [] };
}

function kindOf({ Type, Properties = {} }: Resource): Kind | undefined {
  const kind = KINDS[Type];
  return kind && (kind.shown?.(Properties) ?? true) ? kind : undefined;
}

function boxId({ name }: AssemblyStack, logicalId: string, { Type, Properties = {} }: Resource): string {
  const together = KINDS[Type]?.together;
  if (!together) return `${name}/${logicalId}`;
  return `${name}/${Type}${typeof together === 'function' ? ` ${together(Properties)}` : ''}`;
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((below, key) => (below as Record<string, unknown> | undefined)?.[key], value);
}

/** `FrontendBucketEFE2E19C` is a `Frontend Bucket`. */
function words(logicalId: string): string {
  return logicalId
    .replace(/[0-9A-F]{8}$/, '')
    .replace(/Bucket$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

/** Finds the boxes that a value of a template leads to. */
class Boxes extends References {
  /** Ids of the boxes that a value leads to. */
  boxesIn(stack: AssemblyStack, value: unknown): string[] {
    return this.boxesOf(this.resources(stack, value));
  }

  /** Ids of the boxes that resources are or belong to. */
  boxesOf(resources: readonly FoundResource[]): string[] {
    const ids = resources.flatMap((resource): string[] => {
      if (kindOf(resource)) return [boxId(resource.stack, resource.logicalId, resource)];
      const owner = BELONGS_TO[resource.Type];
      return owner ? this.boxesIn(resource.stack, resource.properties[owner]) : [];
    });
    return [...new Set(ids)];
  }
}
