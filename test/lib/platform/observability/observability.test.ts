import * as fs from 'fs';
import * as path from 'path';
import { RUNBOOK_SECTIONS } from '../../../../lib/platform/observability/alarms';
import { type Resource, CONFIGS, REPOSITORY, config, loadEnvironments, only, resources, synth } from '../../synth';

const domain = {
  name: 'erp.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/1',
  hostedZoneId: 'Z1',
  hostedZoneName: 'example.com',
};
const both = synth({
  configs: [config('dev', { observability: { alarmEmail: 'erp@example.com' } }), config('prod', { edge: { domain } })],
});

/** Alarms of an environment by name, with their stack. */
function alarms(prefix: string): Map<string, Resource & { readonly stack: string }> {
  const found = new Map();
  for (const { node } of both.app.node.children) {
    if (!node.id.startsWith(prefix)) continue;
    for (const alarm of Object.values(resources(both.template(node.id), 'AWS::CloudWatch::Alarm')))
      found.set(alarm.Properties.AlarmName, { ...alarm, stack: node.id });
  }
  return found;
}

const dev = alarms('ErpDev');
const prod = alarms('ErpProd');

test('alarms stand beside what they watch', () => {
  const names = (all: typeof dev) => [...all].map(([name, { stack }]) => `${stack} ${name}`).sort();
  const common = (prefix: string, name: string) => [
    `${prefix}Cluster ${name}-pods-pending`,
    `${prefix}Data ${name}-cache-connections`,
    `${prefix}Data ${name}-cache-cpu`,
    `${prefix}Data ${name}-cache-evictions`,
    `${prefix}Data ${name}-cache-memory`,
    `${prefix}Data ${name}-database-connections`,
    `${prefix}Data ${name}-database-cpu`,
    `${prefix}Data ${name}-database-storage`,
    `${prefix}Edge ${name}-api-5xx`,
    `${prefix}Edge ${name}-api-latency`,
    `${prefix}Edge ${name}-employee-load-balancer-5xx`,
    `${prefix}Edge ${name}-unhealthy-approval-processing-service`,
    `${prefix}Edge ${name}-unhealthy-approval-request-service`,
    `${prefix}Edge ${name}-unhealthy-employee-service`,
    `${prefix}Edge ${name}-unhealthy-notification-service`,
    `${prefix}Employee ${name}-employee-answers-5xx`,
    `${prefix}Employee ${name}-employee-duration`,
    `${prefix}Employee ${name}-employee-errors`,
    `${prefix}Employee ${name}-employee-faults`,
    `${prefix}Employee ${name}-employee-throttles`,
    `${prefix}Employee ${name}-employee-unhealthy`,
  ];
  expect(names(dev)).toEqual(common('ErpDev', 'erp-dev'));
  expect(names(prod)).toEqual(
    [
      ...common('ErpProd', 'erp-prod'),
      'ErpProdCluster erp-prod-nodes-cpu',
      'ErpProdCluster erp-prod-nodes-disk',
      'ErpProdCluster erp-prod-nodes-failed',
      'ErpProdCluster erp-prod-nodes-memory',
      'ErpProdCluster erp-prod-pods-crash-loop',
      'ErpProdCluster erp-prod-pods-restarts',
      'ErpProdData erp-prod-cache-lag',
      'ErpProdData erp-prod-kafka-disk',
      'ErpProdData erp-prod-kafka-offline',
      'ErpProdData erp-prod-kafka-under-replicated',
      'ErpProdGlobal erp-prod-certificate',
      'ErpProdGlobal erp-prod-firewall-blocked',
    ].sort(),
  );
});

test('every alarm tells a person, and tells again when it is over', () => {
  for (const { Properties, stack } of [...dev.values(), ...prod.values()]) {
    expect(Properties.AlarmActions).toHaveLength(1);
    expect(Properties.OKActions).toEqual(Properties.AlarmActions);
    // An alarm publishes in its own region only.
    if (stack === 'ErpProdGlobal')
      expect(Properties.AlarmActions[0]).toEqual({ Ref: expect.stringMatching(/^AlarmTopic/) });
    else expect(JSON.stringify(Properties.AlarmActions)).toMatch(/Network:ExportsOutputRefAlarmTopic/);
  }
});

test('every alarm names a section of the runbook', () => {
  const runbook = path.join(REPOSITORY, 'docs', 'runbook.md');
  const text = fs.existsSync(runbook) ? fs.readFileSync(runbook, 'utf8') : undefined;
  const anchors = text && [
    ...[...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
    ...[...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id!),
  ];
  for (const { Properties } of [...dev.values(), ...prod.values()]) {
    const anchor = /What to do: docs\/runbook\.md#([a-z0-9-]+)$/.exec(Properties.AlarmDescription)?.[1];
    expect(RUNBOOK_SECTIONS).toContain(anchor);
    if (anchors) expect(anchors).toContain(anchor);
  }
});

test('percentages of next to nothing raise no alarm', () => {
  for (const name of ['erp-dev-api-5xx', 'erp-dev-employee-errors']) {
    const { Metrics, TreatMissingData, Threshold } = dev.get(name)!.Properties;
    expect(Metrics.map(({ Expression }: { Expression?: string }) => Expression)).toContain(
      'IF(all >= 10, 100 * part / all, 0)',
    );
    expect(TreatMissingData).toBe('notBreaching');
    expect(Threshold).toBe(5);
  }
});

test('thresholds follow the config', () => {
  expect(prod.get('erp-prod-database-connections')!.Properties.Threshold).toBe(
    CONFIGS.prod.employee.reservedConcurrency! + 10,
  );
  const storage = dev.get('erp-dev-database-storage')!.Properties;
  expect([storage.Threshold, storage.ComparisonOperator]).toEqual([2 * 2 ** 30, 'LessThanOrEqualToThreshold']);
});

test.each([
  ['cache-cpu', 'EngineCPUUtilization', 80],
  ['cache-memory', 'DatabaseMemoryUsagePercentage', 80],
  ['cache-evictions', 'Evictions', 1],
  ['cache-connections', 'CurrConnections', 1000],
  ['cache-lag', 'ReplicationLag', 10],
])('%s looks at every node of the cache, by the name that ElastiCache gives it', (name, metricName, threshold) => {
  const nodes = (alarm: Resource) =>
    alarm.Properties.Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric ?? []);
  const node = (number: string) => ({
    Namespace: 'AWS/ElastiCache',
    MetricName: metricName,
    Dimensions: [
      { Name: 'CacheClusterId', Value: { 'Fn::Join': ['', [{ Ref: expect.stringMatching(/^Cache/) }, number]] } },
    ],
  });
  expect(prod.get(`erp-prod-${name}`)!.Properties.Threshold).toBe(threshold);
  expect(nodes(prod.get(`erp-prod-${name}`)!)).toEqual([node('-001'), node('-002')]);
  const inDev = dev.get(`erp-dev-${name}`);
  // One node has nothing to lag behind.
  expect(inDev ? nodes(inDev) : []).toEqual(name === 'cache-lag' ? [] : [node('-001')]);
});

test('the alarm of MSK looks at every broker', () => {
  const { Metrics } = prod.get('erp-prod-kafka-disk')!.Properties;
  const brokers = Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: { Dimensions: object[] } } }) =>
    MetricStat ? [MetricStat.Metric.Dimensions] : [],
  );
  expect(brokers).toEqual(
    ['1', '2'].map((broker) => [
      { Name: 'Broker ID', Value: broker },
      { Name: 'Cluster Name', Value: 'erp-prod' },
    ]),
  );
});

test.each([
  ['ErpDev', 'erp-dev', dev],
  ['ErpProd', 'erp-prod', prod],
])('the dashboard of %s is JSON that CloudWatch takes, and shows every alarm of the region', (stack, name, all) => {
  const { DashboardName, DashboardBody } = only(both.template(stack), 'AWS::CloudWatch::Dashboard').Properties;
  expect(DashboardName).toBe(name);
  const text = DashboardBody['Fn::Join'][1]
    .map((part: unknown) => (typeof part === 'string' ? part : 'token'))
    .join('');
  const { widgets } = JSON.parse(text) as {
    widgets: { type: string; x: number; width: number; properties: Record<string, unknown> }[];
  };
  for (const { type, x, width, properties } of widgets) {
    expect(['alarm', 'metric']).toContain(type);
    expect(x + width).toBeLessThanOrEqual(24);
    expect(properties.title).toBeTruthy();
    if (type === 'metric') expect(properties.metrics).toEqual(expect.any(Array));
  }
  const status = widgets.find(({ type }) => type === 'alarm')!.properties.alarms as string[];
  const here = [...all].filter(([, alarm]) => alarm.stack !== 'ErpProdGlobal');
  expect(status.map((arn) => arn.split(':alarm:')[1]).sort()).toEqual(here.map(([alarmName]) => alarmName).sort());
});

test('the dashboard holds no stack back', () => {
  for (const stack of ['ErpDev', 'ErpProd']) {
    const dashboard = JSON.stringify(only(both.template(stack), 'AWS::CloudWatch::Dashboard'));
    expect(dashboard).toContain('Fn::GetStackOutput');
    expect(dashboard).not.toContain('Fn::ImportValue');
  }
});

describe.each(['ErpDevNetwork', 'ErpProdNetwork', 'ErpProdGlobal'])('the topic of %s', (stack) => {
  const template = both.template(stack);
  const key = only(template, 'AWS::SNS::Topic').Properties.KmsMasterKeyId['Fn::GetAtt'][0];
  const policies = {
    key: resources(template, 'AWS::KMS::Key')[key]!.Properties.KeyPolicy,
    topic: only(template, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument,
  };
  const allowed = (policy: keyof typeof policies, service: string) =>
    (policies[policy].Statement as { Effect: string; Principal: { Service?: string | string[] } }[]).filter(
      ({ Effect, Principal }) => Effect === 'Allow' && [Principal.Service].flat().includes(service),
    );

  test.each(['budgets', 'cloudwatch', 'costalerts'])(
    'is encrypted, and %s uses it for this account only',
    (service) => {
      for (const policy of ['key', 'topic'] as const) {
        expect(allowed(policy, `${service}.amazonaws.com`)).toEqual([
          expect.objectContaining({ Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } }),
        ]);
      }
    },
  );

  test('is open to EventBridge, which names its account neither to a topic nor to the key of one', () => {
    for (const policy of ['key', 'topic'] as const) {
      const statements = allowed(policy, 'events.amazonaws.com');
      expect(statements).toHaveLength(1);
      expect(statements[0]).not.toHaveProperty('Condition');
    }
  });
});

test('alarms are mailed to the address of the config, and to nobody without one', () => {
  expect(only(both.template('ErpDevNetwork'), 'AWS::SNS::Subscription').Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'erp@example.com',
  });
  expect(resources(both.template('ErpProdNetwork'), 'AWS::SNS::Subscription')).toEqual({});
});

test('a mail that cannot be delivered waits in an encrypted queue, whose key the topic may use', () => {
  const template = both.template('ErpDevNetwork');
  const [queue] = Object.keys(resources(template, 'AWS::SQS::Queue'));
  const { RedrivePolicy } = only(template, 'AWS::SNS::Subscription').Properties;
  expect(RedrivePolicy).toEqual({ deadLetterTargetArn: { 'Fn::GetAtt': [queue, 'Arn'] } });
  const { KmsMasterKeyId } = only(template, 'AWS::SQS::Queue').Properties;
  const key = template.toJSON().Resources[KmsMasterKeyId['Fn::GetAtt'][0]] as Resource;
  expect(key.Properties.KeyPolicy.Statement).toContainEqual({
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Condition: {
      ArnEquals: {
        'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([expect.stringMatching(/:erp-dev-alarms$/)])] },
      },
    },
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Resource: '*',
  });
});

test('money: a budget of the account, and anomalies where config asks for them', () => {
  expect(only(both.template('ErpDevNetwork'), 'AWS::Budgets::Budget').Properties).toMatchObject({
    Budget: { BudgetLimit: { Amount: 800, Unit: 'USD' }, TimeUnit: 'MONTHLY' },
  });
  const { ThresholdExpression } = only(both.template('ErpProdGlobal'), 'AWS::CE::AnomalySubscription').Properties;
  expect(JSON.parse(ThresholdExpression).Dimensions.Values).toEqual(['300']);
  expect(both.app.node.tryFindChild('ErpDevGlobal')).toBeUndefined();
});

test('CloudWatch agents run on tainted nodes too and write to log groups of ours', () => {
  const template = both.template('ErpProdCluster');
  const addon = only(template, 'AWS::EKS::Addon', { AddonName: 'amazon-cloudwatch-observability' });
  const { ConfigurationValues, AddonVersion } = addon.Properties;
  expect(AddonVersion).toBe('v6.4.0-eksbuild.1');
  expect(JSON.parse(ConfigurationValues).tolerations).toEqual([{ operator: 'Exists' }]);
  for (const group of ['application', 'dataplane', 'host', 'performance']) {
    const LogGroupName = `/aws/containerinsights/erp-prod-cluster/${group}`;
    const { Properties } = only(template, 'AWS::Logs::LogGroup', { LogGroupName });
    expect(Properties).toMatchObject({ RetentionInDays: 365, KmsKeyId: expect.anything() });
    // The agent may make none, and would write nowhere.
    const [logicalId] = Object.keys(resources(template, 'AWS::Logs::LogGroup', { LogGroupName }));
    expect(addon.DependsOn).toContain(logicalId);
  }
  const devAddons = Object.values(resources(both.template('ErpDevCluster'), 'AWS::EKS::Addon'));
  expect(devAddons.map(({ Properties }) => Properties.AddonName)).not.toContain('amazon-cloudwatch-observability');
});

describe('traces', () => {
  const services = ['approval-processing-service', 'approval-request-service', 'notification-service'];

  test.each(['dev', 'prod'])('of %s have a group, and its faults another', (environment) => {
    const own = [`erp-${environment}-employee`, ...services.map((name) => `${name}.erp-${environment}`)]
      .map((name) => `service("${name}")`)
      .join(' OR ');
    const stack = environment === 'dev' ? 'ErpDev' : 'ErpProd';
    const groups = Object.values(resources(both.template(stack), 'AWS::XRay::Group'));
    expect(groups.map(({ Properties: { GroupName, FilterExpression } }) => [GroupName, FilterExpression])).toEqual([
      [`erp-${environment}`, own],
      [`erp-${environment}-faults`, `(${own}) AND fault = true`],
    ]);
  });

  test('of two environments in one account do not mix: no name that one filters or samples by is of the other', () => {
    const names = (stack: string) => {
      const groups = Object.values(resources(both.template(stack), 'AWS::XRay::Group'));
      const rules = Object.values(resources(both.template(stack), 'AWS::XRay::SamplingRule'));
      return {
        traced: groups.flatMap(({ Properties: { FilterExpression } }) =>
          [...String(FilterExpression).matchAll(/service\("([^"]+)"\)/g)].map(([, name]) => name!),
        ),
        sampled: rules.map(
          ({ Properties }) =>
            new RegExp(`^${Properties.SamplingRule.ServiceName.replace('.', '\\.').replace('*', '.*')}$`),
        ),
      };
    };
    const [ofDev, ofProd] = [names('ErpDev'), names('ErpProd')];
    expect(ofDev.traced.filter((name) => ofProd.traced.includes(name))).toEqual([]);
    for (const [mine, others] of [
      [ofDev, ofProd],
      [ofProd, ofDev],
    ] as const) {
      for (const name of mine.traced) {
        expect(mine.sampled.filter((rule) => rule.test(name))).toHaveLength(1);
        expect(others.sampled.filter((rule) => rule.test(name))).toEqual([]);
      }
    }
  });
});

test.each([
  [{ alarmEmail: 'nobody' }, 'observability.alarmEmail is "nobody"; allowed: an e-mail address'],
  [{ monthlyBudget: 0 }, 'observability.monthlyBudget is 0; allowed: a whole number from 1'],
])('%j is refused', (observability, message) => {
  expect(() => loadEnvironments([config('dev', { observability })])).toThrow(message);
});

test('anomalies need a budget to be measured by', () => {
  const observability = { containerInsights: true, costAnomalies: true };
  expect(() => loadEnvironments([{ ...CONFIGS.prod, observability }])).toThrow(
    'observability.costAnomalies is true; allowed: false, or true beside a monthlyBudget',
  );
});
