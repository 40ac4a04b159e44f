import type { EnvironmentConfig } from '../../../../lib/config/environment';
import { KUBERNETES_VERSIONS } from '../../../../lib/config/kubernetes-versions';
import { exitCode, report } from '../../../../lib/report/findings';
import { stacksOf } from '../../../../lib/assembly/assembly';
import { type PreflightProps, preflight } from '../../../../lib/tools/operations/preflight';
import { assemblePlatform } from './assembled';
import { type Answers, FakeAws, FakeError, day } from './fake-aws';
import { CONFIGS, loadEnvironments } from '../../synth';

const ACCOUNT = '111122223333';
const assembly = assemblePlatform();
const stacks = stacksOf(assembly, 'dev');
const [environment] = loadEnvironments([CONFIGS.dev]) as [PreflightProps['environment']];
const prod = {
  stacks: stacksOf(assembly, 'prod'),
  environment: loadEnvironments([CONFIGS.prod])[0]!,
};
const fake = new FakeAws();
beforeAll(() => fake.start());
afterAll(() => fake.stop());

/** What ECR says of an image that was built for some architectures, with an attestation as buildx adds it. */
function imageIndex(...architectures: string[]): Answers[string] {
  const manifests = [...architectures, 'unknown'].map((architecture) => ({
    platform: { architecture, os: architecture === 'unknown' ? 'unknown' : 'linux' },
  }));
  return { images: [{ imageManifest: JSON.stringify({ manifests }) }] };
}

const BUILD = (service: string, tag = 'latest') =>
  `aws ecr get-login-password --region ap-northeast-2 | docker login --username AWS --password-stdin ${ACCOUNT}.dkr.ecr.ap-northeast-2.amazonaws.com\n` +
  `docker buildx build --platform linux/amd64 --tag ${ACCOUNT}.dkr.ecr.ap-northeast-2.amazonaws.com/erp/${service}:${tag} --push <folder of ${service}>`;

/** An empty account that takes the environment. */
const EMPTY_ACCOUNT: Answers = {
  GetCallerIdentity: { Account: ACCOUNT, Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/kim`, UserId: 'A' },
  DescribeStacks: ({ StackName }) => new FakeError('ValidationError', `Stack with id ${StackName} does not exist`),
  GetParameter: { Parameter: { Value: '30' } },
  DescribeAvailabilityZones: {
    availabilityZoneInfo: {
      item: [
        { zoneName: 'ap-northeast-2a', zoneId: 'apne2-az1', zoneState: 'available' },
        { zoneName: 'ap-northeast-2c', zoneId: 'apne2-az3', zoneState: 'available' },
      ],
    },
  },
  DescribeCluster: new FakeError('ResourceNotFoundException', 'no cluster', 404),
  DescribeClusterVersions: {
    clusterVersions: [
      { clusterVersion: '1.31', versionStatus: 'EXTENDED_SUPPORT', endOfExtendedSupportDate: day('2027-11-26') },
      { clusterVersion: '1.36', versionStatus: 'STANDARD_SUPPORT', endOfExtendedSupportDate: day('2028-08-02') },
    ],
  },
  DescribeAddonVersions: ({ addonName }) => ({
    addons: [
      {
        addonName,
        addonVersions: Object.entries(KUBERNETES_VERSIONS['1.31'].addons)
          .filter(([name]) => name === addonName)
          .map(([, addonVersion]) => ({ addonVersion, compatibilities: [{ defaultVersion: true }] })),
      },
    ],
  }),
  DescribeInstanceTypeOfferings: {
    instanceTypeOfferingSet: {
      item: ['t3.medium', 't3.large'].flatMap((instanceType) =>
        ['ap-northeast-2a', 'ap-northeast-2c'].map((location) => ({ instanceType, location })),
      ),
    },
  },
  DescribeOrderableDBInstanceOptions: {
    OrderableDBInstanceOptions: {
      OrderableDBInstanceOption: {
        MultiAZCapable: true,
        AvailabilityZones: { AvailabilityZone: [{ Name: 'ap-northeast-2a' }, { Name: 'ap-northeast-2c' }] },
      },
    },
  },
  DescribeCacheEngineVersions: {
    CacheEngineVersions: {
      CacheEngineVersion: ['7.2.6', '8.2.0', '9.1.0'].map((EngineVersion) => ({ Engine: 'valkey', EngineVersion })),
    },
  },
  DescribeReservedCacheNodesOfferings: {
    ReservedCacheNodesOfferings: { ReservedCacheNodesOffering: { CacheNodeType: 'cache.t4g.micro' } },
  },
  DescribeCacheClusters: { CacheClusters: { CacheCluster: [{ NumCacheNodes: 2 }, { NumCacheNodes: 1 }] } },
  GetServiceQuota: { Quota: { Value: 200 } },
  DescribeVpcs: { vpcSet: { item: [{ vpcId: 'vpc-1' }] } },
  DescribeAddresses: { addressesSet: { item: [{ publicIp: '192.0.2.1' }] } },
  DescribeInstanceTypes: {
    instanceTypeSet: {
      item: ['t3.medium', 't3.large'].map((instanceType) => ({ instanceType, vCpuInfo: { defaultVCpus: 2 } })),
    },
  },
  DescribeInstances: {
    reservationSet: {
      item: {
        instancesSet: {
          item: [
            { instanceType: 'm5.large', cpuOptions: { coreCount: 1, threadsPerCore: 2 } },
            { instanceType: 'p3.2xlarge', cpuOptions: { coreCount: 4, threadsPerCore: 2 } },
          ],
        },
      },
    },
  },
  DescribeLoadBalancers: { LoadBalancers: { member: [{ Type: 'network' }, { Type: 'application' }] } },
  DescribeImages: { imageDetails: [{ imagePushedAt: day('2026-11-20') }] },
  BatchGetImage: imageIndex('amd64', 'arm64'),
  DescribeSecret: new FakeError('ResourceNotFoundException'),
  DescribeLogGroups: { logGroups: [] },
};

/** An account in which the environment runs. */
const RUNNING_ACCOUNT: Answers = {
  ...EMPTY_ACCOUNT,
  DescribeStacks: ({ StackName }) => ({
    Stacks: { member: { StackName, StackStatus: 'UPDATE_COMPLETE', CreationTime: '2026-01-01T00:00:00Z' } },
  }),
  ListStackResources: ({ StackName }) => ({
    StackResourceSummaries: {
      member:
        StackName === 'ErpDevData'
          ? ['mysql', 'mysql-employee', 'mysql-employee-migration', 'mysql-master', 'mongodb'].map((name) => ({
              LogicalResourceId: name,
              ResourceType: 'AWS::SecretsManager::Secret',
              PhysicalResourceId: `arn:erp/dev/${name}`,
              ResourceStatus: 'CREATE_COMPLETE',
            }))
          : [
              {
                LogicalResourceId: 'Logs',
                ResourceType: 'AWS::Logs::LogGroup',
                PhysicalResourceId: '/aws/eks/erp-dev-cluster/cluster',
                ResourceStatus: 'CREATE_COMPLETE',
              },
            ],
    },
  }),
  DescribeCluster: { cluster: { version: '1.31' } },
  DescribeSecret: ({ SecretId }) => ({ ARN: `arn:${SecretId}` }),
  GetSecretValue: { SecretString: '{"uri":"mongodb+srv://erp:pw@erp.abcde.mongodb.net/erp"}' },
};

async function run(answers: Answers = {}, props: Partial<PreflightProps> = {}, base = EMPTY_ACCOUNT) {
  fake.answers = { ...base, ...answers };
  return preflight({
    environment,
    stacks,
    aws: fake.aws(),
    today: '2026-09-01',
    request: async () => ({ status: 200, body: '{"os":"linux","architecture":"amd64"}' }),
    installed: () => true,
    ...props,
  });
}

/** Lines of one check, as `result: found | fix`. */
async function lines(check: string, ...args: Parameters<typeof run>): Promise<string[]> {
  const findings = await run(...args);
  return findings
    .filter((finding) => finding.check === check)
    .map((finding) => `${finding.result}: ${finding.found}${finding.result === 'ok' ? '' : ` | ${finding.fix}`}`);
}

const withConfig = (config: Partial<EnvironmentConfig>) => ({
  environment: { ...environment, config: { ...environment.config, ...config } },
});

describe('preflight', () => {
  test('passes in an empty account, and says which secret will have to be filled in', async () => {
    const findings = await run();
    expect(findings.filter(({ result }) => result !== 'ok').map(({ found }) => found)).toEqual([
      'erp/dev/mongodb does not exist yet, and comes with a placeholder',
    ]);
    expect(exitCode(findings)).toBe(0);
  });

  test('passes in an account where the environment runs already', async () => {
    const findings = await run({}, {}, RUNNING_ACCOUNT);
    expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
  });

  test('never shows the value of a secret', async () => {
    expect(report(await run({}, {}, RUNNING_ACCOUNT))).not.toContain('pw@');
  });

  test('changes nothing', async () => {
    fake.calls.length = 0;
    await run({}, {}, RUNNING_ACCOUNT);
    expect(fake.calls.filter(({ operation }) => !/^(Describe|Get|BatchGet|List)/.test(operation))).toEqual([]);
  });

  test.each<[string, Answers, Partial<PreflightProps>, string]>([
    [
      'Credentials',
      { GetCallerIdentity: new FakeError('ExpiredTokenException') },
      {},
      'failed: AWS does not accept the credentials (ExpiredTokenException) | sign in (aws sso login, or aws configure), set AWS_PROFILE if the profile is not the default one',
    ],
    [
      'Credentials',
      {},
      withConfig({ account: '999988887777' }),
      `failed: signed in to ${ACCOUNT} as arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/kim; the config says 999988887777 | use a profile of 999988887777 (AWS_PROFILE), or change account in lib/config/environments/dev.ts`,
    ],
    [
      'kubectl layer',
      {},
      { installed: () => false },
      'failed: @aws-cdk/lambda-layer-kubectl-v31 2.1.0 is not installed | npm install --save-exact @aws-cdk/lambda-layer-kubectl-v31@2.1.0',
    ],
    [
      'CDK bootstrap',
      { GetParameter: new FakeError('ParameterNotFound') },
      {},
      `failed: ap-northeast-2 is not bootstrapped | npx cdk bootstrap aws://${ACCOUNT}/ap-northeast-2`,
    ],
    [
      'CDK bootstrap',
      { GetParameter: { Parameter: { Value: '5' } } },
      {},
      `failed: version 5 in ap-northeast-2, 6 is needed | npx cdk bootstrap aws://${ACCOUNT}/ap-northeast-2`,
    ],
    [
      'CDK bootstrap',
      { GetParameter: new FakeError('AccessDeniedException', 'User kim may not ssm:GetParameter') },
      {},
      'not run: not allowed: User kim may not ssm:GetParameter | use a role that may read this, for example one with ReadOnlyAccess',
    ],
    [
      'Availability zones',
      { DescribeAvailabilityZones: new FakeError('InvalidParameterValue') },
      {},
      'failed: this account has not all of ap-northeast-2a and ap-northeast-2c | change network.availabilityZones in lib/config/environments/dev.ts; aws ec2 describe-availability-zones lists yours',
    ],
    [
      'Availability zones',
      {
        DescribeAvailabilityZones: {
          availabilityZoneInfo: {
            item: [
              { zoneName: 'ap-northeast-2a', zoneId: 'apne2-az1', zoneState: 'available' },
              { zoneName: 'ap-northeast-2c', zoneId: 'apne2-az4', zoneState: 'available' },
            ],
          },
        },
      },
      {},
      'failed: ap-northeast-2c is apne2-az4 in this account, where API Gateway has no VPC Links | change network.availabilityZones in lib/config/environments/dev.ts to zones that are apne2-az1, apne2-az2 and apne2-az3 here (aws ec2 describe-availability-zones)',
    ],
    [
      'Availability zones',
      {
        DescribeAvailabilityZones: {
          availabilityZoneInfo: {
            item: [{ zoneName: 'ap-northeast-2a', zoneId: 'apne2-az1', zoneState: 'impaired' }],
          },
        },
      },
      {},
      'failed: ap-northeast-2a is impaired | change network.availabilityZones in lib/config/environments/dev.ts',
    ],
    [
      'Availability zones',
      {},
      withConfig({ region: 'eu-west-9' }),
      'warning: ap-northeast-2a is apne2-az1 and ap-northeast-2c is apne2-az3; whether API Gateway has VPC Links there is not known here | look them up in the API Gateway guide and add eu-west-9 to lib/tools/operations/preflight/zones.ts',
    ],
    [
      'Kubernetes version',
      { DescribeClusterVersions: { clusterVersions: [{ clusterVersion: '1.36', versionStatus: 'STANDARD_SUPPORT' }] } },
      {},
      'failed: extended support of 1.31 ended on 2026-11-26: EKS makes no such cluster any more | set kubernetes.version in lib/config/environments/dev.ts to 1.36, or deploy with -c kubernetes=1.36',
    ],
    [
      'Kubernetes version',
      {
        DescribeClusterVersions: {
          clusterVersions: [
            { clusterVersion: '1.31', versionStatus: 'EXTENDED_SUPPORT', endOfExtendedSupportDate: day('2026-11-26') },
          ],
        },
      },
      { today: '2026-11-23' },
      'warning: 1.31 is in extended support; it ends on 2026-11-26, in 3 days | set kubernetes.version in lib/config/environments/dev.ts to a later minor',
    ],
    ...(
      [
        ['2026-11-25', 'warning: 1.31 is in extended support; it ends on 2026-11-26, in 1 days'],
        ['2026-11-26', 'failed: extended support of 1.31 ended on 2026-11-26: EKS makes no such cluster any more'],
        ['2026-11-27', 'failed: extended support of 1.31 ended on 2026-11-26: EKS makes no such cluster any more'],
      ] as const
    ).map(([today, found]): [string, Answers, Partial<PreflightProps>, string] => [
      'Kubernetes version',
      {
        DescribeClusterVersions: {
          clusterVersions: [
            { clusterVersion: '1.31', versionStatus: 'EXTENDED_SUPPORT', endOfExtendedSupportDate: day('2026-11-26') },
            { clusterVersion: '1.36', versionStatus: 'STANDARD_SUPPORT' },
          ],
        },
      },
      { today },
      `${found} | set kubernetes.version in lib/config/environments/dev.ts to 1.36, or deploy with -c kubernetes=1.36`,
    ]),
    [
      'Kubernetes version',
      { DescribeCluster: { cluster: { version: '1.36' } } },
      {},
      'failed: the cluster runs 1.36, and EKS never goes down to 1.31 | set kubernetes.version in lib/config/environments/dev.ts to 1.36, or give -c kubernetes=1.36 again',
    ],
    [
      'Kubernetes version',
      { DescribeCluster: { cluster: { version: '1.29' } } },
      {},
      'failed: the cluster runs 1.29, which cannot become 1.31 in one step | set kubernetes.version in lib/config/environments/dev.ts to 1.30: EKS goes up one minor at a time and never down',
    ],
    [
      'Kubernetes version',
      { DescribeCluster: { cluster: { version: '1.31' } }, DescribeClusterVersions: { clusterVersions: [] } },
      { today: '2026-12-01' },
      'warning: extended support of 1.31 ended on 2026-11-26; EKS upgrades the running cluster by itself | go to 1.32 before it does',
    ],
    [
      'Kubernetes version',
      { DescribeCluster: { cluster: { version: '1.30' } } },
      {},
      'ok: the cluster runs 1.30 and goes to 1.31',
    ],
    [
      'EKS add-ons',
      {
        DescribeAddonVersions: ({ addonName }) =>
          addonName === 'coredns'
            ? { addons: [{ addonVersions: [{ addonVersion: 'v2', compatibilities: [{ defaultVersion: true }] }] }] }
            : (EMPTY_ACCOUNT.DescribeAddonVersions as (input: object) => object)({ addonName }),
      },
      {},
      'failed: coredns v1.11.4-eksbuild.40 does not exist for Kubernetes 1.31 | set it to v2 in lib/config/kubernetes-versions.ts',
    ],
    [
      'EKS add-ons',
      { DescribeAddonVersions: { addons: [] } },
      {},
      'failed: vpc-cni v1.22.4-eksbuild.3 does not exist for Kubernetes 1.31 | aws eks describe-addon-versions --kubernetes-version 1.31 lists the add-ons there are',
    ],
    [
      'Node instance types',
      {
        DescribeInstanceTypeOfferings: {
          instanceTypeOfferingSet: {
            item: [
              { instanceType: 't3.medium', location: 'ap-northeast-2a' },
              { instanceType: 't3.medium', location: 'ap-northeast-2c' },
              { instanceType: 't3.large', location: 'ap-northeast-2a' },
            ],
          },
        },
      },
      {},
      'failed: EC2 has no t3.large in ap-northeast-2c | choose another type in kubernetes.serviceNodes or kafkaNodes of lib/config/environments/dev.ts',
    ],
    [
      'Database class',
      {
        DescribeOrderableDBInstanceOptions: {
          OrderableDBInstanceOptions: {
            OrderableDBInstanceOption: { AvailabilityZones: { AvailabilityZone: { Name: 'ap-northeast-2a' } } },
          },
        },
      },
      {},
      'failed: RDS does not offer mysql 8.4.10 on db.t4g.micro in ap-northeast-2c | choose another database.instanceType in lib/config/environments/dev.ts, or another version in lib/platform/data/database.ts (aws rds describe-orderable-db-instance-options --engine mysql)',
    ],
    [
      'Cache',
      {
        DescribeCacheEngineVersions: {
          CacheEngineVersions: { CacheEngineVersion: { Engine: 'valkey', EngineVersion: '8.2.0' } },
        },
      },
      {},
      'failed: ElastiCache has no valkey 9.1 in ap-northeast-2, but 8.2 | set cache.version in lib/config/environments/dev.ts to one of them',
    ],
    [
      'Cache',
      { DescribeReservedCacheNodesOfferings: { ReservedCacheNodesOfferings: '' } },
      {},
      'warning: cache.t4g.micro cannot be reserved in ap-northeast-2, so it may not exist there | choose another cache.nodeType in lib/config/environments/dev.ts if https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html does not list it',
    ],
    ['Cache', {}, {}, 'ok: valkey 9.1 on cache.t4g.micro'],
    ['Cache', {}, { stacks: [] }, 'ok: no service uses one'],
    [
      'Quotas',
      { GetServiceQuota: ({ QuotaCode }) => ({ Quota: { Value: QuotaCode === 'L-DFE45DF3' ? 3 : 200 } }) },
      {},
      'failed: cache nodes: 3 of 3 in use, 1 needed | aws service-quotas request-service-quota-increase --service-code elasticache --quota-code L-DFE45DF3 --desired-value 4 --region ap-northeast-2',
    ],
    [
      'Quotas',
      { GetServiceQuota: ({ QuotaCode }) => ({ Quota: { Value: QuotaCode === 'L-F678F1CE' ? 1 : 200 } }) },
      {},
      'failed: VPCs: 1 of 1 in use, 1 needed | aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-F678F1CE --desired-value 2 --region ap-northeast-2',
    ],
    [
      'Quotas',
      { GetServiceQuota: ({ QuotaCode }) => ({ Quota: { Value: QuotaCode === 'L-1216C47A' ? 8 : 200 } }) },
      {},
      'failed: vCPUs of standard instances: 2 of 8 in use, 8 needed | aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value 10 --region ap-northeast-2',
    ],
    [
      'Service images',
      { DescribeImages: new FakeError('RepositoryNotFoundException') },
      {},
      `failed: there is no repository erp/notification-service | npx cdk deploy ErpRegistry, then push the image:\n${BUILD('notification-service')}\nor without images: npx cdk deploy ErpDev -c standIn=dev`,
    ],
    [
      'Service images',
      { DescribeImages: new FakeError('ImageNotFoundException') },
      {},
      `failed: there is no image erp/notification-service:latest | ${BUILD('notification-service')}\nor set the tag in chart/values-dev.yaml\nor without images: npx cdk deploy ErpDev -c standIn=dev`,
    ],
    [
      'Secrets',
      { DescribeSecret: { ARN: 'arn:x', DeletedDate: day('2026-08-20') } },
      {},
      'failed: erp/dev/mysql was deleted on 2026-08-20 and keeps its name until the recovery window ends | to start afresh: aws secretsmanager delete-secret --secret-id erp/dev/mysql --region ap-northeast-2 --force-delete-without-recovery\nto keep it: aws secretsmanager restore-secret --secret-id erp/dev/mysql --region ap-northeast-2, then npx cdk import ErpDevData',
    ],
    [
      'Secrets',
      { DescribeSecret: { ARN: 'arn:somebody-elses' } },
      {},
      'failed: erp/dev/mysql exists and belongs to no stack of this environment | take it over: npx cdk import ErpDevData\nor remove it: aws secretsmanager delete-secret --secret-id erp/dev/mysql --region ap-northeast-2 --force-delete-without-recovery',
    ],
    [
      'Log groups',
      { DescribeLogGroups: ({ logGroupNamePrefix }) => ({ logGroups: [{ logGroupName: logGroupNamePrefix }] }) },
      {},
      'failed: /aws/eks/erp-dev-cluster/cluster is left over, and ErpDevCluster could not make it | aws logs delete-log-group --log-group-name /aws/eks/erp-dev-cluster/cluster --region ap-northeast-2',
    ],
  ])('%s: %#', async (check, answers, props, expected) => {
    expect(await lines(check, answers, props)).toContain(expected);
  });

  describe('an image for other nodes', () => {
    const foreign = `failed: erp/notification-service:latest is for linux/arm64, and the nodes are linux/amd64 | ${BUILD('notification-service')}`;

    test('fails with the command that builds the right one', async () => {
      expect(await lines('Service images', { BatchGetImage: imageIndex('arm64') })).toContain(foreign);
    });

    test('is found as well where one image and no list was pushed', async () => {
      const asked: string[] = [];
      const props: Partial<PreflightProps> = {
        request: async (url) => {
          asked.push(url);
          return { status: 200, body: '{"os":"linux","architecture":"arm64","config":{}}' };
        },
      };
      const answers: Answers = {
        BatchGetImage: { images: [{ imageManifest: JSON.stringify({ config: { digest: 'sha256:c0' }, layers: [] }) }] },
        GetDownloadUrlForLayer: ({ layerDigest }) => ({ downloadUrl: `https://layers.example.com/${layerDigest}` }),
      };
      expect(await lines('Service images', answers, props)).toContain(foreign);
      expect(new Set(asked)).toEqual(new Set(['https://layers.example.com/sha256:c0']));
    });

    test('is the right one where the nodes are Graviton', async () => {
      const { kubernetes } = environment.config;
      const serviceNodes = { ...kubernetes.serviceNodes, instanceTypes: ['t4g.medium'] };
      const props = withConfig({ kubernetes: { ...kubernetes, serviceNodes } });
      expect(await lines('Service images', { BatchGetImage: imageIndex('arm64') }, props)).toContain(
        'ok: erp/notification-service:latest, pushed on 2026-11-20, for linux/arm64',
      );
    });
  });

  describe('with stand-ins', () => {
    const standIns = { environment: loadEnvironments([{ ...CONFIGS.dev, standIns: true }])[0]! };

    test('no image has to be there, and the registry is not even asked', async () => {
      const answers = { DescribeImages: new FakeError('RepositoryNotFoundException') };
      expect(await lines('Service images', answers, standIns)).toEqual([
        'ok: none is needed: hashicorp/http-echo stands in for every service',
      ]);
    });

    test('an empty MongoDB address is a warning, because nothing reads it yet', async () => {
      const SecretString = '{"uri":"mongodb://erp-dev-mongodb-secret-is-not-filled-in.invalid/erp"}';
      expect(await lines('Secrets', { GetSecretValue: { SecretString } }, standIns, RUNNING_ACCOUNT)).toContainEqual(
        expect.stringMatching(
          /^warning: erp\/dev\/mongodb still holds its placeholder, which stand-ins do not read \| aws secretsmanager put-secret-value/,
        ),
      );
    });
  });

  describe('concurrent Lambda executions in an account that has ten', () => {
    const ten: Answers = {
      GetServiceQuota: ({ QuotaCode }) => ({ Quota: { Value: QuotaCode === 'L-B99A9384' ? 10 : 200 } }),
    };

    test('are enough for an environment that reserves none', async () => {
      expect(await lines('Quotas', ten)).toContain('ok: concurrent Lambda executions: no more are needed');
    });

    test('are not for what reserves some, because Lambda keeps a hundred unreserved', async () => {
      expect(await lines('Quotas', ten, { stacks: prod.stacks })).toContain(
        'failed: concurrent Lambda executions: 0 of 10 in use, 152 needed | aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 152 --region ap-northeast-2',
      );
    });
  });

  test('a quota without a value of the account is read from the defaults', async () => {
    const found = await lines('Quotas', {
      GetServiceQuota: new FakeError('NoSuchResourceException'),
      GetAWSDefaultServiceQuota: { Quota: { Value: 5 } },
    });
    expect(found).toContain('ok: VPCs: 1 of 5 in use, 1 needed');
  });

  test('a secret that still holds its placeholder fails', async () => {
    const placeholder = '{"uri":"mongodb://erp-dev-mongodb-secret-is-not-filled-in.invalid/erp"}';
    expect(await lines('Secrets', { GetSecretValue: { SecretString: placeholder } }, {}, RUNNING_ACCOUNT)).toContain(
      `failed: erp/dev/mongodb still holds its placeholder | aws secretsmanager put-secret-value --secret-id erp/dev/mongodb --region ap-northeast-2 --secret-string '{"uri":"mongodb+srv://…"}'`,
    );
  });

  describe('with a pipeline', () => {
    const delivery = {
      connectionArn: '',
      repository: 'o/r',
      branch: 'main',
    } as unknown as EnvironmentConfig['delivery'];
    const parameters = (value: string | undefined): Answers => ({
      GetParameter: ({ Name }) =>
        String(Name).startsWith('/erp/dev/images/')
          ? value === undefined
            ? new FakeError('ParameterNotFound')
            : { Parameter: { Value: value } }
          : { Parameter: { Value: '30' } },
    });

    test('the released tag is the one that must be there', async () => {
      const answers = { ...parameters('0123abc'), DescribeImages: new FakeError('ImageNotFoundException') };
      expect(await lines('Service images', answers, withConfig({ delivery }))).toContain(
        'failed: there is no image erp/notification-service:0123abc | run the pipeline, or aws ssm delete-parameter --name /erp/dev/images/notification-service, so that the tag of chart/values-dev.yaml counts',
      );
    });

    test('before the first release it is the one of the values', async () => {
      expect(await lines('Service images', parameters(undefined), withConfig({ delivery }))).toContain(
        'ok: erp/notification-service:latest, pushed on 2026-11-20, for linux/amd64, linux/arm64',
      );
    });
  });

  test.each([
    ['UPDATE_IN_PROGRESS', 'wait until the other deployment ends'],
    ['UPDATE_FAILED', 'npx cdk deploy ErpDevData --exclusively --no-rollback'],
    [
      'UPDATE_ROLLBACK_FAILED',
      'aws cloudformation continue-update-rollback --stack-name ErpDevData --region ap-northeast-2',
    ],
    ['ROLLBACK_FAILED', 'aws cloudformation delete-stack --stack-name ErpDevData --region ap-northeast-2'],
    ['CREATE_FAILED', 'aws cloudformation delete-stack --stack-name ErpDevData --region ap-northeast-2'],
    ['REVIEW_IN_PROGRESS', 'aws cloudformation delete-stack --stack-name ErpDevData --region ap-northeast-2'],
    ['DELETE_FAILED', 'aws cloudformation delete-stack --stack-name ErpDevData --region ap-northeast-2'],
  ])('a stack that is %s takes no deployment', async (StackStatus, fix) => {
    const stack = { StackStatus, StackStatusReason: 'why', CreationTime: '2026-01-01T00:00:00Z' };
    const answers: Answers = {
      DescribeStacks: ({ StackName }) =>
        StackName === 'ErpDevData'
          ? { Stacks: { member: { StackName, ...stack } } }
          : (RUNNING_ACCOUNT.DescribeStacks as (input: object) => object)({ StackName }),
    };
    expect(await lines('Stacks', answers, {}, RUNNING_ACCOUNT)).toEqual([
      `failed: ErpDevData is ${StackStatus}: why | ${fix}`,
    ]);
  });

  test('a rollback that one resource holds up may go past it', async () => {
    const answers: Answers = {
      DescribeStacks: ({ StackName }) =>
        StackName === 'ErpDevCluster'
          ? {
              Stacks: {
                member: { StackName, StackStatus: 'UPDATE_ROLLBACK_FAILED', CreationTime: '2026-01-01T00:00:00Z' },
              },
            }
          : (RUNNING_ACCOUNT.DescribeStacks as (input: object) => object)({ StackName }),
      ListStackResources: {
        StackResourceSummaries: {
          member: ['Cluster', 'Nodes'].map((LogicalResourceId, i) => ({
            LogicalResourceId,
            ResourceType: 'AWS::EKS::Cluster',
            ResourceStatus: i === 0 ? 'UPDATE_FAILED' : 'UPDATE_COMPLETE',
          })),
        },
      },
    };
    const command = 'aws cloudformation continue-update-rollback --stack-name ErpDevCluster --region ap-northeast-2';
    expect(await lines('Stacks', answers, {}, RUNNING_ACCOUNT)).toEqual([
      `failed: ErpDevCluster is UPDATE_ROLLBACK_FAILED | ${command}\nwhere that fails again: ${command} --resources-to-skip Cluster`,
    ]);
  });

  describe('prod', () => {
    interface State {
      /** Status of each stack that exists, by the end of its name; `all` for those not named. */
      readonly status: Readonly<Record<string, string>>;
      readonly terminationProtection: boolean;
      readonly deletionProtection: boolean;
    }

    const answers = ({ status, terminationProtection, deletionProtection }: State): Answers => {
      const resources: Record<string, [type: string, id: string]> = {
        ErpProdCluster: ['AWS::EKS::Cluster', 'erp-prod-cluster'],
        ErpProdData: ['AWS::RDS::DBInstance', 'erp-prod-mysql'],
        ErpProdEmployee: ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'arn:aws:elb:1:2:loadbalancer/app/erp-alb/1'],
        ErpProdEdge: ['AWS::Cognito::UserPool', 'pool-1'],
      };
      return {
        DescribeStacks: ({ StackName }) => {
          const StackStatus = status[String(StackName).replace('ErpProd', '')] ?? status.all;
          if (StackStatus === undefined) return new FakeError('ValidationError', `${StackName} does not exist`);
          const stack = { StackName, StackStatus, CreationTime: '2026-01-01T00:00:00Z' };
          return { Stacks: { member: { ...stack, EnableTerminationProtection: terminationProtection } } };
        },
        ListStackResources: ({ StackName }) => {
          const [ResourceType, PhysicalResourceId] = resources[String(StackName)] ?? ['X', 'x'];
          const resource = { LogicalResourceId: 'R', ResourceType, PhysicalResourceId };
          const failed = {
            ...resource,
            LogicalResourceId: 'F',
            PhysicalResourceId: 'gone',
            ResourceStatus: 'CREATE_FAILED',
          };
          return { StackResourceSummaries: { member: [{ ...resource, ResourceStatus: 'DELETE_FAILED' }, failed] } };
        },
        DescribeCluster: { cluster: { deletionProtection, version: '1.31' } },
        DescribeDBInstances: { DBInstances: { DBInstance: { DeletionProtection: deletionProtection } } },
        DescribeLoadBalancerAttributes: {
          Attributes: { member: { Key: 'deletion_protection.enabled', Value: String(deletionProtection) } },
        },
      };
    };
    const off = { terminationProtection: false, deletionProtection: false };
    const on = { terminationProtection: true, deletionProtection: true };
    const all = ['', 'Network', 'Data', 'Cluster', 'Employee', 'Firewall', 'Edge', 'Global'];
    const except = (...missing: string[]) =>
      Object.fromEntries(all.filter((name) => !missing.includes(name)).map((name) => [name, 'CREATE_COMPLETE']));

    test('is created without protection, which comes afterwards', async () => {
      const [line] = await lines('Protection', answers({ status: {}, ...off }), prod);
      expect(line).toMatch(/^warning: .*ErpProdNetwork.* will be created/);
      expect(line).toContain('npx cdk deploy ErpProd -c protection=off\nand when all stands: npx cdk deploy ErpProd');
    });

    test('is created again the same way after a failure', async () => {
      const state = { status: { ...except(), '': 'ROLLBACK_COMPLETE' }, ...off };
      expect(await lines('Stacks', answers(state), prod)).toEqual([expect.stringMatching(/^ok: 8 of 8 exist/)]);
      expect(await lines('Protection', answers(state), prod)).toEqual([
        'warning: ErpProd will be created: what is protected cannot be rolled back if that fails | npx cdk deploy ErpProd -c protection=off\nand when all stands: npx cdk deploy ErpProd',
      ]);
    });

    test('gets a new stack without losing the protection of the others', async () => {
      expect(await lines('Protection', answers({ status: except('Global'), ...on }), prod)).toEqual([
        'warning: ErpProdGlobal will be created: what is protected cannot be rolled back if that fails | npx cdk deploy ErpProdGlobal --exclusively -c protection=off\nand when all stands: npx cdk deploy ErpProd',
      ]);
    });

    test('asks for its protection once it stands', async () => {
      const [line] = await lines('Protection', answers({ status: { all: 'CREATE_COMPLETE' }, ...off }), prod);
      expect(line).toMatch(/^warning: 14 of 14 are off, termination protection of stack ErpProd\w+ among them \| /);
      expect(line).toContain(' | npx cdk deploy ErpProd, without -c protection=off');
    });

    test('is content when it is on', async () => {
      expect(await lines('Protection', answers({ status: { all: 'UPDATE_COMPLETE' }, ...on }), prod)).toEqual([
        'ok: on, of all stacks and of what they hold',
      ]);
    });

    test.each([
      [
        'Network',
        'ROLLBACK_COMPLETE',
        { ...off, terminationProtection: true },
        [
          'aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ErpProdNetwork --region ap-northeast-2',
          'aws cloudformation delete-stack --stack-name ErpProdNetwork --region ap-northeast-2',
        ],
      ],
      [
        'Cluster',
        'ROLLBACK_FAILED',
        on,
        [
          'aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ErpProdCluster --region ap-northeast-2',
          'aws eks update-cluster-config --no-deletion-protection --name erp-prod-cluster --region ap-northeast-2',
          'aws cloudformation delete-stack --stack-name ErpProdCluster --region ap-northeast-2',
        ],
      ],
      [
        'Edge',
        'ROLLBACK_FAILED',
        off,
        [
          'aws cognito-idp update-user-pool --deletion-protection INACTIVE --user-pool-id pool-1 --region ap-northeast-2',
          'aws cloudformation delete-stack --stack-name ErpProdEdge --region ap-northeast-2',
        ],
      ],
      [
        'Global',
        'REVIEW_IN_PROGRESS',
        off,
        ['aws cloudformation delete-stack --stack-name ErpProdGlobal --region us-east-1'],
      ],
    ])('names what brings %s out of %s', async (name, StackStatus, protection, commands) => {
      const state = { status: { all: 'CREATE_COMPLETE', [name]: StackStatus }, ...protection };
      expect(await lines('Stacks', answers(state), prod)).toEqual([
        `failed: ErpProd${name} is ${StackStatus} | ${commands.join('\n')}`,
      ]);
    });
  });

  test.each([
    ['PENDING', 'is PENDING'],
    ['AVAILABLE', '1 confirmed'],
  ])('a source connection that is %s', async (ConnectionStatus, found) => {
    const ConnectionArn = `arn:aws:codeconnections:ap-northeast-2:${ACCOUNT}:connection/12345678-1234-1234-1234-123456789012`;
    const [first, ...rest] = stacks;
    const delivery = { ...first!, template: { Resources: { Pipeline: { Type: 'X', Properties: { ConnectionArn } } } } };
    const answers = { GetConnection: { Connection: { ConnectionStatus } } };
    const [line] = await lines('Source connections', answers, { stacks: [delivery, ...rest] });
    expect(line).toContain(found);
  });

  test('a source connection that AWS does not know is missing', async () => {
    const ConnectionArn = `arn:aws:codeconnections:ap-northeast-2:${ACCOUNT}:connection/12345678-1234-1234-1234-123456789012`;
    const delivery = {
      ...stacks[0]!,
      template: { Resources: { Pipeline: { Type: 'X', Properties: { ConnectionArn } } } },
    };
    const answers = { GetConnection: new FakeError('ResourceNotFoundException') };
    expect((await lines('Source connections', answers, { stacks: [delivery] }))[0]).toContain('is missing');
  });

  test('without credentials nothing else is tried, and nothing counts as passed', async () => {
    const findings = await run({ GetCallerIdentity: new FakeError('InvalidClientTokenId') });
    expect(new Set(findings.filter(({ check }) => check !== 'kubectl layer').map(({ result }) => result))).toEqual(
      new Set(['failed', 'not run']),
    );
    expect(exitCode(findings)).toBe(1);
  });

  test('every line that is not ok has a way out', async () => {
    fake.answers = {};
    const findings = await run(
      Object.fromEntries(Object.keys(EMPTY_ACCOUNT).map((operation) => [operation, new FakeError('InternalFailure')])),
    );
    for (const finding of findings.filter(({ result }) => result !== 'ok')) expect(finding).toHaveProperty('fix');
  });
});
