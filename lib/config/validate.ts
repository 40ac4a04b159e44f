import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CLUSTER_ACCESS_POLICIES, type EnvironmentConfig, type NodeGroupConfig } from './environment';
import { KUBERNETES_VERSION_NAMES, upgradeTargets } from './kubernetes-versions';
import { type Problem } from './problems';

const LOG_RETENTIONS = Object.values(RetentionDays).filter(
  (days): days is number => typeof days === 'number' && days < RetentionDays.INFINITE,
);

/**
 * Checks one environment's config, without stopping at the first problem.
 *
 * @param file the file people would edit, for the messages
 */
export function validateConfig(config: EnvironmentConfig, file: string): Problem[] {
  const problems: Problem[] = [];
  const check = (field: string, value: unknown, ok: boolean, allowed: string) => {
    if (!ok) problems.push({ file, field, value, allowed });
  };
  const integer = (field: string, value: number, min: number, max: number) =>
    check(
      field,
      value,
      Number.isInteger(value) && value >= min && value <= max,
      `a whole number from ${min} to ${max}`,
    );

  if (config.account !== undefined) check('account', config.account, /^\d{12}$/.test(config.account), 'twelve digits');
  check('region', config.region, /^[a-z]{2}(-[a-z]+)+-\d$/.test(config.region), 'an AWS region such as ap-northeast-2');

  const { network, kubernetes, database, msk, cache, employee, edge, observability, delivery } = config;
  check(
    'network.cidr',
    network.cidr,
    isVpcCidr(network.cidr),
    'a private IPv4 network address with a prefix from /16 to /20',
  );
  const zones = network.availabilityZones;
  check('network.availabilityZones', zones, zones.length === 2 && new Set(zones).size === 2, 'two different zones');
  zones.forEach((zone, i) =>
    check(
      `network.availabilityZones[${i}]`,
      zone,
      zone.startsWith(config.region) && /^[a-z]$/.test(zone.slice(config.region.length)),
      `a zone of ${config.region}, such as ${config.region}a`,
    ),
  );
  check('network.natGateways', network.natGateways, [1, 2].includes(network.natGateways), '1, or 2 for one per zone');

  check(
    'kubernetes.version',
    kubernetes.version,
    KUBERNETES_VERSION_NAMES.includes(kubernetes.version),
    KUBERNETES_VERSION_NAMES.join(', '),
  );
  const { deployedVersion } = kubernetes;
  if (deployedVersion !== undefined) {
    check(
      'kubernetes.deployedVersion',
      deployedVersion,
      KUBERNETES_VERSION_NAMES.includes(deployedVersion),
      KUBERNETES_VERSION_NAMES.join(', '),
    );
    const targets = upgradeTargets(deployedVersion);
    check(
      'kubernetes.version',
      kubernetes.version,
      targets.includes(kubernetes.version),
      `${targets.join(' or ')}: the cluster runs ${deployedVersion}, and EKS upgrades one minor at a time`,
    );
  }
  kubernetes.publicAccessCidrs.forEach((cidr, i) =>
    check(
      `kubernetes.publicAccessCidrs[${i}]`,
      cidr,
      isCidr(cidr) && !cidr.endsWith('/0'),
      'an IPv4 CIDR narrower than /0',
    ),
  );
  kubernetes.access.forEach((entry, i) => {
    check(
      `kubernetes.access[${i}].principalArn`,
      entry.principalArn,
      /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/.test(entry.principalArn),
      'the ARN of an IAM role or user',
    );
    check(
      `kubernetes.access[${i}].policy`,
      entry.policy,
      CLUSTER_ACCESS_POLICIES.includes(entry.policy),
      CLUSTER_ACCESS_POLICIES.join(', '),
    );
  });
  const principals = kubernetes.access.map(({ principalArn }) => principalArn);
  check('kubernetes.access', principals, new Set(principals).size === principals.length, 'one entry per principal');
  const nodes = (field: string, group: NodeGroupConfig) => {
    check(
      `${field}.instanceTypes`,
      group.instanceTypes,
      group.instanceTypes.length > 0 && new Set(group.instanceTypes.map(isArm)).size === 1,
      'one or more instance types, all arm64 or all x86_64',
    );
    group.instanceTypes.forEach((type, i) =>
      check(`${field}.instanceTypes[${i}]`, type, isInstanceType(type), 'an EC2 instance type such as t3.medium'),
    );
    integer(`${field}.minSize`, group.minSize, 1, 100);
    integer(`${field}.maxSize`, group.maxSize, group.minSize, 100);
    integer(`${field}.diskSize`, group.diskSize, 20, 1000);
  };
  nodes('kubernetes.serviceNodes', kubernetes.serviceNodes);
  if (kubernetes.kafkaNodes) nodes('kubernetes.kafkaNodes', kubernetes.kafkaNodes);

  check(
    'database.instanceType',
    database.instanceType,
    isInstanceType(database.instanceType),
    'an RDS type such as t4g.micro',
  );
  integer('database.allocatedStorage', database.allocatedStorage, 20, 65536);
  integer('database.maxAllocatedStorage', database.maxAllocatedStorage, database.allocatedStorage, 65536);
  integer('database.backupRetentionDays', database.backupRetentionDays, 1, 35);

  if (msk) {
    check(
      'msk.instanceType',
      msk.instanceType,
      /^kafka\.(t3|m5|m7g)\.\w+$/.test(msk.instanceType),
      'a kafka.t3, kafka.m5 or kafka.m7g type',
    );
    check(
      'msk.version',
      msk.version,
      /^\d+\.\d+\.(\d+|x)(\.kraft)?$/.test(msk.version),
      'a version such as 3.9.x.kraft',
    );
    integer('msk.storage', msk.storage, 1, 16384);
    integer('msk.maxStorage', msk.maxStorage, msk.storage, 16384);
  }

  check(
    'cache.nodeType',
    cache.nodeType,
    cache.nodeType.startsWith('cache.') && isInstanceType(cache.nodeType.slice('cache.'.length)),
    'an ElastiCache node type such as cache.t4g.micro',
  );
  check('cache.nodes', cache.nodes, [1, 2].includes(cache.nodes), '1, or 2 for one per zone');
  check(
    'cache.version',
    cache.version,
    /^(7\.2|[89]\.\d|[1-9]\d\.\d)$/.test(cache.version),
    'a Valkey version such as 9.1, 7.2 or later',
  );
  integer('cache.snapshotRetentionDays', cache.snapshotRetentionDays, 0, 35);

  integer('employee.memory', employee.memory, 128, 10240);
  if (employee.reservedConcurrency !== undefined)
    integer('employee.reservedConcurrency', employee.reservedConcurrency, 1, 900);

  edge.corsOrigins.forEach((origin, i) =>
    check(
      `edge.corsOrigins[${i}]`,
      origin,
      /^https:\/\/[^/*]+$|^http:\/\/localhost(:\d+)?$/.test(origin),
      'an https origin without path or wildcard',
    ),
  );
  check('edge.countries', edge.countries, edge.countries.length > 0, 'one or more ISO 3166-1 alpha-2 codes');
  edge.countries.forEach((country, i) =>
    check(`edge.countries[${i}]`, country, /^[A-Z]{2}$/.test(country), 'an ISO 3166-1 alpha-2 code such as KR'),
  );
  const { selfSignUp } = edge;
  if (selfSignUp !== undefined) check('edge.selfSignUp', selfSignUp, typeof selfSignUp === 'boolean', 'true, false');
  check('edge.mfa', edge.mfa, ['optional', 'required'].includes(edge.mfa), 'optional, required');
  integer('edge.throttlingRate', edge.throttlingRate, 1, 10000);
  integer('edge.throttlingBurst', edge.throttlingBurst, 1, 5000);
  if (edge.domain) {
    const { name, certificateArn, hostedZoneName } = edge.domain;
    check('edge.domain.name', name, /^([a-z0-9-]+\.)+[a-z]{2,}$/.test(name), 'a host name');
    check(
      'edge.domain.certificateArn',
      certificateArn,
      /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/.+$/.test(certificateArn),
      'the ARN of an ACM certificate in us-east-1',
    );
    check(
      'edge.domain.hostedZoneName',
      hostedZoneName,
      name === hostedZoneName || name.endsWith(`.${hostedZoneName}`),
      `a zone that ${name} belongs to`,
    );
  }

  const { alarmEmail, monthlyBudget, costAnomalies } = observability;
  if (alarmEmail !== undefined)
    check('observability.alarmEmail', alarmEmail, /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(alarmEmail), 'an e-mail address');
  if (monthlyBudget !== undefined) integer('observability.monthlyBudget', monthlyBudget, 1, 1_000_000);
  check(
    'observability.costAnomalies',
    costAnomalies,
    !costAnomalies || monthlyBudget !== undefined,
    'false, or true beside a monthlyBudget: a tenth of that is what counts as an anomaly',
  );

  if (delivery) {
    const { connectionArn, branch, servicesFolder, sharedPaths = [] } = delivery;
    check(
      'delivery.connectionArn',
      connectionArn,
      /^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection\/[0-9a-f-]+$/.test(
        connectionArn,
      ),
      'the ARN of a CodeConnections connection',
    );
    for (const field of ['servicesRepository', 'platformRepository'] as const) {
      check(`delivery.${field}`, delivery[field], /^[\w.-]+(\/[\w.-]+)+$/.test(delivery[field]), 'owner/name');
    }
    check('delivery.branch', branch, /^[\w.-]+(\/[\w.-]+)*$/.test(branch), 'a branch name without wildcards');
    const folder = 'a relative path without leading or trailing slash, .. and wildcards';
    if (servicesFolder !== undefined)
      check('delivery.servicesFolder', servicesFolder, isRelativePath(servicesFolder), folder);
    sharedPaths.forEach((path, i) => check(`delivery.sharedPaths[${i}]`, path, isRelativePath(path), folder));
  }

  check(
    'logRetentionDays',
    config.logRetentionDays,
    LOG_RETENTIONS.includes(config.logRetentionDays),
    LOG_RETENTIONS.join(', '),
  );
  check('removal', config.removal, ['destroy', 'retain'].includes(config.removal), 'destroy, retain');
  check('protection', config.protection, typeof config.protection === 'boolean', 'true, false');
  return problems;
}

/** Whether an instance type has Graviton processors: its family name carries a g after the generation. */
export function isArm(instanceType: string): boolean {
  return /^[a-z]+\d+[a-z]*g[a-z]*\./.test(instanceType);
}

function isInstanceType(type: string): boolean {
  return /^[a-z]+\d[a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal)$/.test(type);
}

function isRelativePath(path: string): boolean {
  return path.split('/').every((part) => /^[\w.-]+$/.test(part) && part !== '.' && part !== '..');
}

function octets(address: string): number[] {
  return address.split('.').map(Number);
}

function isCidr(cidr: string): boolean {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr);
  if (!match?.[1] || !match[2]) return false;
  const prefix = Number(match[2]);
  const parts = octets(match[1]);
  if (prefix > 32 || parts.some((part) => part > 255)) return false;
  const address = parts.reduce((sum, part) => sum * 256 + part, 0);
  return address % 2 ** (32 - prefix) === 0;
}

function isVpcCidr(cidr: string): boolean {
  if (!isCidr(cidr)) return false;
  const [first, second = 0] = octets(cidr);
  const prefix = Number(cidr.split('/')[1]);
  const isPrivate = first === 10 || (first === 172 && second >= 16 && second < 32) || (first === 192 && second === 168);
  return isPrivate && prefix >= 16 && prefix <= 20;
}
