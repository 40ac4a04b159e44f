import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { removalPolicy, snapshotPolicy } from '../../config/removal';

/** Well-known port of Redis and Valkey. */
const PORT = 6379;

export interface CacheProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts what the nodes write to disk and their snapshots. */
  readonly key: kms.IKey;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;
}

/** ElastiCache for Valkey in the isolated subnets: one shard, with a standby in the other zone where there are two nodes. */
export class Cache extends Construct {
  readonly replicationGroup: elasticache.CfnReplicationGroup;

  /** Address of the node that takes writes; it stays the same when another node takes over. */
  readonly host: string;

  readonly securityGroup: ec2.SecurityGroup;
  readonly port = PORT;

  constructor(scope: Construct, id: string, { config, vpc, key, logKey }: CacheProps) {
    super(scope, id);
    const { nodeType, nodes, version, snapshotRetentionDays } = config.cache;
    const name = environmentId(config.name);

    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Valkey of ${name}`,
      allowAllOutbound: false,
    });
    const logDelivery = (logType: 'engine-log' | 'slow-log', logGroup: logs.ILogGroup) => ({
      logType,
      logFormat: 'json',
      destinationType: 'cloudwatch-logs',
      destinationDetails: { cloudWatchLogsDetails: { logGroup: logGroup.logGroupName } },
    });
    const logGroup = (logGroupId: string) =>
      new logs.LogGroup(this, logGroupId, {
        encryptionKey: logKey,
        retention: config.logRetentionDays,
        removalPolicy: removalPolicy(config),
      });

    // No name: one that a failed creation leaves taken would stop the next try.
    this.replicationGroup = new elasticache.CfnReplicationGroup(this, 'ReplicationGroup', {
      replicationGroupDescription: `Valkey of ${name}`,
      engine: 'valkey',
      engineVersion: version,
      cacheNodeType: nodeType,
      numCacheClusters: nodes,
      automaticFailoverEnabled: nodes > 1,
      multiAzEnabled: nodes > 1,
      cacheSubnetGroupName: new elasticache.CfnSubnetGroup(this, 'Subnets', {
        description: `Valkey of ${name}`,
        subnetIds: vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_ISOLATED }).subnetIds,
      }).ref,
      securityGroupIds: [this.securityGroup.securityGroupId],
      port: PORT,
      atRestEncryptionEnabled: true,
      kmsKeyId: key.keyArn,
      // TLS for whoever asks for it; the services of today speak plain TCP: docs/decisions/0008.
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'preferred',
      logDeliveryConfigurations: [
        logDelivery('engine-log', logGroup('EngineLog')),
        logDelivery('slow-log', logGroup('SlowLog')),
      ],
      snapshotRetentionLimit: snapshotRetentionDays,
      // The database's nights, in the full hours that ElastiCache wants: 03:00-04:00 and Monday 04:00-05:00 in Seoul.
      snapshotWindow: snapshotRetentionDays > 0 ? '18:00-19:00' : undefined,
      preferredMaintenanceWindow: 'sun:19:00-sun:20:00',
      autoMinorVersionUpgrade: true,
    });
    this.replicationGroup.applyRemovalPolicy(snapshotPolicy(config));
    this.host = this.replicationGroup.attrPrimaryEndPointAddress;
  }
}
