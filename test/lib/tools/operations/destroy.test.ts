import { resourcesOf, stacksOf } from '../../../../lib/assembly/assembly';
import { type DestroyProps, destroy } from '../../../../lib/tools/operations/destroy';
import { describePlan, removalPlan } from '../../../../lib/tools/operations/destroy/plan';
import { assemblePlatform } from './assembled';
import { type Answers, FakeAws, FakeError, day } from './fake-aws';
import { CONFIGS, type EnvironmentName } from '../../synth';

const ACCOUNT = '111122223333';
const assembly = assemblePlatform();
const fake = new FakeAws();
beforeAll(() => fake.start());
afterAll(() => fake.stop());

const list = (...member: object[]) => ({ member });
const summary = (ResourceType: string, PhysicalResourceId: string) => ({
  LogicalResourceId: PhysicalResourceId,
  ResourceType,
  PhysicalResourceId,
  ResourceStatus: 'CREATE_COMPLETE',
});
const RESOURCES: Record<string, object[]> = {
  Network: [summary('AWS::EC2::VPC', 'vpc-1')],
  Cluster: [summary('AWS::EKS::Cluster', 'erp-cluster')],
  Data: [summary('AWS::RDS::DBInstance', 'erp-mysql')],
  Edge: [summary('AWS::ElasticLoadBalancingV2::LoadBalancer', 'arn:aws:elb:1:2:loadbalancer/net/erp-nlb/abc')],
};
const RUNNING: Answers = {
  GetCallerIdentity: { Account: ACCOUNT, Arn: 'arn', UserId: 'A' },
  DescribeStacks: ({ StackName }) => ({
    Stacks: StackName ? list({ StackName, StackStatus: 'CREATE_COMPLETE', CreationTime: '2026-01-01T00:00:00Z' }) : '',
  }),
  DescribeDBSnapshots: { DBSnapshots: '' },
  DescribeOptionGroups: { OptionGroupsList: '' },
  DescribeSecurityGroups: { securityGroupInfo: '' },
  ListStackResources: ({ StackName }) => ({
    StackResourceSummaries: list(...(RESOURCES[String(StackName).replace(/^Erp(Dev|Prod)/, '')] ?? [])),
  }),
  DescribeCluster: { cluster: { deletionProtection: false } },
  DescribeDBInstances: { DBInstances: { DBInstance: { DeletionProtection: false } } },
  DescribeLoadBalancerAttributes: { Attributes: list({ Key: 'deletion_protection.enabled', Value: 'false' }) },
  DescribeNetworkInterfaces: { networkInterfaceSet: '' },
  DescribeVolumes: { volumeSet: '' },
  DescribeSecret: new FakeError('ResourceNotFoundException'),
  DescribeLogGroups: { logGroups: [] },
};

interface Scenario {
  readonly environment?: EnvironmentName;
  readonly answers?: Answers;
  readonly props?: Partial<DestroyProps>;

  /** Exit codes of the CDK CLI, in order; afterwards 0. */
  readonly cdk?: number[];
  readonly answer?: string;
}

async function run({ environment = 'dev', answers, props, cdk = [], answer = environment }: Scenario = {}) {
  fake.calls.length = 0;
  fake.answers = { ...RUNNING, ...answers };
  const said: string[] = [];
  const removed: string[] = [];
  const slept: number[] = [];
  const exitCode = await destroy({
    config: CONFIGS[environment],
    stacks: stacksOf(assembly, environment),
    aws: fake.aws(),
    planOnly: false,
    includeData: false,
    yes: false,
    say: (text) => said.push(text),
    ask: async () => answer,
    cdkDestroy: async (stack) => {
      removed.push(stack);
      return cdk.shift() ?? 0;
    },
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
    ...props,
  });
  return { exitCode, removed, slept, said: said.join('\n') };
}

const changes = () => fake.calls.filter(({ operation }) => /^(Delete|Modify|Update)/.test(operation));
const DEV_ORDER = ['ErpDev', 'ErpDevEmployee', 'ErpDevEdge', 'ErpDevData', 'ErpDevCluster', 'ErpDevNetwork'];

describe('plan of the removal', () => {
  test.each(['dev', 'prod'] as const)('of %s puts every stack before the stacks it needs', (environment) => {
    const { steps, stays } = removalPlan(CONFIGS[environment], stacksOf(assembly, environment));
    const order = steps.map(({ stack }) => stack.name);
    for (const { stack } of steps) {
      for (const upstream of stack.dependencies.filter((name) => order.includes(name))) {
        expect(order.indexOf(upstream)).toBeGreaterThan(order.indexOf(stack.name));
      }
    }
    const all = stacksOf(assembly, environment).map(({ name }) => name);
    expect([...order, ...stays.map(({ name }) => name)].sort()).toEqual(all.sort());
    expect(order).not.toContain('ErpRegistry');
  });

  test.each([
    ['ap-northeast-2', 'ErpRegistry'],
    ['ap-northeast-1', 'ErpRegistryApNortheast1'],
  ])('tells which registry the environments of %s share, and when it goes', (region, registry) => {
    const plan = removalPlan({ ...CONFIGS.dev, region }, stacksOf(assembly, 'dev'));
    expect(describePlan(plan)).toContain(
      `and ${registry}, whose images those of ${region} share. After the last of them it goes by npx cdk destroy ${registry} --exclusively`,
    );
  });

  test('of prod leaves the stack with Kafka, whose brokers stand in the network of the one below', () => {
    const { stays } = removalPlan(CONFIGS.prod, stacksOf(assembly, 'prod'));
    expect(stays.map(({ name }) => name)).toEqual(['ErpProdNetwork', 'ErpProdData']);
  });

  test.each([
    ['prod', true, ['AWS::ElastiCache::ReplicationGroup CacheReplicationGroupBFE59FF3 (as a snapshot)']],
    ['dev', false, []],
  ] as const)('says what %s keeps of the cache', (environment, includeData, kept) => {
    const { steps } = removalPlan(CONFIGS[environment], stacksOf(assembly, environment), { includeData });
    const keeps = steps.flatMap((step) => step.keeps);
    expect(keeps.filter((what) => what.includes('ElastiCache'))).toEqual(kept);
  });

  test('knows the volumes by the tags that the storage class gives them', async () => {
    await run();
    const [storageClass] = resourcesOf(stacksOf(assembly, 'dev'), 'Custom::AWSCDK-EKS-KubernetesResource').filter(
      ({ properties }) => JSON.stringify(properties.Manifest).includes('StorageClass'),
    );
    const filter = fake.inputs('DescribeVolumes')[0]!;
    expect(filter).toMatchObject({ 'Filter.1.Name': 'tag:project', 'Filter.2.Name': 'tag:environment' });
    // A volume that somebody has tagged like the environment is not the driver's.
    expect(filter).toMatchObject({ 'Filter.3.Name': 'tag:ebs.csi.aws.com/cluster', 'Filter.3.Value.1': 'true' });
    for (const i of [1, 2]) {
      const tag = `${String(filter[`Filter.${i}.Name`]).slice(4)}=${String(filter[`Filter.${i}.Value.1`])}`;
      expect(JSON.stringify(storageClass!.properties.Manifest)).toContain(`\\"tagSpecification_${i}\\":\\"${tag}\\"`);
    }
  });

  test('is all that --plan does: no question to AWS, no removal', async () => {
    const { exitCode, removed, said } = await run({ props: { planOnly: true } });
    expect({ exitCode, removed, calls: fake.calls }).toEqual({ exitCode: 0, removed: [], calls: [] });
    expect(said).toContain('1. ErpDev in ap-northeast-2');
  });
});

describe('destroy', () => {
  test('removes dev one stack at a time and leaves nothing', async () => {
    const { exitCode, removed, said } = await run();
    expect({ exitCode, removed }).toEqual({ exitCode: 0, removed: DEV_ORDER });
    expect(said).toContain('erp-dev is removed; nothing of it is left that costs money.');
  });

  test('goes on where it stopped: stacks that are gone are passed over', async () => {
    const { removed } = await run({
      answers: {
        DescribeStacks: ({ StackName }) =>
          StackName === 'ErpDev'
            ? new FakeError('ValidationError', 'Stack with id ErpDev does not exist')
            : (RUNNING.DescribeStacks as (input: object) => object)({ StackName }),
      },
    });
    expect(removed).toEqual(DEV_ORDER.slice(1));
  });

  test('waits for the volumes before the cluster, which holds their driver, goes', async () => {
    let volumes = 2;
    const { exitCode, slept, said } = await run({
      answers: {
        DescribeVolumes: () => ({
          volumeSet: {
            item: Array.from({ length: Math.max(0, volumes--) }, () => ({ volumeId: 'vol-1', status: 'in-use' })),
          },
        }),
      },
    });
    expect({ exitCode, slept }).toEqual({ exitCode: 0, slept: [10_000, 10_000] });
    expect(said).toMatch(
      /Waiting for 2 volumes to be deleted\nWaiting for 1 volume to be deleted\nRemoving ErpDevEmployee/,
    );
  });

  test('deletes network interfaces that nothing uses and tries a stack again', async () => {
    const { exitCode, removed, slept } = await run({
      cdk: [0, 0, 0, 0, 1, 0],
      answers: {
        DescribeNetworkInterfaces: (input) => ({
          networkInterfaceSet:
            input['Filter.2.Name'] === 'status'
              ? {
                  item: [
                    { networkInterfaceId: 'eni-1', description: 'aws-K8S-i-0123' },
                    { networkInterfaceId: 'eni-2', description: 'somebody else' },
                  ],
                }
              : '',
        }),
        DeleteNetworkInterface: {},
      },
    });
    expect(exitCode).toBe(0);
    expect(removed).toEqual([...DEV_ORDER.slice(0, 5), 'ErpDevCluster', 'ErpDevNetwork']);
    expect(slept).toEqual([120_000]);
    expect(new Set(fake.inputs('DeleteNetworkInterface').map((input) => input.NetworkInterfaceId))).toEqual(
      new Set(['eni-1']),
    );
  });

  test('stops at a stack that will not go, before those it needs', async () => {
    const { exitCode, removed, said } = await run({ cdk: [1, 1, 1, 1] });
    expect(exitCode).toBe(1);
    expect(removed).toEqual(Array<string>(4).fill('ErpDev'));
    expect(said).toContain('ErpDev could not be removed; its events in CloudFormation name the cause.');
  });

  test('deletes what services leave behind in dev, and nothing of others', async () => {
    const { exitCode } = await run({
      answers: {
        DescribeVolumes: { volumeSet: { item: { volumeId: 'vol-9', size: 10, status: 'available' } } },
        DescribeSecret: ({ SecretId }) => ({ ARN: `arn:${SecretId}`, DeletedDate: day('2026-11-20') }),
        DescribeLogGroups: ({ logGroupNamePrefix }) => ({
          logGroups: [
            { logGroupName: `${logGroupNamePrefix}${String(logGroupNamePrefix).endsWith('-') ? 'Handler' : ''}` },
            ...(String(logGroupNamePrefix).endsWith('-') ? [] : [{ logGroupName: `${logGroupNamePrefix}-of-others` }]),
          ],
        }),
        DeleteVolume: {},
        DeleteSecret: {},
        DeleteLogGroup: {},
      },
    });
    expect(exitCode).toBe(0);
    expect(fake.inputs('DeleteVolume')).toMatchObject([{ VolumeId: 'vol-9' }]);
    expect(fake.inputs('DeleteSecret')).toEqual([
      { SecretId: 'erp/dev/mysql-master', ForceDeleteWithoutRecovery: true },
      { SecretId: 'erp/dev/mysql-employee', ForceDeleteWithoutRecovery: true },
      { SecretId: 'erp/dev/mysql-employee-migration', ForceDeleteWithoutRecovery: true },
      { SecretId: 'erp/dev/mysql', ForceDeleteWithoutRecovery: true },
      { SecretId: 'erp/dev/mongodb', ForceDeleteWithoutRecovery: true },
    ]);
    const groups = fake.inputs('DeleteLogGroup').map(({ logGroupName }) => logGroupName);
    expect(groups).toEqual(
      expect.arrayContaining([
        '/aws/eks/erp-dev-cluster/cluster',
        '/aws/lambda/ErpDevCluster-Handler',
        expect.stringMatching(/^\/aws\/lambda\/ErpDevDataDatabaseRotation/),
      ]),
    );
    expect(groups.filter((name) => String(name).includes('others'))).toEqual([]);
  });

  test('leaves alone what bears its names and was not made by a stack that it removed', async () => {
    const { exitCode, said } = await run({
      answers: {
        DescribeStacks: ({ StackName }) =>
          StackName === 'ErpDevData' || !StackName
            ? (RUNNING.DescribeStacks as (input: object) => object)({ StackName })
            : new FakeError('ValidationError', `Stack with id ${StackName} does not exist`),
        DescribeSecret: ({ SecretId }) => ({ ARN: `arn:${SecretId}` }),
        DescribeLogGroups: ({ logGroupNamePrefix }) => ({
          logGroups: /erp-dev-(cluster|mysql)/.test(String(logGroupNamePrefix))
            ? [{ logGroupName: logGroupNamePrefix }]
            : [],
        }),
        DeleteLogGroup: {},
      },
    });
    expect(exitCode).toBe(0);
    expect(said).toContain('Left alone, because no stack of this removal made it: secret erp/dev/mysql');
    expect(said).toContain(
      'Left alone, because no stack of this removal made it: log group /aws/eks/erp-dev-cluster/cluster',
    );
    expect(new Set(changes().map(({ operation }) => operation))).toEqual(new Set(['DeleteLogGroup']));
    for (const { logGroupName } of fake.inputs('DeleteLogGroup')) {
      expect(logGroupName).toMatch(/^\/aws\/rds\/instance\/erp-dev-mysql\//);
    }
  });

  test('leaves alone a free option group and a secret in its recovery window whose stack it did not find', async () => {
    const { exitCode, said } = await run({
      answers: {
        DescribeStacks: ({ StackName }) =>
          StackName === 'ErpDevNetwork' || !StackName
            ? (RUNNING.DescribeStacks as (input: object) => object)({ StackName })
            : new FakeError('ValidationError', `Stack with id ${StackName} does not exist`),
        DescribeSecret: ({ SecretId }) => ({ ARN: `arn:${SecretId}`, DeletedDate: day('2026-11-20') }),
        DescribeOptionGroups: {
          OptionGroupsList: {
            OptionGroup: {
              OptionGroupName: 'erpdevdata-databaseoptions-1a',
              OptionGroupDescription: 'Audit log of erp-dev',
            },
          },
        },
      },
    });
    expect(exitCode).toBe(0);
    expect(said).toContain('no stack of this removal made it: option group erpdevdata-databaseoptions-1a');
    expect(said).toContain('no stack of this removal made it: secret erp/dev/mysql, in its recovery window');
    expect(changes()).toEqual([]);
  });

  test('deletes the group that EKS left in the network, when nothing else stands there any more', async () => {
    let looks = 0;
    const { exitCode, removed, slept, said } = await run({
      cdk: [0, 0, 0, 0, 0, 1, 0],
      answers: {
        DescribeSecurityGroups: {
          securityGroupInfo: { item: { groupId: 'sg-1', groupName: 'eks-cluster-sg-erp-dev-cluster-42' } },
        },
        DeleteSecurityGroup: () =>
          looks++ === 0 ? new FakeError('DependencyViolation', 'has a dependent object') : {},
      },
    });
    expect({ exitCode, slept }).toEqual({ exitCode: 0, slept: [120_000] });
    expect(removed).toEqual([...DEV_ORDER, 'ErpDevNetwork']);
    expect(fake.inputs('DescribeSecurityGroups')[0]).toMatchObject({
      'Filter.1.Value.1': 'vpc-1',
      'Filter.2.Value.1': 'eks-cluster-sg-*',
    });
    expect(said).toMatch(/sg-1 \(eks-cluster-sg-erp-dev-cluster-42\) is still in use\nRemoving ErpDevNetwork\n/);
    expect(said).toMatch(/Deleted security group sg-1 .*\nRemoving ErpDevNetwork, attempt 2 of 4/);
  });

  test('names snapshots that hold an option group before anything goes, with the command', async () => {
    const { exitCode, removed, said } = await run({
      answers: {
        DescribeDBSnapshots: {
          DBSnapshots: { DBSnapshot: { DBSnapshotIdentifier: 'before-the-upgrade', AllocatedStorage: 20 } },
        },
      },
    });
    expect({ exitCode, removed, changes: changes() }).toEqual({ exitCode: 1, removed: [], changes: [] });
    expect(fake.inputs('DescribeDBSnapshots')[0]).toMatchObject({
      DBInstanceIdentifier: 'erp-mysql',
      SnapshotType: 'manual',
    });
    expect(said).toContain(
      [
        '- snapshot before-the-upgrade, 20 GiB, which holds the option group of the database',
        '  aws rds delete-db-snapshot --db-snapshot-identifier before-the-upgrade --region ap-northeast-2',
      ].join('\n'),
    );
  });

  test('deletes an option group that its stack left, and no other', async () => {
    const group = (OptionGroupName: string, OptionGroupDescription: string) => ({
      OptionGroupName,
      OptionGroupDescription,
    });
    await run({
      answers: {
        DescribeOptionGroups: {
          OptionGroupsList: {
            OptionGroup: [
              group('erpdevdata-databaseoptions-1a', 'Audit log of erp-dev'),
              group('erpdevdata-of-others', 'something else'),
              group('somebody-elses-database', 'Audit log of erp-dev'),
              group('default:mysql-8-4', 'Default option group'),
            ],
          },
        },
        DeleteOptionGroup: {},
      },
    });
    expect(fake.inputs('DeleteOptionGroup')).toMatchObject([{ OptionGroupName: 'erpdevdata-databaseoptions-1a' }]);
  });

  test('deletes the log group that the function of the rotation makes for itself', async () => {
    await run({
      answers: {
        DescribeLogGroups: ({ logGroupNamePrefix }) => ({
          logGroups: /DatabaseRotation/.test(String(logGroupNamePrefix)) ? [{ logGroupName: logGroupNamePrefix }] : [],
        }),
        DeleteLogGroup: {},
      },
    });
    const [rotation] = resourcesOf(stacksOf(assembly, 'dev'), 'AWS::Serverless::Application');
    const { functionName } = rotation!.properties.Parameters as { functionName: string };
    expect(fake.inputs('DeleteLogGroup')).toEqual([{ logGroupName: `/aws/lambda/${functionName}` }]);
  });

  test('names stacks that left the app, youngest first, with the commands that remove them', async () => {
    const tags = (environment: string) => list({ Key: 'environment', Value: environment });
    const standing = [
      { StackName: 'ErpProd', CreationTime: '2026-01-01T00:00:00Z' },
      { StackName: 'ErpProdArchive', CreationTime: '2026-01-01T00:00:00Z' },
      { StackName: 'ErpProdData-DatabaseRotation-1A', CreationTime: '2026-01-01T00:00:00Z', RootId: 'arn:parent' },
      { StackName: 'ErpProduction', CreationTime: '2026-01-01T00:00:00Z', Tags: tags('production') },
      { StackName: 'ErpProdFarm', CreationTime: '2026-01-01T00:00:00Z', Tags: tags('prodFarm') },
      { StackName: 'Payroll', CreationTime: '2026-01-01T00:00:00Z' },
      { StackName: 'ErpDevArchive', CreationTime: '2026-01-01T00:00:00Z', Tags: tags('dev') },
      {
        StackName: 'ErpProdDelivery',
        CreationTime: '2026-02-01T00:00:00Z',
        EnableTerminationProtection: true,
      },
    ].map((stack) => ({ StackStatus: 'UPDATE_COMPLETE', Tags: tags('prod'), ...stack }));
    let regions = 0;
    const { exitCode, removed, said } = await run({
      environment: 'prod',
      answers: {
        DescribeStacks: ({ StackName }) =>
          StackName
            ? (RUNNING.DescribeStacks as (input: object) => object)({ StackName })
            : { Stacks: regions++ === 0 ? list(...standing) : '' },
      },
    });
    expect({ exitCode, removed, changes: changes(), regions }).toEqual({
      exitCode: 1,
      removed: [],
      changes: [],
      regions: 2,
    });
    expect(said.slice(said.indexOf('Nothing was removed'))).toMatch(
      new RegExp(
        [
          'Nothing was removed: these stacks left the app and still stand. First:',
          '- stack ErpProdDelivery in (\\S+), UPDATE_COMPLETE',
          '  aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ErpProdDelivery --region \\1 && aws cloudformation delete-stack --stack-name ErpProdDelivery --region \\1',
          '- stack ErpProdArchive in \\1, UPDATE_COMPLETE',
          '  aws cloudformation delete-stack --stack-name ErpProdArchive --region \\1$',
        ].join('\n'),
      ),
    );
  });

  test('of an environment whose MSK left the config does not touch the network that the brokers still stand in', async () => {
    const { exitCode, removed, said } = await run({
      answers: { DescribeNetworkInterfaces: { networkInterfaceSet: { item: { networkInterfaceId: 'eni-msk' } } } },
    });
    expect({ exitCode, removed }).toEqual({ exitCode: 1, removed: [] });
    expect(said).toContain('The Kafka cluster still stands in the network.');
  });

  test('takes MSK along where the environment keeps nothing', async () => {
    const { exitCode } = await run({
      answers: {
        ListStackResources: ({ StackName }) => ({
          StackResourceSummaries: list(
            ...(RESOURCES[String(StackName).replace('ErpDev', '')] ?? []),
            ...(StackName === 'ErpDevData' ? [summary('AWS::MSK::Cluster', 'arn:msk')] : []),
          ),
        }),
        DescribeNetworkInterfaces: { networkInterfaceSet: { item: { networkInterfaceId: 'eni-msk' } } },
      },
    });
    expect(exitCode).toBe(0);
  });

  test('says what it could not delete', async () => {
    const { exitCode, said } = await run({
      answers: {
        DescribeVolumes: { volumeSet: { item: { volumeId: 'vol-9', size: 10, status: 'in-use' } } },
        DeleteVolume: new FakeError('VolumeInUse', 'vol-9 is in use'),
      },
    });
    expect(exitCode).toBe(1);
    expect(said).toContain('Could not delete volume vol-9, 10 GiB, in-use: VolumeInUse: vol-9 is in use');
  });

  test.each([undefined, '', 'y', 'prod'])('removes nothing when the answer is %p', async (answer) => {
    const { exitCode, removed, said } = await run({ props: { ask: async () => answer } });
    expect({ exitCode, removed, changes: changes() }).toEqual({ exitCode: 1, removed: [], changes: [] });
    expect(said).toContain('Nothing was removed.');
  });

  test('asks nothing with --yes, but not for an environment that keeps its data', async () => {
    const ask = async () => undefined;
    expect((await run({ props: { yes: true, ask } })).removed).toEqual(DEV_ORDER);
    const { exitCode, removed, said } = await run({ environment: 'prod', props: { yes: true, ask } });
    expect({ exitCode, removed }).toEqual({ exitCode: 2, removed: [] });
    expect(said).toContain('--yes does not count for prod');
  });

  test('refuses another account than the one of the config', async () => {
    const { exitCode, removed } = await run({ props: { config: { ...CONFIGS.dev, account: '999988887777' } } });
    expect({ exitCode, removed }).toEqual({ exitCode: 1, removed: [] });
  });

  test('refuses a protected environment and names every switch', async () => {
    const { exitCode, removed, said } = await run({
      environment: 'prod',
      props: { includeData: true },
      answers: {
        DescribeStacks: ({ StackName }) => ({
          Stacks: list({
            StackName,
            StackStatus: 'CREATE_COMPLETE',
            CreationTime: '2026-01-01T00:00:00Z',
            EnableTerminationProtection: StackName === 'ErpProdFirewall',
          }),
        }),
        DescribeCluster: { cluster: { deletionProtection: true } },
        DescribeDBInstances: { DBInstances: { DBInstance: { DeletionProtection: true } } },
        DescribeLoadBalancerAttributes: { Attributes: list({ Key: 'deletion_protection.enabled', Value: 'true' }) },
      },
    });
    expect({ exitCode, removed, changes: changes() }).toEqual({ exitCode: 1, removed: [], changes: [] });
    expect(said.slice(said.indexOf('prod is protected'))).toMatchInlineSnapshot(`
      "prod is protected, so nothing was removed. Who means it switches off first:
      - termination protection of stack ErpProdFirewall
        aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ErpProdFirewall --region us-east-1
      - deletion protection of cluster erp-cluster
        aws eks update-cluster-config --no-deletion-protection --name erp-cluster --region ap-northeast-2
      - deletion protection of database erp-mysql
        aws rds modify-db-instance --no-deletion-protection --apply-immediately --db-instance-identifier erp-mysql --region ap-northeast-2
      - deletion protection of load balancer erp-nlb
        aws elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false --load-balancer-arn arn:aws:elb:1:2:loadbalancer/net/erp-nlb/abc --region ap-northeast-2"
    `);
  });

  test('of prod keeps data: lists it, deletes none of it', async () => {
    const { exitCode, removed, said } = await run({
      environment: 'prod',
      answers: {
        DescribeSecret: ({ SecretId }) => ({ ARN: `arn:${SecretId}` }),
      },
    });
    expect({ exitCode, removed, changes: changes() }).toEqual({
      exitCode: 0,
      removed: ['ErpProd', 'ErpProdEmployee', 'ErpProdEdge', 'ErpProdCluster', 'ErpProdGlobal', 'ErpProdFirewall'],
      changes: [],
    });
    expect(said).toContain(
      'Kept, and still paid for:\n- secret erp/prod/mysql-master\n- secret erp/prod/mysql-employee\n- secret erp/prod/mysql-employee-migration\n- secret erp/prod/mysql\n- secret erp/prod/mongodb',
    );
  });

  test('does not touch the network while Kafka brokers stand in it', async () => {
    const { exitCode, removed, said } = await run({
      environment: 'prod',
      props: { includeData: true },
      answers: { DescribeNetworkInterfaces: { networkInterfaceSet: { item: { networkInterfaceId: 'eni-msk' } } } },
    });
    expect({ exitCode, removed }).toEqual({ exitCode: 1, removed: [] });
    expect(said).toContain('The Kafka cluster still stands in the network.');
  });

  test('without credentials it says so in one line', async () => {
    const { exitCode, said } = await run({ answers: { GetCallerIdentity: new FakeError('ExpiredToken') } });
    expect(exitCode).toBe(1);
    expect(said).toContain('Stopped: AWS does not accept the credentials (ExpiredToken)');
  });
});
