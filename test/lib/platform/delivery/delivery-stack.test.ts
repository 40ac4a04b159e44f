import * as fs from 'fs';
import * as path from 'path';
import { loadEnvironments } from '../../../../lib/config';
import type { DeliveryConfig } from '../../../../lib/config/environment';
import { releaseRules } from '../../../../lib/platform/delivery/release-access';
import { REPOSITORY, appliedObjects, chartWith, config, only, resources, synth } from '../../synth';
import { delivery } from './fixture';

const app = synth({
  configs: [
    config('dev', { delivery: { ...delivery, servicesFolder: 'services', sharedPaths: ['pom.xml', 'common'] } }),
    config('prod', {
      delivery: { ...delivery, approval: true },
      kubernetes: { serviceNodes: { instanceTypes: ['m6i.xlarge'] } },
    }),
  ],
});
const template = app.template('ErpDevDelivery');
const pipeline = only(template, 'AWS::CodePipeline::Pipeline').Properties;

function project(name: string, stack = template) {
  return only(stack, 'AWS::CodeBuild::Project', { Name: name }).Properties;
}

function environmentOf(name: string): Record<string, string> {
  const variables = project(name).Environment.EnvironmentVariables as { Name: string; Value: string }[];
  return Object.fromEntries(variables.map(({ Name, Value }) => [Name, Value]));
}

test('an environment without a connection has no delivery stack', () => {
  const shipped = synth();
  expect(shipped.app.node.tryFindChild('ErpDevDelivery')).toBeUndefined();
  const types = Object.values(shipped.template('ErpDev').toJSON().Resources as { Type: string }[]).map(
    ({ Type }) => Type,
  );
  expect(types).not.toContain('Custom::ReleasedImages');
});

test('the stack comes after the registry and the first release, and no other stack waits for it', () => {
  const stacks = app.assembly().stacks;
  const dependencies = (id: string) =>
    stacks.find((stack) => stack.id === id)!.dependencies.map((dependency) => dependency.id);
  expect(dependencies('ErpDevDelivery')).toEqual(expect.arrayContaining(['ErpRegistry', 'ErpDev']));
  for (const { id } of stacks) expect(dependencies(id)).not.toContain('ErpDevDelivery');
});

test('the pipeline starts on pushes to the branch that touch a service, what services share, or the chart', () => {
  expect(pipeline).toMatchObject({ Name: 'erp-dev', PipelineType: 'V2', ExecutionMode: 'SUPERSEDED' });
  const branches = { Includes: ['main'] };
  expect(pipeline.Triggers.map(({ GitConfiguration }: { GitConfiguration: object }) => GitConfiguration)).toEqual([
    {
      SourceActionName: 'Services',
      Push: [
        {
          Branches: branches,
          FilePaths: {
            Includes: [
              'services/approval-processing-service/**',
              'services/approval-request-service/**',
              'services/notification-service/**',
              'pom.xml',
              'pom.xml/**',
              'common',
              'common/**',
            ],
          },
        },
      ],
    },
    {
      SourceActionName: 'Platform',
      Push: [
        {
          Branches: branches,
          FilePaths: {
            Includes: [
              'chart/Chart.yaml',
              'chart/templates/**',
              'chart/values.schema.json',
              'chart/values.yaml',
              'chart/values-dev.yaml',
            ],
          },
        },
      ],
    },
  ]);
});

test('sources come through the connection, the services with their history', () => {
  const actions = pipeline.Stages[0].Actions.map(({ Configuration }: { Configuration: object }) => Configuration);
  const common = { ConnectionArn: delivery.connectionArn, BranchName: 'main', DetectChanges: 'false' };
  expect(actions).toEqual([
    { ...common, FullRepositoryId: 'example/erp-services', OutputArtifactFormat: 'CODEBUILD_CLONE_REF' },
    { ...common, FullRepositoryId: 'example/erp-platform', OutputArtifactFormat: 'CODE_ZIP' },
  ]);
});

test('a person approves where config says so', () => {
  const stages = (stack: string) =>
    only(app.template(stack), 'AWS::CodePipeline::Pipeline').Properties.Stages.map(
      ({ Name }: { Name: string }) => Name,
    );
  expect(stages('ErpDevDelivery')).toEqual(['Source', 'Images', 'Release']);
  expect(stages('ErpProdDelivery')).toEqual(['Source', 'Images', 'Approval', 'Release']);
});

test('images are built for the architecture of the nodes', () => {
  expect(project('erp-dev-images').Environment).toMatchObject({
    Type: 'LINUX_CONTAINER',
    Image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0',
    PrivilegedMode: true,
  });
  const arm = synth({
    configs: [config('dev', { delivery, kubernetes: { serviceNodes: { instanceTypes: ['t4g.medium'] } } })],
  }).template('ErpDevDelivery');
  expect(project('erp-dev-images', arm).Environment.Type).toBe('ARM_CONTAINER');
  expect(project('erp-dev-release', arm).Environment.Type).toBe('LINUX_CONTAINER');
});

test('the scripts get what they ask for', () => {
  const asked = (script: string) => {
    const text = ['common.sh', script]
      .map((file) => fs.readFileSync(path.join(REPOSITORY, 'lib/platform/delivery/scripts', file), 'utf8'))
      .join('\n');
    return [...text.matchAll(/"\$\{([A-Z_]+):\?\}"/g)].map(([, name]) => name!);
  };
  expect(Object.keys(environmentOf('erp-dev-images')).sort()).toEqual(asked('images.sh').sort());
  expect(Object.keys(environmentOf('erp-dev-release')).sort()).toEqual(asked('release.sh').sort());
  expect(JSON.parse(environmentOf('erp-dev-images').SERVICES!)[2]).toEqual({
    key: 'notification',
    name: 'notification-service',
    repository: 'erp/notification-service',
    folder: 'services/notification-service',
    paths: ['services/notification-service', 'pom.xml', 'common'],
  });
});

test('the build specs exist and run scripts that exist', () => {
  for (const name of ['erp-dev-images', 'erp-dev-release']) {
    const spec = fs.readFileSync(path.join(REPOSITORY, project(name).Source.BuildSpec), 'utf8');
    const script = /- (lib\/platform\/delivery\/scripts\/\w+\.sh)/.exec(spec)![1]!;
    expect(fs.statSync(path.join(REPOSITORY, script)).mode & 0o111).toBe(0o111);
  }
});

/** Statements of a project's role. */
function statements(id: RegExp) {
  const policies = Object.entries(resources(template, 'AWS::IAM::ManagedPolicy')).filter(([logicalId]) =>
    id.test(logicalId),
  );
  expect(policies).toHaveLength(1);
  return policies[0]![1].Properties.PolicyDocument.Statement as {
    Action: string | string[];
    Resource: unknown;
    Condition?: object;
  }[];
}

test('only what has no resource to name is granted on all of them', () => {
  const wide = [/^ImagesPermissions/, /^ReleasePermissions/, /^PipelinePermissions/]
    .flatMap(statements)
    .filter(({ Resource }) => Resource === '*')
    .map(({ Action }) => Action);
  expect(wide).toEqual([
    'ecr:GetAuthorizationToken',
    [
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeDhcpOptions',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ],
  ]);
  // Inline policies would escape this test.
  expect(resources(template, 'AWS::IAM::Policy')).toEqual({});
});

test('what runs the code of services cannot reach the cluster, and what reaches the cluster cannot push images', () => {
  expect(JSON.stringify(statements(/^ImagesPermissions/))).not.toMatch(/eks:|ssm:Put/);
  expect(JSON.stringify(statements(/^ReleasePermissions/))).not.toMatch(/ecr:|UseConnection/);
  expect(project('erp-dev-images').VpcConfig).toBeUndefined();
  expect(project('erp-dev-release').VpcConfig.Subnets).toHaveLength(2);
  expect(project('erp-dev-release').Environment.PrivilegedMode).toBe(false);
});

test('the release role is in the cluster by its group alone', () => {
  const entry = only(template, 'AWS::EKS::AccessEntry').Properties;
  expect(entry.KubernetesGroups).toEqual(['erp-dev-release']);
  expect(entry.AccessPolicies).toBeUndefined();
  expect(entry.PrincipalArn['Fn::GetAtt'][0]).toMatch(/^ReleaseRole/);

  const applied = appliedObjects(template).map(({ object }) => object);
  const rules = releaseRules('erp-dev', 'erp-dev-xray');
  expect(applied.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`).sort()).toEqual([
    'Role erp-dev',
    'Role erp-dev-xray',
    'RoleBinding erp-dev',
    'RoleBinding erp-dev-xray',
  ]);
  for (const { kind, metadata, subjects, ...object } of applied) {
    if (kind === 'Role') expect(object.rules).toEqual(rules[metadata.namespace!]);
    else expect(subjects).toEqual([{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'erp-dev-release' }]);
  }
});

test('somebody hears of a failed pipeline', () => {
  const { EventPattern, Targets } = only(template, 'AWS::Events::Rule').Properties;
  expect(EventPattern.detail).toEqual({ pipeline: ['erp-dev'], state: ['FAILED'] });
  expect(JSON.stringify(Targets[0].Arn)).toContain('AlarmTopic');
  const document = /docs\/[a-z]+\.md/.exec(Targets[0].InputTransformer.InputTemplate)![0];
  expect(fs.readFileSync(path.join(REPOSITORY, document), 'utf8')).toContain('## When the pipeline fails');
});

describe('config that cannot work is refused', () => {
  const refused = (changes: Partial<DeliveryConfig>) => () =>
    loadEnvironments([config('dev', { delivery: { ...delivery, ...changes } })]);

  test.each([
    [
      { connectionArn: 'arn:aws:s3:::x' },
      'delivery.connectionArn is "arn:aws:s3:::x"; allowed: the ARN of a CodeConnections',
    ],
    [{ servicesRepository: 'services' }, 'delivery.servicesRepository is "services"; allowed: owner/name'],
    [{ platformRepository: '' }, 'delivery.platformRepository is ""; allowed: owner/name'],
    [{ branch: 'release/*' }, 'delivery.branch is "release/*"; allowed: a branch name without wildcards'],
    [{ servicesFolder: '/services' }, 'delivery.servicesFolder is "/services"; allowed: a relative path'],
    [{ sharedPaths: ['../common'] }, 'delivery.sharedPaths[0] is "../common"; allowed: a relative path'],
    [
      { sharedPaths: Array.from({ length: 11 }, (_, i) => `common${i}`) },
      'one pattern per service and two per shared path, together at most 24; these make 25',
    ],
  ])('%j', (changes, message) => expect(refused(changes)).toThrow(message));

  test('a digest, which would overrule every tag', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const chart = chartWith('dev', { services: { notification: { image: { digest } } } });
    expect(() => loadEnvironments([config('dev', { delivery })], chart)).toThrow(
      'services.notification.image.digest is "sha256:',
    );
    expect(() => loadEnvironments([config('dev')], chart)).not.toThrow();
  });

  test('two architectures that would share images', () => {
    expect(() =>
      loadEnvironments([
        config('dev', { delivery, kubernetes: { serviceNodes: { instanceTypes: ['t4g.medium'] } } }),
        config('prod', { delivery }),
      ]),
    ).toThrow('the architecture of t4g.medium in lib/config/environments/dev.ts: the pipelines share the images');
  });
});

test('more services than one filter takes get further filters', () => {
  const services = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [
      `extra${i}`,
      {
        name: `extra-${i}-service`,
        port: 9000 + i,
        image: { repository: `erp/extra-${i}-service` },
        api: { route: `extra-${i}` },
      },
    ]),
  );
  const many = synth({ configs: [config('dev', { delivery })], chart: chartWith('dev', { services }) });
  const [trigger] = only(many.template('ErpDevDelivery'), 'AWS::CodePipeline::Pipeline').Properties.Triggers;
  expect(
    trigger.GitConfiguration.Push.map(
      ({ FilePaths }: { FilePaths: { Includes: string[] } }) => FilePaths.Includes.length,
    ),
  ).toEqual([8, 3]);
});
