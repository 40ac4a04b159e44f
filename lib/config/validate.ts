import * as fs from 'fs';
import * as path from 'path';
import { type EnvironmentConfig, type NodeGroupConfig, configFile } from './environment';
import { upgradeTargets } from './kubernetes-versions';
import type { Problem } from './problems';
import { settingsProblems } from './settings-check';

const REPOSITORY = path.join(__dirname, '..', '..');

type Check = (field: string, value: unknown, ok: boolean, allowed: string) => void;

/** What a schema cannot say about a config: arithmetic, and what fields say of each other. */
interface Rule {
  /** Fields that the rule reads. Where one of them has a problem of its own, the rule is not asked. */
  readonly reads: readonly string[];

  readonly rule: (config: EnvironmentConfig, check: Check) => void;
}

const RULES: readonly Rule[] = [
  {
    reads: ['network.cidr'],
    rule: ({ network: { cidr } }, check) =>
      check('network.cidr', cidr, isVpcCidr(cidr), 'a private IPv4 network address with a prefix from /16 to /20'),
  },
  {
    reads: ['region', 'network.availabilityZones'],
    rule: ({ region, network: { availabilityZones: zones } }, check) => {
      check('network.availabilityZones', zones, new Set(zones).size === zones.length, 'two different zones');
      zones.forEach((zone, i) =>
        check(
          `network.availabilityZones[${i}]`,
          zone,
          zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length)),
          `a zone of ${region}, such as ${region}a`,
        ),
      );
    },
  },
  {
    reads: ['kubernetes.version', 'kubernetes.deployedVersion'],
    rule: ({ kubernetes: { version, deployedVersion } }, check) => {
      if (deployedVersion === undefined) return;
      const targets = upgradeTargets(deployedVersion);
      check(
        'kubernetes.version',
        version,
        targets.includes(version),
        `${targets.join(' or ')}: the cluster runs ${deployedVersion}, and EKS upgrades one minor at a time`,
      );
    },
  },
  {
    reads: ['kubernetes.publicAccessCidrs'],
    rule: ({ kubernetes: { publicAccessCidrs } }, check) =>
      publicAccessCidrs.forEach((cidr, i) =>
        check(
          `kubernetes.publicAccessCidrs[${i}]`,
          cidr,
          isCidr(cidr) && !cidr.endsWith('/0'),
          'an IPv4 CIDR narrower than /0',
        ),
      ),
  },
  {
    reads: ['kubernetes.access'],
    rule: ({ kubernetes: { access } }, check) => {
      const principals = access.map(({ principalArn }) => principalArn);
      check('kubernetes.access', principals, new Set(principals).size === principals.length, 'one entry per principal');
    },
  },
  {
    reads: ['kubernetes.serviceNodes'],
    rule: ({ kubernetes: { serviceNodes } }, check) => checkNodes('kubernetes.serviceNodes', serviceNodes, check),
  },
  {
    reads: ['kubernetes.kafkaNodes'],
    rule: ({ kubernetes: { kafkaNodes } }, check) => {
      if (kafkaNodes) checkNodes('kubernetes.kafkaNodes', kafkaNodes, check);
    },
  },
  {
    reads: ['database.allocatedStorage', 'database.maxAllocatedStorage'],
    rule: ({ database: { allocatedStorage, maxAllocatedStorage } }, check) =>
      check(
        'database.maxAllocatedStorage',
        maxAllocatedStorage,
        maxAllocatedStorage >= allocatedStorage,
        `at least database.allocatedStorage (${allocatedStorage})`,
      ),
  },
  {
    reads: ['database.backupPlan', 'removal'],
    rule: ({ database: { backupPlan }, removal }, check) =>
      check(
        'database.backupPlan',
        backupPlan,
        !backupPlan || removal === 'retain',
        'false while removal is destroy: AWS deletes no vault that holds backups',
      ),
  },
  {
    reads: ['msk.storage', 'msk.maxStorage'],
    rule: ({ msk }, check) => {
      if (!msk) return;
      const { storage, maxStorage } = msk;
      check('msk.maxStorage', maxStorage, maxStorage >= storage, `at least msk.storage (${storage})`);
    },
  },
  {
    reads: ['edge.domain.name', 'edge.domain.hostedZoneName'],
    rule: ({ edge: { domain } }, check) => {
      if (!domain) return;
      const { name, hostedZoneName } = domain;
      const belongs = name === hostedZoneName || name.endsWith(`.${hostedZoneName}`);
      check('edge.domain.hostedZoneName', hostedZoneName, belongs, `a zone that ${name} belongs to`);
    },
  },
  {
    reads: ['edge.frontend'],
    rule: ({ edge: { frontend } }, check) => {
      if (frontend === undefined) return;
      const exists = fs.existsSync(path.join(REPOSITORY, frontend, 'index.html'));
      check(
        'edge.frontend',
        frontend,
        exists,
        'a folder with an index.html, relative to the repository: build it first',
      );
    },
  },
  {
    reads: ['observability.costAnomalies', 'observability.monthlyBudget'],
    rule: ({ observability: { costAnomalies, monthlyBudget } }, check) =>
      check(
        'observability.costAnomalies',
        costAnomalies,
        !costAnomalies || monthlyBudget !== undefined,
        'false, or true beside a monthlyBudget: a tenth of that is what counts as an anomaly',
      ),
  },
];

/** Checks one environment's config, without stopping at the first problem. */
export function validateConfig(config: EnvironmentConfig): Problem[] {
  const { name, ...settings } = config;
  const file = configFile(name);
  const problems = settingsProblems(settings, file);
  const readable = RULES.filter(({ reads }) => areSound(reads, problems));
  const broken: Problem[] = [];
  for (const { rule } of readable) {
    rule(config, (field, value, ok, allowed) => {
      if (!ok) broken.push({ file, field, value, allowed });
    });
  }
  return [...problems, ...broken];
}

/** Whether no problem is about one of the fields, what they are in, or what is in them. */
export function areSound(fields: readonly string[], problems: readonly Problem[]): boolean {
  const isIn = (inner: string, outer: string) =>
    outer === '' || inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return !problems.some(({ field: bad }) => fields.some((field) => isIn(field, bad) || isIn(bad, field)));
}

function checkNodes(field: string, { instanceTypes, minSize, maxSize }: NodeGroupConfig, check: Check): void {
  check(
    `${field}.instanceTypes`,
    instanceTypes,
    new Set(instanceTypes.map(isArm)).size === 1,
    'one or more instance types, all arm64 or all x86_64',
  );
  check(`${field}.maxSize`, maxSize, maxSize >= minSize, `at least ${field}.minSize (${minSize})`);
}

/** Whether an instance type has Graviton processors: its family name carries a g after the generation. */
export function isArm(instanceType: string): boolean {
  return /^[a-z]+\d+[a-z]*g[a-z]*\./.test(instanceType);
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
