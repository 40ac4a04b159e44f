import type { Resource } from '../../../assembly/assembly';

/**
 * Why a resource is not made for real.
 *
 * - `emulator`: the emulator does not know the type
 * - `cluster`: it needs a Kubernetes API, which the cluster half of the rehearsal has
 * - `code`: its code needs what the emulator lacks; the stub holds the properties that the code runs with
 */
export type GapKind = 'emulator' | 'cluster' | 'code';

/** A type of resource that a stand-in takes the place of. */
export interface Gap {
  readonly kind: GapKind;
  readonly reason: string;

  /**
   * Which resources of the type.
   *
   * @default - all of them
   */
  readonly when?: (properties: Readonly<Record<string, unknown>>) => boolean;

  /**
   * What `Ref` gives. `{id}` stands for 17 hexadecimal digits of its own; pseudo parameters as in `Fn::Sub`.
   *
   * @default - the name of the stand-in
   */
  readonly ref?: string;

  /**
   * What `Fn::GetAtt` gives, by attribute, written like `ref`.
   *
   * @default - nothing; a template that asks stops the rehearsal
   */
  readonly attributes?: Readonly<Record<string, string>>;
}

const NO_TYPE = 'the emulator has no such type';
const API_ONLY = 'the emulator has the API of the service but not the CloudFormation type';
const ARN = (service: string, rest: string) => `arn:aws:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`;

/** All that is not made for real, with the reason. The one list: what is neither here nor known to the emulator stops the rehearsal. */
export const GAPS: Readonly<Record<string, Gap>> = {
  'AWS::ApiGatewayV2::VpcLink': { kind: 'emulator', reason: NO_TYPE, ref: '{id}' },
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    kind: 'emulator',
    reason: NO_TYPE,
    ref: 'service/kafka|kafka:broker-storage:VolumeSize|kafka',
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': { kind: 'emulator', reason: NO_TYPE },
  'AWS::Backup::BackupSelection': { kind: 'emulator', reason: NO_TYPE },
  'AWS::Budgets::Budget': { kind: 'emulator', reason: NO_TYPE },
  'AWS::CE::AnomalyMonitor': {
    kind: 'emulator',
    reason: NO_TYPE,
    attributes: { MonitorArn: 'arn:aws:ce::${AWS::AccountId}:anomalymonitor/{id}' },
  },
  'AWS::CE::AnomalySubscription': { kind: 'emulator', reason: NO_TYPE },
  'AWS::CloudWatch::Alarm': {
    kind: 'emulator',
    reason: 'the emulator knows no alarm on metric math',
    when: ({ Metrics }) => Metrics !== undefined,
  },
  'AWS::EC2::EIP': {
    kind: 'emulator',
    reason: API_ONLY,
    attributes: { AllocationId: 'eipalloc-{id}', PublicIp: '203.0.113.1' },
  },
  'AWS::EC2::FlowLog': { kind: 'emulator', reason: API_ONLY, ref: 'fl-{id}' },
  'AWS::EC2::NatGateway': { kind: 'emulator', reason: API_ONLY, ref: 'nat-{id}' },
  'AWS::EC2::SecurityGroupEgress': { kind: 'emulator', reason: API_ONLY },
  'AWS::EC2::SecurityGroupIngress': { kind: 'emulator', reason: API_ONLY },
  'AWS::EKS::AccessEntry': { kind: 'emulator', reason: NO_TYPE },
  'AWS::EKS::Addon': { kind: 'emulator', reason: API_ONLY },
  'AWS::EKS::PodIdentityAssociation': { kind: 'emulator', reason: NO_TYPE },
  'AWS::MSK::Cluster': { kind: 'emulator', reason: API_ONLY, ref: ARN('kafka', 'cluster/stand-in/{id}') },
  'AWS::MSK::Configuration': {
    kind: 'emulator',
    reason: API_ONLY,
    ref: ARN('kafka', 'configuration/stand-in/{id}'),
    attributes: { Arn: ARN('kafka', 'configuration/stand-in/{id}'), 'LatestRevision.Revision': '1' },
  },
  'AWS::RDS::OptionGroup': { kind: 'emulator', reason: API_ONLY, ref: 'option-group-{id}' },
  'AWS::SecretsManager::ResourcePolicy': { kind: 'emulator', reason: API_ONLY },
  'AWS::SecretsManager::RotationSchedule': { kind: 'emulator', reason: API_ONLY },
  'AWS::Serverless::Application': {
    kind: 'emulator',
    reason: 'the application comes from the Serverless Application Repository, which is on the network',
    attributes: { 'Outputs.RotationLambdaARN': ARN('lambda', 'function:rotation') },
  },
  'AWS::WAFv2::LoggingConfiguration': { kind: 'emulator', reason: NO_TYPE },
  'AWS::XRay::Group': { kind: 'emulator', reason: NO_TYPE },
  'AWS::XRay::SamplingRule': { kind: 'emulator', reason: NO_TYPE },
  'Custom::AWSCDK-EKS-HelmChart': { kind: 'cluster', reason: 'helm installs it into a Kubernetes API' },
  'Custom::AWSCDK-EKS-KubernetesResource': { kind: 'cluster', reason: 'kubectl applies it to a Kubernetes API' },
  'Custom::CDKBucketDeployment': {
    kind: 'code',
    reason:
      'its function runs the AWS CLI out of a layer for Amazon Linux; it runs when the stacks stand, with another one',
  },
  'Custom::MskBootstrapBrokers': {
    kind: 'emulator',
    reason: 'it asks MSK for the brokers of a cluster that is a stand-in here',
    attributes: { BootstrapBrokerStringTls: 'b-1.stand-in:9094,b-2.stand-in:9094' },
  },
  'Custom::S3AutoDeleteObjects': {
    kind: 'emulator',
    reason: 'its function empties a bucket by its tag, and the emulator gives buckets of a stack no tags',
  },
  'Custom::Trigger': {
    kind: 'code',
    reason: 'its function needs a database; it runs when the stacks stand, against a MariaDB',
  },
};

/** Why a resource has a stand-in. undefined when it is made for real. */
export function gapOf({ Type, Properties = {} }: Resource): Gap | undefined {
  const gap = GAPS[Type];
  return gap?.when?.(Properties) === false ? undefined : gap;
}
