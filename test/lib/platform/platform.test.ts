import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { type Resource, CONFIGS, chartWith, helmValues, only, resources, synth } from '../synth';

const all = synth({ configs: Object.values(CONFIGS) });

/** Stacks that `cdk deploy <name>` brings along, in the order of deployment. */
function upstreamStacks(name: string): string[] {
  const seen = new Set<string>();
  const visit = (stack: CloudFormationStackArtifact) =>
    stack.dependencies.forEach((dependency) => {
      if ('stackName' in dependency && !seen.has(dependency.id)) {
        visit(dependency as CloudFormationStackArtifact);
        seen.add(dependency.id);
      }
    });
  visit(all.assembly().getStackByName(name));
  return [...seen];
}

test('each environment has its stacks, by lifetime, and all share the registry', () => {
  const names = all.assembly().stacks.map(({ id }) => id);
  const environment = (prefix: string) =>
    ['Network', 'Data', 'Cluster', 'Employee', 'Edge', ''].map((stack) => `${prefix}${stack}`);
  expect([...names].sort()).toEqual(
    [...environment('ErpDev'), ...environment('ErpProd'), 'ErpProdFirewall', 'ErpProdGlobal', 'ErpRegistry'].sort(),
  );
});

test('cdk deploy ErpDev brings the registry and every stack of dev, and none of prod', () => {
  expect(upstreamStacks('ErpDev').sort()).toEqual([
    'ErpDevCluster',
    'ErpDevData',
    'ErpDevEdge',
    'ErpDevEmployee',
    'ErpDevNetwork',
    'ErpRegistry',
  ]);
  expect(upstreamStacks('ErpProd')).toEqual(
    expect.arrayContaining(['ErpProdFirewall', 'ErpProdGlobal', 'ErpRegistry']),
  );
});

test('cdk destroy ErpDev leaves the registry: it takes what needs a stack, not what a stack needs', () => {
  const taken = all.assembly().stacks.filter(({ id }) => upstreamStacks(id).includes('ErpDev'));
  expect(taken.map(({ id }) => id)).toEqual([]);
  expect(upstreamStacks('ErpRegistry')).toEqual([]);
});

test('the database and the cluster do not wait for each other, nor the load balancers for the function', () => {
  expect(upstreamStacks('ErpDevCluster')).toEqual(['ErpDevNetwork']);
  expect(upstreamStacks('ErpDevData')).toEqual(['ErpDevNetwork']);
  expect(upstreamStacks('ErpDevEdge')).toEqual(['ErpDevNetwork']);
  expect(upstreamStacks('ErpDevEmployee').sort()).toEqual(['ErpDevData', 'ErpDevEdge', 'ErpDevNetwork']);
});

test('a synth knows no account and looks nothing up', () => {
  expect(all.assembly().manifest.missing).toBeUndefined();
  for (const stack of all.assembly().stacks) {
    expect(stack.environment.account).toBe('unknown-account');
    expect(stack.environment.region).toBe(/(Firewall|Global)$/.test(stack.id) ? 'us-east-1' : 'ap-northeast-2');
  }
});

test('prod refuses to be deleted by a slip of the hand', () => {
  for (const { id, terminationProtection } of all.assembly().stacks) {
    expect(terminationProtection ?? false).toBe(id.startsWith('ErpProd'));
  }
});

describe('nothing that serves the database, the users or the images is ever replaced by a refactoring', () => {
  // The ids are contract: CloudFormation would delete the resource under the old one.
  const contract: [stack: string, type: string, logicalIds: string[]][] = [
    ['ErpDevNetwork', 'AWS::EC2::VPC', ['Vpc8378EB38']],
    ['ErpDevNetwork', 'AWS::KMS::Key', ['AlarmTopicKeyBA1A4AA7', 'LogKeyE83D0C1B']],
    ['ErpDevNetwork', 'AWS::S3::Bucket', ['AccessLogs8B620ECA']],
    ['ErpDevData', 'AWS::RDS::DBInstance', ['DatabaseInstanceAA8A5FDE']],
    [
      'ErpDevData',
      'AWS::SecretsManager::Secret',
      [
        'DatabaseSecret3B817195',
        'DatabaseUsersClusterE20B5E3F',
        'DatabaseUsersMigration6773F664',
        'DatabaseUsersService43CB4433',
        'MongodbSecret606CB09D',
      ],
    ],
    ['ErpDevData', 'AWS::KMS::Key', ['Key961B73FD']],
    ['ErpDevData', 'AWS::ElastiCache::ReplicationGroup', ['CacheReplicationGroupBFE59FF3']],
    ['ErpProdData', 'AWS::MSK::Cluster', ['KafkaCluster21A1BE89']],
    ['ErpProdData', 'AWS::Backup::BackupVault', ['BackupVaultADF21B19']],
    ['ErpDevCluster', 'AWS::EKS::Cluster', ['ClusterEB0386A7']],
    ['ErpDevCluster', 'AWS::KMS::Key', ['SecretsKey317DCF94']],
    ['ErpDevEdge', 'AWS::Cognito::UserPool', ['UsersPoolBFC35D3B']],
    ['ErpDevEdge', 'AWS::CloudFront::Distribution', ['FrontendDistributionC0C89627']],
    ['ErpDevEdge', 'AWS::S3::Bucket', ['FrontendBucket5DAC5524']],
    [
      'ErpDevEdge',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      ['EmployeeLoadBalancer4FE9EFAB', 'LoadBalancerC797D0FC'],
    ],
    [
      'ErpRegistry',
      'AWS::ECR::Repository',
      ['erpapprovalprocessingserviceA0163891', 'erpapprovalrequestservice44C8A059', 'erpnotificationserviceBFC74172'],
    ],
  ];
  test.each(contract)('%s %s', (stack, type, logicalIds) => {
    expect(Object.keys(resources(all.template(stack), type)).sort()).toEqual([...logicalIds].sort());
  });
});

test('Helm releases and namespaces never change', () => {
  const releases = (stack: string) =>
    Object.values(resources(all.template(stack), 'Custom::AWSCDK-EKS-HelmChart'))
      .map(({ Properties: { Release, Namespace } }) => `${Namespace}/${Release}`)
      .sort();
  const controllers = [
    'external-secrets-system/external-secrets',
    'kube-system/aws-load-balancer-controller',
    'kube-system/metrics-server',
  ];
  expect(releases('ErpDev')).toEqual(['erp-dev/erp-microservices', ...controllers]);
  expect(releases('ErpProd')).toEqual(['erp-prod/erp-microservices', ...controllers]);
  for (const { id } of all.assembly().stacks) {
    if (id !== 'ErpDev' && id !== 'ErpProd') expect(releases(id)).toEqual([]);
  }
});

test('a fourth service needs one entry in one file', () => {
  const four = synth({
    chart: chartWith('dev', {
      services: {
        payroll: {
          name: 'payroll-service',
          port: 8085,
          image: { repository: 'erp/payroll-service' },
          api: { route: 'payroll' },
        },
      },
    }),
  });
  const edge = four.template('ErpDevEdge');
  edge.resourceCountIs('AWS::ElasticLoadBalancingV2::TargetGroup', 5);
  edge.resourcePropertiesCountIs('AWS::ElasticLoadBalancingV2::Listener', { Protocol: 'TCP' }, 5);
  edge.resourceCountIs('AWS::ApiGatewayV2::Route', 16);
  expect(only(edge, 'AWS::ElasticLoadBalancingV2::TargetGroup', { Port: 8085 }).Properties.TargetType).toBe('ip');
  expect(only(edge, 'AWS::ApiGatewayV2::Route', { RouteKey: 'ANY /api/payroll' }).Properties.AuthorizationType).toBe(
    'JWT',
  );

  const { targetGroup } = helmValues(four.template('ErpDev'), 'erp-microservices').services.payroll;
  expect(targetGroup).toEqual({
    arn: expect.stringContaining('Targetspayroll'),
    port: 8085,
    protocol: 'TCP',
    targetType: 'ip',
  });
  only(four.template('ErpDev'), 'AWS::EC2::SecurityGroupIngress', { FromPort: 8085, ToPort: 8085 });
  only(four.template('ErpDevCluster'), 'AWS::EKS::PodIdentityAssociation', { ServiceAccount: 'payroll-service' });
  only(four.template('ErpRegistry'), 'AWS::ECR::Repository', { RepositoryName: 'erp/payroll-service' });
});

test('removing a service deploys in one go: no stack imports what another must drop', () => {
  const { Resources: before } = all.template('ErpDevEdge').toJSON() as { Resources: Record<string, Resource> };
  const outputs = JSON.stringify(all.template('ErpDevEdge').toJSON().Outputs);
  for (const [logicalId, { Type }] of Object.entries(before)) {
    if (Type === 'AWS::ElasticLoadBalancingV2::TargetGroup')
      expect(outputs).not.toContain(`ExportsOutputRef${logicalId}`);
  }
  expect(JSON.stringify(all.template('ErpDev').toJSON())).toContain('Fn::GetStackOutput');
});

test('no rule inside the VPC lets the whole internet in', () => {
  for (const { id } of all.assembly().stacks) {
    const template = all.template(id);
    const inline = Object.values(resources(template, 'AWS::EC2::SecurityGroup')).map(
      ({ Properties }) => Properties.SecurityGroupIngress,
    );
    const single = Object.values(resources(template, 'AWS::EC2::SecurityGroupIngress')).map(
      ({ Properties }) => Properties,
    );
    expect(JSON.stringify([inline, single])).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
  }
});

test('no template carries a secret', () => {
  for (const { id } of all.assembly().stacks) {
    const text = JSON.stringify(all.template(id).toJSON());
    expect(text).not.toMatch(/mongodb\+srv:\/\/[^.]*:[^.]*@/);
    // Only references to Secrets Manager, which CloudFormation resolves inside RDS.
    const passwords = [...text.matchAll(/"MasterUserPassword":(.{0,60})/g)].map(([, value]) => value);
    for (const password of passwords) expect(password).toContain('{{resolve:secretsmanager:');
  }
});
