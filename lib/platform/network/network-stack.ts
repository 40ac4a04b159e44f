import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { PRIVATE_SUBNET_PREFIX } from '../../config/limits';
import { removalPolicy } from '../../config/removal';
import { LogKey } from '../logging/log-key';

/**
 * Where internal load balancers and the VPC Link stand: apart from the pods, so that a network policy can tell the load
 * balancer from a pod by its address.
 */
export const LOAD_BALANCER_SUBNETS: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };

export interface NetworkStackProps extends cdk.StackProps {
  /** The environment. */
  readonly config: EnvironmentConfig;
}

/** What lives for years and everything else stands on: VPC, the key of all log groups, the bucket of all access logs. */
export class NetworkStack extends cdk.Stack {
  readonly vpc: ec2.Vpc;

  /** Encrypts the log groups of every stack of the environment. */
  readonly logKey: LogKey;

  /** Receives access logs of load balancers, buckets and CloudFront. */
  readonly accessLogs: s3.Bucket;

  private readonly zones: string[];

  constructor(scope: Construct, id: string, { config, ...props }: NetworkStackProps) {
    super(scope, id, props);
    this.zones = [...config.network.availabilityZones];
    const removal = removalPolicy(config);

    this.logKey = new LogKey(this, 'LogKey', { config });

    this.accessLogs = new s3.Bucket(this, 'AccessLogs', {
      // Load balancers deliver access logs to buckets with S3-managed keys only:
      // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      // CloudFront's standard logs are written with an ACL.
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [
        {
          expiration: cdk.Duration.days(config.logRetentionDays),
          noncurrentVersionExpiration: cdk.Duration.days(1),
          abortIncompleteMultipartUploadAfter: cdk.Duration.days(1),
        },
      ],
      removalPolicy: removal,
      autoDeleteObjects: removal === cdk.RemovalPolicy.DESTROY,
    });

    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(config.network.cidr),
      availabilityZones: this.zones,
      natGateways: config.network.natGateways,
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        // Pods take their addresses here: the VPC CNI gives each one of the subnet's.
        { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: PRIVATE_SUBNET_PREFIX },
        { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    const flowLogs = new logs.LogGroup(this, 'FlowLogs', {
      logGroupName: `/aws/vpc/${environmentId(config.name)}`,
      encryptionKey: this.logKey,
      retention: config.logRetentionDays,
      removalPolicy: removal,
    });
    const flowLogRole = new iam.Role(this, 'FlowLogRole', {
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com'),
    });
    const flowLogPolicy = new iam.ManagedPolicy(this, 'FlowLogPolicy', { roles: [flowLogRole] });
    flowLogs.grantWrite(flowLogPolicy);
    flowLogs.grant(flowLogPolicy, 'logs:DescribeLogStreams');
    this.vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs, flowLogRole.withoutPolicyUpdates()),
    });
  }

  /** The zones of the config: without a look-up, whether or not the account is known. */
  override get availabilityZones(): string[] {
    return this.zones;
  }
}
