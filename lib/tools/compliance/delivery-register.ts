import * as cdk from 'aws-cdk-lib';
import type { Environment } from '../../config';
import { type Acknowledgement, inPacks } from './acknowledgement';

const NIST = 'NIST.800.53.R5';
const HIPAA = 'HIPAA.Security';
const PCI = 'PCI.DSS.321';
const SERVERLESS = 'Serverless';

const wildcardResource = (resource: string) => `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`;

const isDelivered = ({ config }: Environment) => config.delivery !== undefined;

/** Findings that stay where there is a pipeline. */
export const DELIVERY_REGISTER: readonly Acknowledgement[] = [
  {
    name: 'delivery-artifacts',
    when: isDelivered,
    at: ({ delivery }) =>
      delivery ? [delivery.images.permissions, delivery.release.permissions, delivery.pipelinePermissions] : [],
    ids: (_, { delivery }) => {
      const bucket = delivery?.artifacts.node.defaultChild as cdk.CfnElement;
      return [wildcardResource(`<${String(cdk.Stack.of(bucket).resolve(bucket.logicalId))}.Arn>/*`)];
    },
    reason: 'CodePipeline names its artifacts anew in every run, so their rights can only name the bucket.',
    control: 'The bucket holds artifacts of this pipeline alone, encrypted with a key of its own, for 30 days.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'delivery-registry-login',
    when: isDelivered,
    at: ({ delivery }) => [delivery?.images.permissions],
    ids: [wildcardResource('*')],
    reason: 'ecr:GetAuthorizationToken knows no resource-level permission.',
    control: 'The token opens only what the other statements name: pushing to the repositories of the services.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'delivery-network-interfaces',
    when: isDelivered,
    at: ({ delivery }) => [delivery?.release.permissions],
    ids: (permissions) => {
      const { account, region } = cdk.Stack.of(permissions);
      const owner = cdk.Token.isUnresolved(account) ? '<AWS::AccountId>' : account;
      return ['*', `arn:aws:ec2:${region}:${owner}:network-interface/*`].map(wildcardResource);
    },
    reason:
      'CodeBuild makes network interfaces in the VPC under ids that nobody knows beforehand; AWS documents these rights as what it needs.',
    control: 'Attaching them is granted to CodeBuild in the two private subnets alone.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'delivery-sources',
    when: isDelivered,
    at: ({ delivery }) => (delivery ? [delivery.images.project, delivery.release.project] : []),
    ids: inPacks([HIPAA, PCI], 'CodeBuildProjectSourceRepoUrl'),
    reason:
      'The rule asks for a source with OAuth instead of credentials in its address. These projects have no source of their own: the pipeline hands them what it fetched.',
    control: 'The pipeline fetches through a CodeConnections connection; no credentials are stored in the account.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'delivery-artifact-replication',
    when: isDelivered,
    at: ({ delivery }) => [delivery?.artifacts],
    ids: inPacks([NIST, HIPAA, PCI], 'S3BucketReplicationEnabled'),
    reason: 'Every artifact is made again from the repositories by the next run.',
    control: 'S3 keeps every object in three zones; the bucket keeps versions.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'delivery-failure-message',
    when: isDelivered,
    at: ({ delivery }) => [delivery?.failures],
    ids: inPacks([SERVERLESS], 'EventBusDLQ'),
    reason: 'The event is a message to people; one that is lost would be of no use hours later out of a queue.',
    control: 'EventBridge tries for 24 hours, and the console shows the failed run in any case.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'released-images-reader',
    when: isDelivered,
    at: ({ workloads }) => [workloads.releasedImages?.function],
    ids: [
      ...inPacks([NIST, HIPAA, SERVERLESS], 'LambdaDLQ'),
      ...inPacks([NIST, HIPAA, PCI], 'LambdaInsideVPC'),
      ...inPacks([SERVERLESS], 'LambdaTracing'),
    ],
    reason:
      'CloudFormation calls the function and waits for its answer: no event is left for a queue, and nothing but Parameter Store is called that a trace or the VPC would be for.',
    control: 'It may read the image tags of its environment and write to one encrypted log group, nothing else.',
    owner: 'platform',
    review: '2027-06-30',
  },
];
