import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type Edit } from './bench';
import { CONFIGS } from '../../synth';

export interface Case extends Edit {
  /** Another start than the repository as it is. */
  readonly base?: Edit;

  readonly accept?: readonly string[];
}

const override =
  (
    find: (stacks: Parameters<NonNullable<Edit['code']>>[0]) => { node: { defaultChild?: unknown } },
    property: string,
    value: unknown,
  ) =>
  (stacks: Parameters<NonNullable<Edit['code']>>[0]) =>
    (find(stacks).node.defaultChild as cdk.CfnResource).addPropertyOverride(property, value);

const expense = {
  name: 'expense-service',
  port: 8085,
  image: { repository: 'erp/expense-service' },
  api: { route: 'expenses' },
};

const msk = { ...CONFIGS.prod.msk!, instanceType: 'kafka.t3.small', storage: 10 };

/** Small changes as people make them, by the name of their golden report. */
export const CASES: Readonly<Record<string, Case>> = {
  'no-change': {},
  'image-tag': { values: { services: { notification: { image: { tag: '1.4.2' } } } } },
  'image-tag-of-all-services': { environment: 'prod', values: { serviceDefaults: { image: { tag: '1.1.0' } } } },
  'replica-count': { values: { serviceDefaults: { hpa: { minReplicas: 3, maxReplicas: 5 } } } },
  'new-service': { values: { services: { expense } } },
  'removed-service': { values: { services: { notification: { enabled: false } } } },
  'renamed-service': {
    values: {
      services: {
        notification: { enabled: false },
        approvalRequest: { calls: { messages: ['http'] } },
        messages: {
          name: 'message-service',
          port: 8084,
          image: { repository: 'erp/notification-service' },
          api: { route: 'notifications' },
          uses: { kafka: true, mongodb: true },
        },
      },
    },
  },
  'port-change': { values: { services: { notification: { port: 8094 } } } },
  'service-resources': { values: { services: { approvalProcessing: { resources: { limits: { memory: '1Gi' } } } } } },
  'node-instance-type': {
    config: { kubernetes: { serviceNodes: { instanceTypes: ['t3.large'] } } },
  },
  'node-count': {
    config: { kubernetes: { serviceNodes: { minSize: 2 } } },
  },
  taint: {
    code: ({ cluster }) =>
      (
        cluster.node.findChild('Nodes').node.findChild('Service').node.findChild('2a').node
          .defaultChild as cdk.CfnResource
      ).addPropertyOverride('Taints', [{ Key: 'workload', Value: 'batch', Effect: 'NO_SCHEDULE' }]),
  },
  'kubernetes-version': {
    code: (stacks) => {
      override(
        () => ({ node: { defaultChild: stacks.cluster.cluster.node.findChild('Resource') } }),
        'Version',
        '1.32',
      )(stacks);
    },
  },
  'kubernetes-version-two-steps': {
    code: (stacks) => {
      override(
        () => ({ node: { defaultChild: stacks.cluster.cluster.node.findChild('Resource') } }),
        'Version',
        '1.33',
      )(stacks);
    },
  },
  'add-on-version': {
    code: ({ cluster }) =>
      (
        cluster.node.findChild('Addons').node.findChild('AfterNodes').node.findChild('coredns') as cdk.CfnResource
      ).addPropertyOverride('AddonVersion', 'v1.11.4-eksbuild.41'),
  },
  'controller-chart-version': {
    code: ({ workloads }) =>
      (
        workloads.node
          .findAll()
          .find(({ node }) => node.id === 'MetricsServerChart' || node.id === 'chart-MetricsServerChart')!
          .node.findAll()
          .find((child) => cdk.CfnResource.isCfnResource(child)) as cdk.CfnResource
      ).addPropertyOverride('Version', '3.13.2'),
  },
  'database-engine-version': { code: override(({ data }) => data.database.instance, 'EngineVersion', '8.4.11') },
  'database-identifier': {
    code: override(({ data }) => data.database.instance, 'DBInstanceIdentifier', 'erp-dev-sql'),
  },
  'database-identifier-accepted': {
    code: override(({ data }) => data.database.instance, 'DBInstanceIdentifier', 'erp-dev-sql'),
    accept: ['ErpDevData/Database/Instance'],
  },
  // Of this one the schema says that it may replace the database.
  'database-zone': { code: override(({ data }) => data.database.instance, 'AvailabilityZone', 'ap-northeast-2c') },
  'database-port': { code: override(({ data }) => data.database.instance, 'Port', '3308') },
  'database-size': {
    environment: 'prod',
    config: { database: { instanceType: 't4g.micro', allocatedStorage: 200 } },
  },
  'database-shrink': {
    environment: 'prod',
    config: { database: { allocatedStorage: 50 } },
  },
  'backup-retention': {
    config: { database: { backupRetentionDays: 7 } },
  },
  'secret-name': {
    code: ({ data }) =>
      (data.mongodbSecret.node.defaultChild as cdk.CfnResource).addPropertyOverride('Name', 'erp/dev/mongo'),
  },
  'vpc-cidr': { config: { network: { cidr: '10.8.0.0/16' } } },
  'nat-count': { config: { network: { natGateways: 2 } } },
  'security-group-rule': {
    code: ({ data }) =>
      data.database.securityGroup.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(3307), 'for a test'),
  },
  'iam-wildcard': {
    code: ({ cluster }) =>
      cluster.identities.externalSecretsRole.addToPolicy(
        new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }),
      ),
  },
  'kafka-mode': { values: { kafka: { mode: 'kraft' } } },
  'kafka-to-msk': { config: { msk }, values: { kafka: { mode: 'msk' } } },
  'kafka-nodes-removed': {
    base: { config: { msk }, values: { kafka: { mode: 'msk' } } },
    config: { msk, kubernetes: { kafkaNodes: undefined } },
    values: { kafka: { mode: 'msk' } },
  },
  'cache-unused': {
    values: { services: { approvalProcessing: { uses: { redis: false } }, notification: { uses: { redis: false } } } },
  },
  'cache-node-type': { environment: 'prod', config: { cache: { nodeType: 'cache.m7g.large' } } },
  'volume-size': { values: { kafka: { persistence: { size: '20Gi' } } } },
  'chart-template': {
    chart: {
      'templates/services/deployment.yaml': [/terminationGracePeriodSeconds: .*/, 'terminationGracePeriodSeconds: 90'],
    },
  },
  'chart-comment': {
    chart: { 'templates/services/deployment.yaml': [/^/, '{{- /* Deployments of services. */ -}}\n'] },
  },
  'selector-label': {
    chart: { 'templates/_helpers.tpl': [/(app\.kubernetes\.io\/instance: .*)/, '$1\nteam: erp'] },
  },
  'cors-origin': {
    config: { edge: { corsOrigins: ['https://admin.example.com'] } },
  },
  'log-retention': { config: { logRetentionDays: 30 } },
  'removal-policy': { config: { removal: 'retain', protection: true } },
  firewall: { config: { edge: { firewall: true } } },
  'function-memory': { config: { employee: { memory: 1024 } } },
  'bucket-removed': {
    base: {
      code: ({ edge }) => {
        new cdk.CfnResource(edge, 'Uploads', { type: 'AWS::S3::Bucket' });
      },
    },
  },
};
