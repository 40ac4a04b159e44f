import { CONFIGS, only, resources, synth, upstream } from '../../synth';

const both = synth({ configs: Object.values(CONFIGS) });
const dev = both.template('ErpDevData');
const prod = both.template('ErpProdData');

test('MySQL 8.4 in dev: small, single, encrypted, gp3', () => {
  expect(only(dev, 'AWS::RDS::DBInstance').Properties).toMatchObject({
    Engine: 'mysql',
    EngineVersion: expect.stringMatching(/^8\.4\./),
    DBInstanceClass: 'db.t4g.micro',
    MultiAZ: false,
    AllocatedStorage: '20',
    StorageType: 'gp3',
    StorageEncrypted: true,
    PubliclyAccessible: false,
    EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
    DBName: 'erp',
  });
});

test('MySQL in prod survives a zone and a slip of the hand', () => {
  const instance = only(prod, 'AWS::RDS::DBInstance');
  expect(instance.Properties).toMatchObject({
    MultiAZ: true,
    DeletionProtection: true,
    EnablePerformanceInsights: true,
  });
  expect(instance.Properties.BackupRetentionPeriod).toBeGreaterThanOrEqual(7);
  expect(instance.DeletionPolicy).toBe('Snapshot');
  only(prod, 'AWS::Backup::BackupPlan');
});

test('dev goes without a trace', () => {
  expect(only(dev, 'AWS::RDS::DBInstance').DeletionPolicy).toBe('Delete');
  for (const type of ['AWS::KMS::Key', 'AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret']) {
    for (const { DeletionPolicy } of Object.values(resources(dev, type))) expect(DeletionPolicy).toBe('Delete');
  }
});

test('prod keeps keys, secrets and streams', () => {
  for (const type of ['AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::MSK::Cluster']) {
    for (const { DeletionPolicy } of Object.values(resources(prod, type))) {
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
    }
  }
});

test('clients must use TLS', () => {
  expect(only(dev, 'AWS::RDS::DBParameterGroup').Properties.Parameters).toMatchObject({
    require_secure_transport: '1',
  });
});

test('one user never holds all connections, whether or not the config bounds the executions of the service', () => {
  const perUser = (stack: typeof dev) =>
    only(stack, 'AWS::RDS::DBParameterGroup').Properties.Parameters.max_user_connections;
  // Of about 60 that a t4g.micro takes.
  expect(perUser(dev)).toBe('50');
  expect(perUser(prod)).toBe(String(CONFIGS.prod.employee.reservedConcurrency! + 10));
});

test('the database stands in subnets without a way out', () => {
  const { SubnetIds } = only(dev, 'AWS::RDS::DBSubnetGroup').Properties;
  expect(JSON.stringify(SubnetIds)).toMatch(/VpcIsolatedSubnet1.*VpcIsolatedSubnet2/);
});

test('the master has a secret of its own, with host, port and dbname from RDS', () => {
  const secret = only(dev, 'AWS::SecretsManager::Secret', { Name: 'erp/dev/mysql-master' });
  expect(secret.Properties.KmsKeyId).toBeDefined();
  expect(only(dev, 'AWS::SecretsManager::SecretTargetAttachment').Properties.TargetType).toBe('AWS::RDS::DBInstance');
});

test.each([
  ['erp/dev/mysql', 'erp_services', 'services'],
  ['erp/dev/mysql-employee', 'erp_employee', 'erp'],
  ['erp/dev/mysql-employee-migration', 'erp_employee_migration', 'erp'],
])('%s is complete: a user of its own and where the database is', (name, username, dbname) => {
  const { KmsKeyId, GenerateSecretString } = only(dev, 'AWS::SecretsManager::Secret', { Name: name }).Properties;
  const [instance] = Object.keys(resources(dev, 'AWS::RDS::DBInstance'));
  expect(KmsKeyId).toBeDefined();
  const [, parts] = GenerateSecretString.SecretStringTemplate['Fn::Join'];
  const text = parts.map((part: unknown) =>
    typeof part === 'string' ? part : JSON.stringify(part).replaceAll('"', "'"),
  );
  expect(JSON.parse(text.join(''))).toEqual({
    engine: 'mysql',
    username,
    dbname,
    port: 3307,
    host: `{'Fn::GetAtt':['${instance}','Endpoint.Address']}`,
    dbInstanceIdentifier: 'erp-dev-mysql',
  });
  expect(GenerateSecretString.GenerateStringKey).toBe('password');
});

test('every user of the database gets a new password every 30 days', () => {
  const schedules = Object.values(resources(dev, 'AWS::SecretsManager::RotationSchedule'));
  expect(schedules).toHaveLength(4);
  for (const { Properties } of schedules) {
    expect(Properties.RotationRules).toEqual({ ScheduleExpression: 'rate(30 days)' });
    expect(Properties.RotationLambdaARN).toEqual(schedules[0]!.Properties.RotationLambdaARN);
  }
});

test('users are made when the database stands, and rotate when they are made', () => {
  const [trigger] = Object.keys(resources(dev, 'Custom::Trigger'));
  const [instance] = Object.keys(resources(dev, 'AWS::RDS::DBInstance'));
  const before = upstream(dev, trigger!);
  expect(before).toContain(instance);
  const [rule] = Object.entries(resources(dev, 'AWS::EC2::SecurityGroupIngress')).find(([, { Properties }]) =>
    /DatabaseUsers/.test(JSON.stringify(Properties.SourceSecurityGroupId)),
  )!;
  expect(before).toContain(rule);
  const users = Object.entries(resources(dev, 'AWS::SecretsManager::RotationSchedule')).filter(([id]) =>
    id.startsWith('DatabaseUsers'),
  );
  expect(users).toHaveLength(3);
  for (const [id] of users) expect(upstream(dev, id)).toContain(trigger);
});

test('users are made anew in another instance, whose secrets have other passwords', () => {
  const [[, trigger] = []] = Object.entries(resources(dev, 'Custom::Trigger')).filter(([id]) =>
    id.startsWith('DatabaseUsers'),
  );
  const [instance] = Object.keys(resources(dev, 'AWS::RDS::DBInstance'));
  expect(trigger?.Properties.Endpoint).toEqual({ 'Fn::GetAtt': [instance, 'Endpoint.Address'] });
});

test('the function that makes the users is there before the instance, which takes minutes', () => {
  const [maker] = Object.keys(resources(dev, 'AWS::Lambda::Function', { FunctionName: 'erp-dev-database-users' }));
  const [instance] = Object.keys(resources(dev, 'AWS::RDS::DBInstance'));
  expect(upstream(dev, maker!)).not.toContain(instance);
});

test('the credentials of the master are read by the function that makes the users alone', () => {
  const [master] = Object.entries(resources(dev, 'AWS::SecretsManager::Secret')).find(
    ([, { Properties }]) => Properties.Name === 'erp/dev/mysql-master',
  )!;
  const readers = both.assembly().stacks.flatMap(({ id }) =>
    ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
      Object.entries(resources(both.template(id), type))
        .filter(([, policy]) => new RegExp(`\\b(${master}|DatabaseSecretAttachment)`).test(JSON.stringify(policy)))
        .map(([logicalId]) => `${id} ${logicalId.replace(/[0-9A-F]{8}$/, '')}`),
    ),
  );
  expect([...new Set(readers)]).toEqual([
    'ErpDevData DatabaseUsersFunctionPermissions',
    'ErpProdData DatabaseUsersFunctionPermissions',
  ]);
});

test('whoever reads the secrets from another stack uses their key through Secrets Manager alone', () => {
  const statements = both
    .assembly()
    .stacks.flatMap(({ id }) =>
      ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role'].flatMap((type) =>
        Object.values(resources(both.template(id), type)).flatMap(
          ({ Properties: { PolicyDocument, Policies = [] } }): { Action: string | string[]; Condition?: object }[] =>
            [PolicyDocument, ...Policies.map((each: { PolicyDocument: object }) => each.PolicyDocument)].flatMap(
              (document) => document?.Statement ?? [],
            ),
        ),
      ),
    );
  const ofKey = statements.filter((statement) => /:ExportsOutputFnGetAttKey/.test(JSON.stringify(statement)));
  // The service, its migration and External Secrets, of two environments.
  expect(ofKey.map(({ Action, Condition }) => ({ Action, Condition }))).toEqual(
    Array(6).fill({
      Action: 'kms:Decrypt',
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.ap-northeast-2.amazonaws.com' } },
    }),
  );
});

test('erp/dev/mongodb waits for the operator without holding anything', () => {
  const { GenerateSecretString } = only(dev, 'AWS::SecretsManager::Secret', { Name: 'erp/dev/mongodb' }).Properties;
  expect(JSON.parse(GenerateSecretString.SecretStringTemplate).uri).toMatch(/\.invalid\//);
});

test('RDS finds its log groups, encrypted and with an end', () => {
  const { DBInstanceIdentifier, EnableCloudwatchLogsExports } = only(dev, 'AWS::RDS::DBInstance').Properties;
  for (const type of EnableCloudwatchLogsExports) {
    const { Properties } = only(dev, 'AWS::Logs::LogGroup', {
      LogGroupName: `/aws/rds/instance/${DBInstanceIdentifier}/${type}`,
    });
    expect(Properties).toMatchObject({ RetentionInDays: 14, KmsKeyId: expect.anything() });
  }
});

test('the database comes after its log groups, which RDS would make without key and end', () => {
  const [instance] = Object.values(resources(dev, 'AWS::RDS::DBInstance'));
  const logGroups = Object.entries(resources(dev, 'AWS::Logs::LogGroup'))
    .filter(([, { Properties }]) => String(Properties.LogGroupName).startsWith('/aws/rds/instance/'))
    .map(([logicalId]) => logicalId);
  expect(logGroups).toHaveLength(instance!.Properties.EnableCloudwatchLogsExports.length);
  expect(instance!.DependsOn).toEqual(expect.arrayContaining(logGroups));
});

describe('Kafka in prod', () => {
  const cluster = () => only(prod, 'AWS::MSK::Cluster').Properties;

  test('is MSK: two brokers over two zones, without ZooKeeper', () => {
    expect(cluster().NumberOfBrokerNodes).toBe(2);
    expect(cluster().BrokerNodeGroupInfo.ClientSubnets).toHaveLength(2);
    expect(cluster().KafkaVersion).toMatch(/\.kraft$/);
  });

  test('speaks TLS only and encrypts its volumes with our key', () => {
    expect(cluster().EncryptionInfo.EncryptionInTransit).toEqual({ ClientBroker: 'TLS', InCluster: true });
    expect(cluster().EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId).toBeDefined();
  });

  test('grows its storage by itself', () => {
    expect(only(prod, 'AWS::ApplicationAutoScaling::ScalableTarget').Properties).toMatchObject({
      MaxCapacity: 1000,
      ServiceNamespace: 'kafka',
    });
  });

  test('stays writable while one of two brokers is away', () => {
    const { ServerProperties } = only(prod, 'AWS::MSK::Configuration').Properties;
    expect(ServerProperties).toContain('default.replication.factor=2\nmin.insync.replicas=1\n');
  });

  test('costs dev nothing', () => {
    dev.resourceCountIs('AWS::MSK::Cluster', 0);
  });
});
