import * as cdk from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId, secretName } from '../../config/environment';
import { removalPolicy } from '../../config/removal';
import { BackupPlan } from './backup-plan';
import { Cache } from './cache';
import { Database } from './database';
import { DatabaseUsers } from './database-users';
import { KafkaCluster } from './kafka-cluster';

export interface DataStackProps extends cdk.StackProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Whether a service connects to a Redis-compatible cache. */
  readonly usesCache: boolean;
}

/**
 * What must never be lost: the database, the secrets, the key that encrypts both, MSK where the config asks for it, and the cache
 * where a service uses it.
 */
export class DataStack extends cdk.Stack {
  readonly key: kms.Key;
  readonly database: Database;
  readonly users: DatabaseUsers;
  readonly backup?: BackupPlan;

  /** `erp/<env>/mongodb` with the key `uri`, filled in by the operator. */
  readonly mongodbSecret: secretsmanager.Secret;

  readonly kafka?: KafkaCluster;
  readonly cache?: Cache;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    const { config, vpc, logKey, usesCache, ...stackProps } = props;
    super(scope, id, stackProps);
    const name = environmentId(config.name);

    this.key = new kms.Key(this, 'Key', {
      description: `Database, secrets, streams and cache of ${name}`,
      enableKeyRotation: true,
      removalPolicy: removalPolicy(config),
    });

    this.database = new Database(this, 'Database', { config, vpc, key: this.key, logKey });
    this.users = new DatabaseUsers(this, 'DatabaseUsers', {
      config,
      vpc,
      logKey,
      dataKey: this.key,
      database: this.database,
    });
    if (config.database.backupPlan) {
      this.backup = new BackupPlan(this, 'Backup', { instance: this.database.instance, key: this.key });
    }

    this.mongodbSecret = new secretsmanager.Secret(this, 'MongodbSecret', {
      secretName: secretName(config.name, 'mongodb'),
      description: `MongoDB Atlas of ${name}: {"uri": "mongodb+srv://..."}, filled in by the operator`,
      encryptionKey: this.key,
      // A host under .invalid never resolves, so a forgotten secret shows as a connection error that names it.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({
          uri: `mongodb://erp-${config.name}-mongodb-secret-is-not-filled-in.invalid/erp`,
        }),
        generateStringKey: 'placeholder',
      },
      removalPolicy: removalPolicy(config),
    });

    if (config.msk) {
      this.kafka = new KafkaCluster(this, 'Kafka', { config, settings: config.msk, vpc, key: this.key, logKey });
    }
    if (usesCache) this.cache = new Cache(this, 'Cache', { config, vpc, key: this.key, logKey });
  }
}
