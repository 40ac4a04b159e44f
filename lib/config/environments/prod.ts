import type { EnvironmentSettings } from '../environment';

/** Production: survives the loss of a zone and a slip of the hand. */
const settings: EnvironmentSettings = {
  region: 'ap-northeast-2',
  network: {
    cidr: '10.1.0.0/16',
    availabilityZones: ['ap-northeast-2a', 'ap-northeast-2c'],
    natGateways: 2,
  },
  kubernetes: {
    version: '1.31',
    publicAccessCidrs: [],
    access: [],
    // Three services at five to twenty pods of 550m and 1.1 GiB each: all sixty, because nothing adds nodes by itself.
    serviceNodes: { instanceTypes: ['m6i.2xlarge'], minSize: 3, maxSize: 6, diskSize: 50 },
  },
  database: {
    instanceType: 'm7g.large',
    multiAz: true,
    allocatedStorage: 100,
    maxAllocatedStorage: 500,
    backupRetentionDays: 14,
    performanceInsights: true,
    backupPlan: true,
  },
  msk: { instanceType: 'kafka.m7g.large', version: '3.9.x.kraft', storage: 100, maxStorage: 1000 },
  // Sessions and messages under way: megabytes. The standby is what production pays for.
  cache: { nodeType: 'cache.t4g.small', nodes: 2, version: '9.1', snapshotRetentionDays: 15 },
  employee: { memory: 1024, reservedConcurrency: 50 },
  edge: {
    corsOrigins: [],
    countries: ['KR'],
    firewall: true,
    mfa: 'required',
    threatProtection: true,
    throttlingRate: 1000,
    throttlingBurst: 2000,
  },
  observability: {
    containerInsights: true,
    // The first mail comes at four fifths, which is above what `npm run cost` finds.
    monthlyBudget: 4500,
    costAnomalies: true,
  },
  logRetentionDays: 365,
  removal: 'retain',
  protection: true,
};

export default settings;
