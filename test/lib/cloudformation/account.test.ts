import type { Resource } from '../../../lib/assembly/assembly';
import { Account, type ModelStack, type Outcome } from './account';

type Resources = Readonly<Record<string, Resource>>;

const stack = (Resources: Resources, terminationProtection = false): ModelStack => ({
  name: 'Stack',
  region: 'here',
  template: { Resources },
  terminationProtection,
  dependencies: [],
});

/** Something that fails after everything else, unless that waits for it. */
const FAILS: Resources = { Fails: { Type: 'AWS::SNS::Topic' } };

/** Outcome of a creation that fails, and of the next one, which does not. */
function twice(resources: Resources, terminationProtection = false): [first: Outcome, second: Outcome] {
  const account = new Account();
  const failing = stack({ ...resources, ...FAILS }, terminationProtection);
  return [account.apply(failing, { failAt: 'Fails' }), account.apply(failing)];
}

const secret = (DeletionPolicy: string | undefined, Name: unknown): Resources => ({
  Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name }, DeletionPolicy },
});

test('what is retained keeps its name from the second creation', () => {
  const [first, second] = twice(secret('Retain', 'erp/x'));
  expect(first).toEqual({ status: 'ROLLBACK_COMPLETE', reasons: ['Fails: failed'] });
  expect(second).toEqual({
    status: 'ROLLBACK_COMPLETE',
    reasons: ['Secret: AWS::SecretsManager::Secret erp/x already exists'],
  });
});

test.each(['RetainExceptOnCreate', 'Delete', undefined])('what is %s does not', (policy) => {
  expect(twice(secret(policy, 'erp/x'))[1].status).toBe('CREATE_COMPLETE');
});

test.each([
  ['none', undefined],
  ['one that is made of the stack’s id', { 'Fn::Sub': 'erp-${AWS::StackId}' }],
  ['that of something with a generated name', { Ref: 'Key' }],
])('nor does what has a generated name: %s', (_, name) => {
  const resources = { Key: { Type: 'AWS::KMS::Key' }, ...secret('Retain', name), ...FAILS };
  const account = new Account();
  expect(account.apply(stack(resources), { failAt: 'Fails' }).status).toBe('ROLLBACK_COMPLETE');
  expect(account.apply(stack(resources)).status).toBe('CREATE_COMPLETE');
});

test('a name is an identifier of the registry, or what it calls the name of the resource', () => {
  const account = new Account();
  account.apply(
    stack({
      Cluster: { Type: 'AWS::EKS::Cluster', Properties: { Name: 'one' } },
      Addon: { Type: 'AWS::EKS::Addon', Properties: { ClusterName: { Ref: 'Cluster' }, AddonName: 'two' } },
      LoadBalancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Name: 'three' } },
      Kafka: { Type: 'AWS::MSK::Cluster', Properties: { ClusterName: 'four' } },
      Key: { Type: 'AWS::KMS::Key', Properties: { Description: 'five' } },
      Custom: { Type: 'Custom::Something', Properties: { Name: 'six' } },
    }),
  );
  expect(account.takenNames).toEqual([
    'AWS::EKS::Cluster one',
    'AWS::EKS::Addon (AWS::EKS::Cluster one) two',
    'AWS::ElasticLoadBalancingV2::LoadBalancer three',
    'AWS::MSK::Cluster four',
  ]);
});

test('only what waits for the failed resource is not made', () => {
  const account = new Account();
  const outcome = account.apply(
    stack({
      ...FAILS,
      Before: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'before' }, DeletionPolicy: 'Retain' },
      After: {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: 'after' },
        DependsOn: ['Fails'],
        DeletionPolicy: 'Retain',
      },
    }),
    { failAt: 'Fails' },
  );
  expect(outcome.status).toBe('ROLLBACK_COMPLETE');
  expect(account.takenNames).toEqual(['AWS::SNS::Topic before']);
});

test.each([
  [{ Type: 'AWS::EKS::Cluster', Properties: { Name: 'x', DeletionProtection: true } }],
  [{ Type: 'AWS::Cognito::UserPool', Properties: { DeletionProtection: 'ACTIVE' } }],
  [
    {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: { LoadBalancerAttributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }] },
    },
  ],
] as [Resource][])('what is protected against deletion stops the rollback: %j', (Protected) => {
  const [first, second] = twice({ Protected, Under: { Type: 'AWS::SNS::Topic' } });
  expect(first).toEqual({
    status: 'ROLLBACK_FAILED',
    reasons: ['Fails: failed', 'Protected: is protected against deletion'],
  });
  expect(second.status).toBe('REFUSED');
});

test('a stack that is protected against termination stays after its rollback', () => {
  const [first, second] = twice({}, true);
  expect(first.status).toBe('ROLLBACK_COMPLETE');
  expect(second).toEqual({ status: 'REFUSED', reasons: ['Stack: is protected against termination'] });
});

test('what stays goes on using what it names, but a key', () => {
  const [first] = twice({
    Key: { Type: 'AWS::KMS::Key' },
    Group: { Type: 'AWS::EC2::SecurityGroup' },
    Kafka: {
      Type: 'AWS::MSK::Cluster',
      Properties: { key: { Ref: 'Key' }, groups: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }] },
      DeletionPolicy: 'Retain',
    },
  });
  expect(first.reasons).toEqual(['Fails: failed', 'Group: Kafka stays and uses it']);
});

describe('a snapshot', () => {
  const database = (policy?: string): Resources => ({
    Options: { Type: 'AWS::RDS::OptionGroup', DeletionPolicy: policy },
    Database: { Type: 'AWS::RDS::DBInstance', Properties: { OptionGroupName: { Ref: 'Options' } } },
  });

  test('keeps the option group of its database, so that deleting the group fails', () => {
    expect(twice(database())[0].reasons).toEqual(['Fails: failed', 'Options: a snapshot names it']);
  });

  test('is in nobody’s way where the group may stay', () => {
    expect(twice(database('Retain'))[1].status).toBe('CREATE_COMPLETE');
  });
});

describe('a bucket', () => {
  const Bucket: Resource = { Type: 'AWS::S3::Bucket' };
  const Empties: Resource = { Type: 'Custom::S3AutoDeleteObjects', Properties: { BucketName: { Ref: 'Bucket' } } };
  const pipeline = (...DependsOn: string[]): Resource => ({
    Type: 'AWS::CodePipeline::Pipeline',
    Properties: { ArtifactStore: { Location: { Ref: 'Bucket' } } },
    DependsOn,
  });
  const content: Resource = {
    Type: 'Custom::CDKBucketDeployment',
    Properties: { DestinationBucketName: { Ref: 'Bucket' } },
  };

  test.each([
    ['that nothing writes to', { Bucket }, undefined],
    ['that a pipeline writes to', { Bucket, Writer: pipeline() }, 'Writer'],
    ['that is emptied while a pipeline still writes', { Bucket, Empties, Writer: pipeline() }, 'Writer'],
    ['that is emptied after the pipeline has gone', { Bucket, Empties, Writer: pipeline('Empties') }, undefined],
    ['whose pipeline waits for everything', { Bucket, Writer: pipeline('Fails') }, undefined],
    ['that was filled once and is emptied', { Bucket, Empties, Writer: content }, undefined],
    ['that was filled once', { Bucket, Writer: content }, 'Writer'],
  ] as [string, Resources, string | undefined][])('%s', (_, resources, writer) => {
    expect(twice(resources)[0].reasons.slice(1)).toEqual(writer ? [`Bucket: is not empty, because of ${writer}`] : []);
  });

  test('that nothing can empty, because the means for it failed', () => {
    const filled = stack({ Bucket, Empties, Writer: content });
    expect(new Account().apply(filled, { failAt: 'Empties' }).status).toBe('ROLLBACK_FAILED');
    const ordered = stack({ Bucket, Empties, Writer: { ...content, DependsOn: 'Empties' } });
    expect(new Account().apply(ordered, { failAt: 'Empties' }).status).toBe('ROLLBACK_COMPLETE');
  });
});

describe('a log group', () => {
  const statement = (Effect: string, Action: string): Resource => ({
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: { PolicyDocument: { Statement: [{ Effect, Action, Resource: '*' }] } },
  });
  const written = (arns: unknown[], policies: Resources = {}): Resources => ({
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/x' } },
    Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: arns } },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, LoggingConfig: { LogGroup: { Ref: 'Logs' } } },
    },
    ...policies,
  });
  const basic = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' };
  const own = { Ref: 'Policy' };

  test.each([
    ['comes back when a policy of AWS lets its writer make it', written([basic]), false],
    ['so it does with a policy of ours', written([own], { Policy: statement('Allow', 'logs:CreateLogGroup') }), false],
    [
      'does not when ours forbids it',
      written([basic, own], { Policy: statement('Deny', 'logs:CreateLogGroup') }),
      true,
    ],
    ['nor when nothing allows it', written([own], { Policy: statement('Allow', 'logs:PutLogEvents') }), true],
  ] as [string, Resources, boolean][])('%s', (_, resources, free) => {
    expect(twice(resources)[1].status === 'CREATE_COMPLETE').toBe(free);
  });
});

describe('an update', () => {
  const topic = (TopicName: string, DeletionPolicy?: string): Resource => ({
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName },
    DeletionPolicy,
  });
  const key = (Description: string): Resource => ({ Type: 'AWS::KMS::Key', Properties: { Description } });
  const targets = (Port: number, Name?: string): Resource => ({
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: { Port, Name },
  });

  /** An account with a stack, and the outcome of an update of it. */
  const updated = (before: Resources, after: Resources, failAt?: string, rollback?: boolean) => {
    const account = new Account();
    expect(account.apply(stack(before)).status).toBe('CREATE_COMPLETE');
    return { account, outcome: account.apply(stack(after), { failAt, rollback }) };
  };

  test('that fails is taken back, and succeeds the next time', () => {
    const after = { Key: key('two'), Topic: topic('new', 'RetainExceptOnCreate'), ...FAILS };
    const { account, outcome } = updated({ Key: key('one') }, after, 'Fails');
    expect(outcome).toEqual({ status: 'UPDATE_ROLLBACK_COMPLETE', reasons: ['Fails: failed'] });
    expect(account.takenNames).toEqual([]);
    expect(account.pending(stack(after))).toEqual(['Key', 'Topic', 'Fails']);
    expect(account.apply(stack(after)).status).toBe('UPDATE_COMPLETE');
  });

  test('leaves what it has made and retains, which keeps its name from the next try', () => {
    const after = { Key: key('one'), Topic: topic('new', 'Retain'), ...FAILS };
    const { account } = updated({ Key: key('one') }, after, 'Fails');
    expect(account.leftNames).toEqual(['AWS::SNS::Topic new']);
    expect(account.apply(stack(after)).reasons).toEqual(['Topic: AWS::SNS::Topic new already exists']);
  });

  test('cannot replace what has a fixed name', () => {
    const reasons = (name?: string) =>
      updated({ Targets: targets(80, name) }, { Targets: targets(81, name) }).outcome.reasons;
    expect(reasons('fixed')).toEqual(['Targets: AWS::ElasticLoadBalancingV2::TargetGroup fixed already exists']);
    expect(reasons()).toEqual([]);
  });

  test('cannot make what stands under another logical id, because the old one goes last', () => {
    expect(updated({ Old: topic('one') }, { New: topic('one') }).outcome.reasons).toEqual([
      'New: AWS::SNS::Topic one already exists',
    ]);
  });

  test.each([
    ['RetainExceptOnCreate', ['AWS::SNS::Topic one']],
    ['Delete', []],
  ])('removes what has the policy %s', (policy, left) => {
    expect(updated({ Key: key('one'), Old: topic('one', policy) }, { Key: key('one') }).account.leftNames).toEqual(
      left,
    );
  });

  describe('of what only grows', () => {
    const database = (AllocatedStorage: number): Resource => ({
      Type: 'AWS::RDS::DBInstance',
      Properties: { AllocatedStorage },
    });
    const [small, large] = [{ Database: database(20) }, { Database: database(100), ...FAILS }];

    test('is not taken back, and stands in the way', () => {
      const { account, outcome } = updated(small, large, 'Fails');
      expect(outcome).toEqual({
        status: 'UPDATE_ROLLBACK_FAILED',
        reasons: ['Fails: failed', 'Database: AllocatedStorage does not go back from 100 to 20'],
      });
      expect(account.apply(stack(large)).status).toBe('REFUSED');
    });

    test('goes on without a rollback', () => {
      const { account, outcome } = updated(small, large, 'Fails', false);
      expect(outcome.status).toBe('UPDATE_FAILED');
      expect(account.apply(stack(large)).status).toBe('REFUSED');
      expect(account.apply(stack(large), { rollback: false })).toEqual({ status: 'UPDATE_COMPLETE', reasons: [] });
    });

    test('is refused in the other direction', () => {
      expect(updated(large, small).outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    });
  });
});

describe('an export', () => {
  const exporting = (GroupDescription: string, Name?: string): ModelStack => ({
    ...stack({ Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription } } }),
    template: {
      Resources: { Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription } } },
      Outputs: Name === undefined ? {} : { Out: { Value: { Ref: 'Group' }, Export: { Name } } },
    },
  });
  const importing: ModelStack = {
    ...stack({ User: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::ImportValue': 'group' } } } }),
    name: 'User',
    dependencies: ['Stack'],
  };
  const both = () => {
    const account = new Account();
    account.deploy([exporting('one', 'group'), importing], ['User']);
    return account;
  };

  test('must be there for those that import it', () => {
    expect(new Account().apply(importing).reasons).toEqual(['User: there is no import group']);
    expect(both().takenNames).toEqual([]);
  });

  test.each([
    ['change, as it does with what it names', exporting('two', 'group')],
    ['go', exporting('one')],
  ])('that is in use cannot %s', (_, next) => {
    const account = both();
    const inUse = { status: 'UPDATE_ROLLBACK_COMPLETE', reasons: ['export group: is in use by User'] };
    expect(account.apply(next)).toEqual(inUse);
    expect(account.delete('Stack')).toEqual({ ...inUse, status: 'REFUSED' });
    expect(account.delete('User').status).toBe('DELETE_COMPLETE');
    expect(account.apply(next).status).toBe('UPDATE_COMPLETE');
  });
});

test('a stack that is left alone keeps an output that has changed', () => {
  const group = (GroupDescription: string): ModelStack => ({
    ...stack({}),
    template: {
      Resources: { Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription } } },
      Outputs: { Out: { Value: { Ref: 'Group' } } },
    },
  });
  const DisplayName = { 'Fn::GetStackOutput': { StackName: 'Stack', OutputName: 'Out' } };
  const reading = { ...stack({ Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName } } }), name: 'Reading' };
  const account = new Account();
  account.deploy([group('one'), { ...reading, dependencies: ['Stack'] }], ['Reading']);
  expect(account.staleStacks).toEqual([]);
  account.deploy([group('two'), { ...reading, dependencies: ['Stack'] }], ['Reading']);
  expect(account.staleStacks).toEqual(['Reading']);
});

test('a deletion that failed goes on when it is run again', () => {
  const account = new Account();
  account.apply(
    stack({ Key: { Type: 'AWS::KMS::Key' }, User: { Type: 'AWS::SNS::Topic', Properties: { K: { Ref: 'Key' } } } }),
  );
  expect(account.delete('Stack', { failAt: 'User' })).toEqual({
    status: 'DELETE_FAILED',
    reasons: ['User: failed', 'Key: User stays and uses it'],
  });
  expect(account.delete('Stack').status).toBe('DELETE_COMPLETE');
});
