import { CONFIGS, chartWith, helmValues, only, resources, synth } from '../../synth';

const both = synth({ configs: Object.values(CONFIGS) });
const dev = both.template('ErpDevData');
const prod = both.template('ErpProdData');
const GROUP = 'AWS::ElastiCache::ReplicationGroup';

test('one small node of Valkey in dev, which leaves nothing behind', () => {
  const { Properties, DeletionPolicy } = only(dev, GROUP);
  expect(Properties).toMatchObject({
    Engine: 'valkey',
    CacheNodeType: 'cache.t4g.micro',
    NumCacheClusters: 1,
    AutomaticFailoverEnabled: false,
    MultiAZEnabled: false,
    SnapshotRetentionLimit: 0,
    AutoMinorVersionUpgrade: true,
  });
  expect(DeletionPolicy).toBe('Delete');
});

test('two nodes in prod, of which one takes over, with snapshots and a last one', () => {
  const { Properties, DeletionPolicy } = only(prod, GROUP);
  expect(Properties).toMatchObject({ NumCacheClusters: 2, AutomaticFailoverEnabled: true, MultiAZEnabled: true });
  expect(Properties.SnapshotRetentionLimit).toBeGreaterThanOrEqual(15);
  expect(DeletionPolicy).toBe('Snapshot');
});

test('snapshots and maintenance have nights of their own, an hour each as ElastiCache wants', () => {
  const { SnapshotWindow, PreferredMaintenanceWindow } = only(prod, GROUP).Properties;
  expect([SnapshotWindow, PreferredMaintenanceWindow]).toEqual(['18:00-19:00', 'sun:19:00-sun:20:00']);
  expect(only(dev, GROUP).Properties.SnapshotWindow).toBeUndefined();
});

test.each([
  ['dev', dev],
  ['prod', prod],
])('%s: encrypted at rest by the key of the data, and plain clients are let in beside TLS ones', (_, template) => {
  const { Properties } = only(template, GROUP);
  expect(Properties).toMatchObject({
    AtRestEncryptionEnabled: true,
    KmsKeyId: { 'Fn::GetAtt': [Object.keys(resources(template, 'AWS::KMS::Key'))[0], 'Arn'] },
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'preferred',
  });
  expect(Properties).not.toHaveProperty('AuthToken');
});

test('has no name that a failed creation could leave taken', () => {
  expect(only(prod, GROUP).Properties).not.toHaveProperty('ReplicationGroupId');
  expect(only(prod, 'AWS::ElastiCache::SubnetGroup').Properties).not.toHaveProperty('CacheSubnetGroupName');
});

test('logs slow commands and the engine into encrypted groups', () => {
  const { LogDeliveryConfigurations } = only(dev, GROUP).Properties;
  const groups = resources(dev, 'AWS::Logs::LogGroup');
  expect(LogDeliveryConfigurations.map(({ LogType }: { LogType: string }) => LogType)).toEqual([
    'engine-log',
    'slow-log',
  ]);
  for (const { DestinationDetails } of LogDeliveryConfigurations) {
    const group = groups[DestinationDetails.CloudWatchLogsDetails.LogGroup.Ref]!;
    expect(group.Properties).toMatchObject({ KmsKeyId: expect.anything(), RetentionInDays: 14 });
    expect(group.Properties).not.toHaveProperty('LogGroupName');
  }
});

test('stands in subnets without a way out and admits the pods alone', () => {
  expect(JSON.stringify(only(dev, 'AWS::ElastiCache::SubnetGroup').Properties.SubnetIds)).toMatch(
    /VpcIsolatedSubnet1.*VpcIsolatedSubnet2/,
  );
  const groups = Object.entries(resources(dev, 'AWS::EC2::SecurityGroup', { GroupDescription: 'Valkey of erp-dev' }));
  const [groupId, group] = groups[0]!;
  expect(groups).toHaveLength(1);
  expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
  expect(only(dev, GROUP).Properties.SecurityGroupIds).toEqual([{ 'Fn::GetAtt': [groupId, 'GroupId'] }]);
  expect(resources(dev, 'AWS::EC2::SecurityGroupIngress', { GroupId: { 'Fn::GetAtt': [groupId, 'GroupId'] } })).toEqual(
    {},
  );

  const { Properties: rule } = only(both.template('ErpDev'), 'AWS::EC2::SecurityGroupIngress', { FromPort: 6379 });
  expect(rule.ToPort).toBe(6379);
  expect(JSON.stringify(rule.GroupId)).toContain(groupId);
  expect(JSON.stringify(rule.SourceSecurityGroupId)).toContain('ClusterSecurityGroupId');
});

test('its address and addresses reach the chart', () => {
  expect(helmValues(both.template('ErpDev'), 'erp-microservices').redis).toEqual({
    host: expect.stringContaining('PrimaryEndPointAddress'),
    port: 6379,
    cidrs: ['10.0.12.0/24', '10.0.13.0/24'],
  });
});

describe('with the last service that uses it', () => {
  const off = { uses: { redis: false } };
  const without = synth({ chart: chartWith('dev', { services: { approvalProcessing: off, notification: off } }) });

  test('the cache goes, and everything about it', () => {
    for (const type of [GROUP, 'AWS::ElastiCache::SubnetGroup'])
      expect(resources(without.template('ErpDevData'), type)).toEqual({});
    expect(JSON.stringify(without.template('ErpDevData').toJSON())).not.toContain('ElastiCache');
    expect(resources(without.template('ErpDev'), 'AWS::EC2::SecurityGroupIngress', { FromPort: 6379 })).toEqual({});
    expect(JSON.stringify(without.template('ErpDev').toJSON())).not.toMatch(/ElastiCache|PrimaryEndPoint/);
  });

  test('in one deployment: no other stack imports what the data stack must drop', () => {
    const { Outputs } = dev.toJSON() as { Outputs: Record<string, { Value: unknown; Export?: unknown }> };
    const ofTheCache = Object.values(Outputs).filter(({ Value }) => /"Cache[A-Z]/.test(JSON.stringify(Value)));
    expect(ofTheCache).toHaveLength(3);
    for (const output of ofTheCache) expect(output).not.toHaveProperty('Export');
  });

  test('one of two leaves it', () => {
    const one = synth({ chart: chartWith('dev', { services: { approvalProcessing: off } }) });
    only(one.template('ErpDevData'), GROUP);
  });

  test('a service that is switched off does not count', () => {
    const disabled = synth({
      chart: chartWith('dev', { services: { approvalProcessing: off, notification: { enabled: false } } }),
    });
    expect(resources(disabled.template('ErpDevData'), GROUP)).toEqual({});
  });
});
