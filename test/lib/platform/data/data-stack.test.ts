import { CONFIGS, only, resources, synth } from '../../synth';

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

test('erp/dev/mysql gets host, port and dbname from RDS, and a new password every 30 days', () => {
  const secret = only(dev, 'AWS::SecretsManager::Secret', { Name: 'erp/dev/mysql' });
  expect(secret.Properties.KmsKeyId).toBeDefined();
  expect(only(dev, 'AWS::SecretsManager::SecretTargetAttachment').Properties.TargetType).toBe('AWS::RDS::DBInstance');
  expect(only(dev, 'AWS::SecretsManager::RotationSchedule').Properties.RotationRules).toEqual({
    ScheduleExpression: 'rate(30 days)',
  });
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
