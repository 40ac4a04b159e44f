import type { EnvironmentSettings } from '../environment';

/** Development: the spec's sizes, everything destroyable, nothing paid for that a test does not need. */
const settings: EnvironmentSettings = {
  region: 'ap-northeast-2',
  network: {
    cidr: '10.0.0.0/16',
    availabilityZones: ['ap-northeast-2a', 'ap-northeast-2c'],
    natGateways: 1,
  },
  kubernetes: {
    version: '1.31',
    publicAccessCidrs: [],
    access: [],
    // Two a zone, because one zone's nodes must hold all pods when a node or the other zone is away: 2.7 cores.
    serviceNodes: { instanceTypes: ['t3.medium'], minSize: 2, maxSize: 3, diskSize: 20 },
    // A second one is started before a zone's only one is drained, or the broker budget would hold the drain for ever.
    // ZooKeeper and a broker ask for 2.5 GiB together, and one zone holds two of three brokers.
    kafkaNodes: { instanceTypes: ['t3.large'], minSize: 1, maxSize: 2, diskSize: 20 },
  },
  database: {
    instanceType: 't4g.micro',
    multiAz: false,
    allocatedStorage: 20,
    maxAllocatedStorage: 50,
    backupRetentionDays: 1,
    performanceInsights: false,
    backupPlan: false,
  },
  cache: { nodeType: 'cache.t4g.micro', nodes: 1, version: '9.1', snapshotRetentionDays: 0 },
  employee: { memory: 512 },
  edge: {
    corsOrigins: [],
    countries: ['KR'],
    firewall: false,
    mfa: 'optional',
    threatProtection: false,
    throttlingRate: 100,
    throttlingBurst: 200,
  },
  observability: {
    // The agents would take the room that one zone's nodes need when the other one is away.
    containerInsights: false,
    // The first mail comes at four fifths, which is above what `npm run cost` finds.
    monthlyBudget: 1200,
    // Would need a bootstrapped us-east-1, which nothing else in dev does.
    costAnomalies: false,
  },
  logRetentionDays: 14,
  removal: 'destroy',
  protection: false,
};

export default settings;
