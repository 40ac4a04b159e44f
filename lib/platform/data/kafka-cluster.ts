import * as appscaling from 'aws-cdk-lib/aws-applicationautoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as msk from 'aws-cdk-lib/aws-msk';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { type EnvironmentConfig, type MskConfig, environmentId } from '../../config/environment';
import { removalPolicy } from '../../config/removal';

/** TLS listener of MSK brokers: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
const TLS_PORT = 9094;

/** Brokers per zone. Two zones make the two brokers that MSK needs at least. */
const BROKERS_PER_ZONE = 1;

export interface KafkaClusterProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Version and size. */
  readonly settings: MskConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts the brokers' disks. */
  readonly key: kms.IKey;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;
}

/** Amazon MSK over the two zones: TLS only, encrypted at rest, without ZooKeeper, growing its own storage. */
export class KafkaCluster extends Construct {
  /** `host:9094` of every broker, comma-separated. */
  readonly bootstrapServers: string;

  /** Function that asks for those addresses. */
  readonly bootstrapBrokers: cr.AwsCustomResource;

  readonly securityGroup: ec2.SecurityGroup;
  readonly port = TLS_PORT;

  constructor(scope: Construct, id: string, { config, settings, vpc, key, logKey }: KafkaClusterProps) {
    super(scope, id);
    const name = environmentId(config.name);
    const { subnetIds } = vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_ISOLATED });
    const brokers = subnetIds.length * BROKERS_PER_ZONE;

    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `MSK of ${name}`,
      allowAllOutbound: false,
    });
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/msk/${name}`,
      encryptionKey: logKey,
      retention: config.logRetentionDays,
      removalPolicy: removalPolicy(config),
    });
    const configuration = this.addConfiguration(name, brokers);

    const cluster = new msk.CfnCluster(this, 'Cluster', {
      clusterName: name,
      kafkaVersion: settings.version,
      numberOfBrokerNodes: brokers,
      brokerNodeGroupInfo: {
        clientSubnets: subnetIds,
        instanceType: settings.instanceType,
        securityGroups: [this.securityGroup.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: settings.storage } },
      },
      clientAuthentication: { unauthenticated: { enabled: true } },
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
      encryptionInfo: {
        encryptionAtRest: { dataVolumeKmsKeyId: key.keyArn },
        encryptionInTransit: { clientBroker: 'TLS', inCluster: true },
      },
      enhancedMonitoring: 'PER_TOPIC_PER_BROKER',
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: logGroup.logGroupName } } },
    });
    cluster.applyRemovalPolicy(removalPolicy(config));
    new appscaling.ScalableTarget(this, 'Storage', {
      serviceNamespace: appscaling.ServiceNamespace.KAFKA,
      resourceId: cluster.ref,
      scalableDimension: 'kafka:broker-storage:VolumeSize',
      minCapacity: 1,
      maxCapacity: settings.maxStorage,
    }).scaleToTrackMetric('Utilization', {
      predefinedMetric: appscaling.PredefinedMetric.KAFKA_BROKER_STORAGE_UTILIZATION,
      targetValue: 60,
      disableScaleIn: true,
    });

    this.bootstrapBrokers = this.askForBrokers({ config, logKey }, cluster);
    this.bootstrapServers = this.bootstrapBrokers.getResponseField('BootstrapBrokerStringTls');
  }

  private addConfiguration(name: string, brokers: number): msk.CfnConfiguration {
    return new msk.CfnConfiguration(this, 'Configuration', {
      name,
      // A topic on two brokers stays writable while one of them is patched.
      serverProperties: [
        'auto.create.topics.enable=false',
        `default.replication.factor=${brokers}`,
        `min.insync.replicas=${brokers - 1}`,
        `offsets.topic.replication.factor=${brokers}`,
        `transaction.state.log.replication.factor=${brokers}`,
        `transaction.state.log.min.isr=${brokers - 1}`,
        'unclean.leader.election.enable=false',
        'log.retention.hours=168',
      ].join('\n'),
    });
  }

  /** CloudFormation has no attribute for the brokers' addresses. */
  private askForBrokers(
    { config, logKey }: Pick<KafkaClusterProps, 'config' | 'logKey'>,
    cluster: msk.CfnCluster,
  ): cr.AwsCustomResource {
    const name = environmentId(config.name);
    const brokersCall: cr.AwsSdkCall = {
      service: 'Kafka',
      action: 'getBootstrapBrokers',
      parameters: { ClusterArn: cluster.ref },
      physicalResourceId: cr.PhysicalResourceId.of(`${name}-bootstrap-brokers`),
      outputPaths: ['BootstrapBrokerStringTls'],
    };
    const callLogs = new logs.LogGroup(this, 'BootstrapBrokersLogs', {
      encryptionKey: logKey,
      retention: config.logRetentionDays,
      removalPolicy: removalPolicy(config),
    });
    const permissions = new iam.ManagedPolicy(this, 'BootstrapBrokersPermissions', {
      description: `Addresses of the MSK brokers of ${name}`,
      statements: [new iam.PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [cluster.ref] })],
    });
    callLogs.grantWrite(permissions);
    return new cr.AwsCustomResource(this, 'BootstrapBrokers', {
      resourceType: 'Custom::MskBootstrapBrokers',
      onCreate: brokersCall,
      onUpdate: brokersCall,
      installLatestAwsSdk: false,
      memorySize: 256,
      logGroup: callLogs,
      role: new iam.Role(this, 'BootstrapBrokersRole', {
        description: `Addresses of the MSK brokers of ${name}`,
        assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
        managedPolicies: [permissions],
      }).withoutPolicyUpdates(),
    });
  }
}
