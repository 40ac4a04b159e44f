import { stacksOf } from '../../../lib/assembly/assembly';
import { removalPlan } from '../../../lib/tools/operations/destroy/plan';
import { delivery } from '../platform/delivery/fixture';
import { CONFIGS, type EnvironmentName, chartWith, config } from '../synth';
import { type Account } from './account';
import { appOf } from './apps';
import { type App, type FailOptions, deployed, failEach, failFirst, problems } from './failures';

const { msk } = CONFIGS.prod;
const { kafkaNodes } = CONFIGS.dev.kubernetes;

type Changes = Parameters<typeof config>[1];
type Values = Parameters<typeof chartWith>[1];

const ENVIRONMENTS = ['dev', 'prod'] as const;

/** What `cdk deploy` is told, in this order; the pipeline comes after what it releases. */
const COMMANDS = { dev: ['ErpDev', 'ErpDevDelivery'], prod: ['ErpProd', 'ErpProdDelivery'] };

/** One service less, and nobody that calls it. */
const WITHOUT_NOTIFICATION: Values = {
  notification: { enabled: false },
  approvalRequest: { calls: { notification: null } },
};

const apps = new Map<string, App>();

/** One environment with its pipeline, and with changes laid over its config and its values. */
function app(name: EnvironmentName, changes: Changes = {}, values?: Values, protection?: 'off'): App {
  const key = JSON.stringify([name, changes, values, protection], (_, value: unknown) => value ?? null);
  const known = apps.get(key);
  if (known) return known;
  const chart = values && chartWith(name, values);
  const stacks = appOf({ configs: [config(name, { delivery, ...changes })], chart, protection });
  apps.set(key, stacks);
  return stacks;
}

/** The environment without changes. */
const shipped = (name: EnvironmentName): App => app(name);

const typesOf = (names: readonly string[]) => [...new Set(names.map((name) => name.split(' ')[0]))].sort();

/** Every environment unprotected, as the run makes it that creates it. */
const FIRST = { dev: app('dev'), prod: app('prod', {}, undefined, 'off') };

/** An environment in a state that a move of Kafka passes through. */
const kafka = (name: EnvironmentName, changes: Changes, mode: string) =>
  app(name, { msk, ...changes }, { kafka: { mode } }, 'off');

/** Kafka in the cluster, MSK beside it, MSK in use, MSK alone. */
const MOVES = {
  dev: () => [
    FIRST.dev,
    kafka('dev', {}, 'zookeeper'),
    kafka('dev', {}, 'msk'),
    kafka('dev', { kubernetes: { kafkaNodes: undefined } }, 'msk'),
  ],
  prod: () => [
    kafka('prod', { msk: undefined, kubernetes: { kafkaNodes } }, 'kraft'),
    kafka('prod', { kubernetes: { kafkaNodes } }, 'kraft'),
    kafka('prod', { kubernetes: { kafkaNodes } }, 'msk'),
    FIRST.prod,
  ],
};

describe.each(ENVIRONMENTS)('the first deployment of %s', (name) => {
  const [workloads = '', pipeline = ''] = COMMANDS[name];

  test.each([
    ['as it is', () => FIRST[name]],
    ['with both Kafkas', () => MOVES[name]()[1]!],
  ])('%s, can be run again, whichever resource failed', (_, make) => {
    const stacks = make();
    failFirst(stacks, workloads, pipeline);
  });
});

describe('prod without the switch', () => {
  const stacks = shipped('prod');
  const create = (name: string, failAt: string) => {
    const account = deployed(stacks, stacks.find((stack) => stack.name === name)!.dependencies);
    return { account, outcome: account.deploy(stacks, [name], { failIn: name, failAt }).get(name)! };
  };

  test.each([
    ['ErpProdData', 'AWS::RDS::DBInstance'],
    ['ErpProdCluster', 'AWS::EKS::Cluster'],
    ['ErpProdEdge', 'AWS::Cognito::UserPool'],
    ['ErpProdEdge', 'AWS::ElasticLoadBalancingV2::LoadBalancer'],
  ])('a creation of %s that fails cannot be rolled back, for its %s', (name, type) => {
    const { resources } = stacks.find((stack) => stack.name === name)!;
    const last = Object.keys(resources).find((logicalId) => resources[logicalId]!.Type === type)!;
    const { account, outcome } = create(name, last);
    expect(outcome.status).toBe('ROLLBACK_FAILED');
    expect(outcome.reasons).toContain(`${last}: is protected against deletion`);
    expect(account.deploy(stacks, [name]).get(name)!.status).toBe('REFUSED');
  });

  test('even a stack that was rolled back stands in its own way', () => {
    const { account } = create('ErpProdNetwork', 'Vpc8378EB38');
    expect(problems(account.deploy(stacks, ['ErpProdNetwork']))).toEqual([
      ['ErpProdNetwork', { status: 'REFUSED', reasons: ['ErpProdNetwork: is protected against termination'] }],
    ]);
  });
});

describe('an update', () => {
  const domain = {
    name: 'erp.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/abc',
    hostedZoneId: 'Z1',
    hostedZoneName: 'example.com',
  };
  const larger = (name: EnvironmentName): Changes => ({
    network: { natGateways: name === 'dev' ? 2 : 1 },
    kubernetes: {
      publicAccessCidrs: ['203.0.113.7/32'],
      access: [{ principalArn: 'arn:aws:iam::111111111111:role/platform', policy: 'AmazonEKSClusterAdminPolicy' }],
      serviceNodes: { instanceTypes: ['m6i.2xlarge'], minSize: 2, maxSize: 4, diskSize: 60 },
    },
    database: {
      instanceType: 'm7g.xlarge',
      multiAz: name === 'dev',
      maxAllocatedStorage: 700,
      backupRetentionDays: 7,
    },
    cache: { nodeType: 'cache.t4g.medium', nodes: 2 },
    employee: { memory: 768 },
    edge: { domain, firewall: true, countries: ['KR', 'JP'], corsOrigins: ['https://example.com'] },
    observability: { containerInsights: true, alarmEmail: 'ops@example.com', monthlyBudget: 4000 },
    logRetentionDays: 30,
  });
  /** Both only grow. More than one minor at once, because only two layers of kubectl are installed. */
  const ONE_WAY: Changes = {
    kubernetes: { version: '1.36' },
    database: { allocatedStorage: 150, maxAllocatedStorage: 700 },
  };
  const payroll = {
    name: 'payroll-service',
    port: 8085,
    image: { repository: 'erp/payroll-service' },
    api: { route: 'payroll' },
    uses: { kafka: true, mongodb: true, redis: true },
  };

  /** From one app to another and back, each resource failing once on the way. */
  function there(name: EnvironmentName, from: App, to: App, options?: FailOptions): Account {
    const before = deployed(from, COMMANDS[name]);
    const failed = failEach(before, to, COMMANDS[name], options);
    expect(failed.size).toBeGreaterThan(0);
    return deployed(to, COMMANDS[name], before);
  }

  describe.each(ENVIRONMENTS)('of %s', (name) => {
    test('to other sizes, a domain and more to watch, and back', () => {
      const to = app(name, larger(name));
      const after = there(name, shipped(name), to);
      failEach(after, shipped(name), COMMANDS[name]);
    });

    test('to one more service, and back', () => {
      const to = app(name, {}, { services: { payroll } });
      const after = there(name, shipped(name), to);
      failEach(after, shipped(name), COMMANDS[name], { keeps: ['AWS::ECR::Repository erp/payroll-service'] });
    });

    test('to one service less', () => {
      const to = app(name, {}, { services: WITHOUT_NOTIFICATION });
      there(name, shipped(name), to, { keeps: ['AWS::ECR::Repository erp/notification-service'] });
    });
    test('of what a service refuses to take back, goes on by the same command when nothing is rolled back', () => {
      there(name, shipped(name), app(name, ONE_WAY), { rollback: false });
    });

    test.each([
      ['the Kubernetes version', 'Cluster', /^NodesService2a/, /^ClusterEB0386A7: Version /],
      ['more storage', 'Data', /^Alarmsdatabasestorage/, /^DatabaseInstance\w+: AllocatedStorage /],
    ])('of %s cannot be rolled back once it is there', (_, suffix, later, stuck) => {
      const to = app(name, ONE_WAY);
      const stack = `${COMMANDS[name][0]}${suffix}`;
      const account = deployed(shipped(name), COMMANDS[name]);
      const failAt = Object.keys(to.find((each) => each.name === stack)!.resources).find((id) => later.test(id))!;
      const { status, reasons } = account.deploy(to, [stack], { failIn: stack, failAt }).get(stack)!;
      expect(reasons).toEqual(expect.arrayContaining([`${failAt}: failed`, expect.stringMatching(stuck)]));
      expect(status).toBe('UPDATE_ROLLBACK_FAILED');
      expect(account.deploy(to, [stack]).get(stack)!.status).toBe('REFUSED');
    });

    test('of Kafka goes through both, in either direction', () => {
      const [inCluster, beside, used, managed] = MOVES[name]() as [App, App, App, App];
      const account = deployed(inCluster, COMMANDS[name]);
      for (const step of [beside, used, managed, used, beside]) {
        failEach(account, step, COMMANDS[name]);
        expect(problems(account.deploy(step, COMMANDS[name]))).toEqual([]);
      }
    });
  });

  test('of prod turns protection on in place', () => {
    there('prod', FIRST.prod, shipped('prod'));
    const account = deployed(FIRST.prod, COMMANDS.prod);
    const ids = account.takenNames;
    account.deploy(shipped('prod'), COMMANDS.prod);
    expect(account.takenNames).toEqual(ids);
  });
});

describe('what is kept', () => {
  test('keeps its name from a later update', () => {
    const account = deployed(shipped('prod'), COMMANDS.prod);
    const less = app('prod', { observability: { containerInsights: false } }, { services: WITHOUT_NOTIFICATION });
    expect(problems(account.deploy(less, COMMANDS.prod))).toEqual([]);
    const left = account.leftNames;
    expect(typesOf(left)).toEqual(['AWS::ECR::Repository', 'AWS::Logs::LogGroup']);
    const stopped = [...account.deploy(shipped('prod'), COMMANDS.prod, { others: true }).values()];
    const reasons = stopped.flatMap((outcome) => outcome.reasons.map((reason) => reason.replace(/^\w+: /, '')));
    expect(reasons).toContain('AWS::ECR::Repository erp/notification-service already exists');
    expect(left).toEqual(expect.arrayContaining(reasons.map((reason) => reason.replace(' already exists', ''))));
  });
});

describe('the removal', () => {
  const plan = (name: EnvironmentName, stacks: App, includeData = false) =>
    removalPlan(config(name), stacksOf({ stacks }, name), { includeData });
  const remove = (account: Account, { steps }: ReturnType<typeof plan>) =>
    problems(new Map(steps.map(({ stack }) => [stack.name, account.delete(stack.name)])));

  test('of dev goes through in the order of the command, also where each resource fails to go once, and leaves no name', () => {
    const before = deployed(FIRST.dev, COMMANDS.dev);
    const { steps } = plan('dev', FIRST.dev);
    for (const { stack } of steps) {
      for (const failAt of Object.keys(stack.resources)) {
        const account = before.copy();
        expect(account.delete(stack.name, { failAt }).reasons).toContain(`${failAt}: failed`);
        expect(account.delete(stack.name)).toEqual({ status: 'DELETE_COMPLETE', reasons: [] });
      }
      expect(before.delete(stack.name).reasons).toEqual([]);
    }
    // The registry stays, and all of it is kept.
    expect(before.leftNames).toEqual([]);
    failEach(before, FIRST.dev, COMMANDS.dev);
  });

  test('in another order is refused by what other stacks use', () => {
    const account = deployed(FIRST.dev, COMMANDS.dev);
    const { status, reasons } = account.delete('ErpDevNetwork');
    expect([status, reasons[0]]).toEqual(['REFUSED', expect.stringMatching(/^export ErpDevNetwork:.* is in use by /)]);
  });

  test('of prod is refused while it is protected', () => {
    const account = deployed(shipped('prod'), COMMANDS.prod);
    expect(account.delete('ErpProdDelivery').reasons).toEqual(['ErpProdDelivery: is protected against termination']);
  });

  test('of prod stops at the network with the Kafka cluster in it, and leaves the names that the runbook lists', () => {
    const account = deployed(FIRST.prod, COMMANDS.prod);
    const partly = plan('prod', FIRST.prod);
    expect(partly.stays.map(({ name }) => name)).toEqual(['ErpProdNetwork', 'ErpProdData']);
    expect(remove(account.copy(), partly)).toEqual([]);
    const whole = plan('prod', FIRST.prod, true);
    expect(remove(account, whole).map(([name]) => name)).toEqual(['ErpProdData', 'ErpProdNetwork']);
    expect(typesOf(account.leftNames)).toEqual([
      'AWS::Backup::BackupVault',
      'AWS::Logs::LogGroup',
      'AWS::MSK::Cluster',
      'AWS::SecretsManager::Secret',
    ]);
  });
});
