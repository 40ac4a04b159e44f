import { delivery } from '../delivery/fixture';
import { config, only, resources, synth, upstream } from '../synth';

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

describe('executions at once', () => {
  const reservations = ({ employee = {} }: { employee?: { reservedConcurrency?: number } }) => {
    const stack = synth({ configs: [config('dev', { employee, delivery })] });
    return ['ErpDevEmployee', 'ErpDev'].flatMap((name) =>
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
      'erp-dev-employee 7',
      'erp-dev-employee-migration 1',
      'erp-dev-released-images 1',
    ]);
  });
});

test('it may read its secret, decrypt it and nothing else of ours', () => {
  const { PolicyDocument } = only(template, 'AWS::IAM::ManagedPolicy').Properties;
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

describe('the load balancer in front of the function', () => {
  test('is internal, because a Network Load Balancer cannot target a function', () => {
    expect(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').Properties).toMatchObject({
      Scheme: 'internal',
      Type: 'application',
    });
    expect(only(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').Properties.TargetType).toBe('lambda');
    expect(only(template, 'AWS::ElasticLoadBalancingV2::Listener').Properties.Port).toBe(8081);
  });

  test('answers health checks itself', () => {
    const { Conditions, Actions } = only(template, 'AWS::ElasticLoadBalancingV2::ListenerRule').Properties;
    expect(Conditions).toEqual([{ Field: 'path-pattern', PathPatternConfig: { Values: ['/healthz'] } }]);
    expect(Actions).toEqual([expect.objectContaining({ Type: 'fixed-response' })]);
    expect(only(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').Properties.HealthCheckEnabled).toBe(false);
  });

  test('lets nobody in by itself', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::EC2::SecurityGroup'))) {
      expect(Properties.SecurityGroupIngress).toBeUndefined();
    }
  });
});

test('prod protects the load balancer from deletion', () => {
  const prod = synth({ configs: [config('prod')] }).template('ErpProdEmployee');
  expect(only(prod, 'AWS::ElasticLoadBalancingV2::LoadBalancer').Properties.LoadBalancerAttributes).toContainEqual({
    Key: 'deletion_protection.enabled',
    Value: 'true',
  });
});
