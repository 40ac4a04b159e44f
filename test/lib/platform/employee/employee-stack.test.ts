import { delivery } from '../delivery/fixture';
import { config, only, resources, synth, upstream } from '../../synth';

const template = synth().template('ErpDevEmployee');
const serviceFunction = only(template, 'AWS::Lambda::Function', { FunctionName: 'erp-dev-employee' });

test('the function is an arm64 Node.js 24 in the VPC, traced', () => {
  expect(serviceFunction.Properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    TracingConfig: { Mode: 'Active' },
    VpcConfig: { SubnetIds: [expect.anything(), expect.anything()] },
    LoggingConfig: { LogGroup: expect.anything() },
  });
});

describe('who may call', () => {
  const variables = (employee: object) => {
    const stack = synth({ configs: [config('dev', { employee })] }).template('ErpDevEmployee');
    return only(stack, 'AWS::Lambda::Function', { FunctionName: 'erp-dev-employee' }).Properties.Environment.Variables;
  };

  test('is told by tokens of the user pool for the frontend, and enforced', () => {
    expect(variables({})).toMatchObject({
      TOKEN_ISSUER: { 'Fn::Join': ['', ['https://cognito-idp.ap-northeast-2.amazonaws.com/', expect.anything()]] },
      TOKEN_AUDIENCE: expect.anything(),
      AUTHORIZATION: 'enforce',
      CHECK_INS: 'daily',
    });
  });

  test('is only observed, and people check in as often as they like, when the config says so', () => {
    expect(variables({ authorization: 'observe', checkIns: 'unlimited' })).toMatchObject({
      AUTHORIZATION: 'observe',
      CHECK_INS: 'unlimited',
    });
  });
});

describe('executions at once', () => {
  const reservations = ({ employee = {} }: { employee?: { reservedConcurrency?: number } }) => {
    const stack = synth({ configs: [config('dev', { employee, delivery })] });
    return ['ErpDevData', 'ErpDevEmployee', 'ErpDev'].flatMap((name) =>
      Object.values(resources(stack.template(name), 'AWS::Lambda::Function')).flatMap(
        ({ Properties: { FunctionName, ReservedConcurrentExecutions } }) =>
          ReservedConcurrentExecutions === undefined ? [] : `${FunctionName} ${ReservedConcurrentExecutions}`,
      ),
    );
  };

  test('dev reserves none, so that it fits into an account that has ten', () => {
    expect(reservations({})).toEqual([]);
  });

  test('what the config reserves for the service, its helpers reserve one each of', () => {
    expect(reservations({ employee: { reservedConcurrency: 7 } })).toEqual([
      'erp-dev-database-users 1',
      'erp-dev-employee 7',
      'erp-dev-employee-migration 1',
      'erp-dev-released-images 1',
    ]);
  });
});

test.each([
  ['erp-dev-employee', 'Service', 'Migration'],
  ['erp-dev-employee-migration', 'Migration', 'Service'],
])('%s may read the secret of its own user, decrypt it and nothing else of ours', (name, own, other) => {
  const { PolicyDocument } = only(template, 'AWS::IAM::ManagedPolicy', { Description: `Function ${name}` }).Properties;
  const statements: { Effect: string; Action: string | string[]; Resource: unknown }[] = PolicyDocument.Statement;
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
  const actions = allowed.flatMap(({ Action }) => Action).sort();
  expect([...new Set(actions)]).toEqual([
    'kms:Decrypt',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
  ]);
  for (const { Resource } of allowed) expect(JSON.stringify(Resource)).not.toContain('*');
  const { Role, Environment } = only(template, 'AWS::Lambda::Function', { FunctionName: name }).Properties;
  expect(JSON.stringify(Environment.Variables.DATABASE_SECRET_ARN)).toContain(`DatabaseUsers${own}`);
  expect(JSON.stringify(PolicyDocument)).toContain(`DatabaseUsers${own}`);
  expect(JSON.stringify(PolicyDocument)).not.toContain(`DatabaseUsers${other}`);
  const policy = Object.keys(resources(template, 'AWS::IAM::ManagedPolicy', { Description: `Function ${name}` }))[0];
  const role = resources(template, 'AWS::IAM::Role')[Role['Fn::GetAtt'][0]]!;
  expect(role.Properties.ManagedPolicyArns).toContainEqual({ Ref: policy });
});

test('its log group has an end and a key', () => {
  expect(
    only(template, 'AWS::Logs::LogGroup', { LogGroupName: '/aws/lambda/erp-dev-employee' }).Properties,
  ).toMatchObject({
    RetentionInDays: 14,
    KmsKeyId: expect.anything(),
  });
});

test('callers get new code only after its migration', () => {
  const alias = Object.keys(resources(template, 'AWS::Lambda::Alias'))[0]!;
  const trigger = Object.keys(resources(template, 'Custom::Trigger'))[0]!;
  expect(upstream(template, alias)).toContain(trigger);
  const { AliasArn, ...targets } = {
    AliasArn: alias,
    ...only(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').Properties,
  };
  expect(targets.Targets).toEqual([{ Id: { Ref: AliasArn } }]);
});

test('a migration reaches the database before it runs', () => {
  const trigger = Object.keys(resources(template, 'Custom::Trigger'))[0]!;
  const rule = Object.entries(resources(template, 'AWS::EC2::SecurityGroupIngress', { FromPort: 3307 }))[0]!;
  expect(upstream(template, trigger)).toContain(rule[0]);
});

test('everything but the health check, which comes first, goes from its load balancer to the function', () => {
  const group = Object.entries(resources(template, 'AWS::ElasticLoadBalancingV2::TargetGroup'));
  expect(group.map(([, { Properties }]) => [Properties.TargetType, Properties.HealthCheckEnabled])).toEqual([
    ['lambda', true],
  ]);
  const rule = only(template, 'AWS::ElasticLoadBalancingV2::ListenerRule').Properties;
  expect(rule).toMatchObject({
    Priority: 2,
    Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
    Actions: [{ Type: 'forward', TargetGroupArn: { Ref: group[0]![0] } }],
  });
  expect(JSON.stringify(rule.ListenerArn)).toMatch(/ErpDevEdge:ExportsOutputRefEmployeeLoadBalancerHttp/);
});

test('the health check of the function asks the service and its database, seldom', () => {
  const { HealthCheckPath, HealthCheckIntervalSeconds } = only(
    template,
    'AWS::ElasticLoadBalancingV2::TargetGroup',
  ).Properties;
  expect([HealthCheckPath, HealthCheckIntervalSeconds]).toEqual(['/health', 60]);
});

test('the function takes calls of load balancers of its own account alone', () => {
  expect(
    only(template, 'AWS::Lambda::Permission', { Principal: 'elasticloadbalancing.amazonaws.com' }).Properties,
  ).toMatchObject({ SourceAccount: { Ref: 'AWS::AccountId' } });
});
