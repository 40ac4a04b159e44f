import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { connectionsPerUser } from '../../config/concurrency';
import { type EnvironmentConfig, environmentId, secretName } from '../../config/environment';
import { removalPolicy, snapshotPolicy } from '../../config/removal';

/** Not 3306: what looks for MySQL on its well-known port finds nothing. The port reaches clients by the secret. */
const PORT = 3307;

/** Database of the ERP system inside the instance. */
const DATABASE_NAME = 'erp';

/** Characters that would need escaping in a JDBC or mysql:// URL. */
const EXCLUDED_CHARACTERS = ' %+~`#$&*()|[]{}:;<>?!\'/@"\\,=^';

const LOG_TYPES = ['error', 'general', 'slowquery', 'audit'];

export interface DatabaseProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts storage, backups and the secret. */
  readonly key: kms.IKey;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;
}

/** MySQL on RDS in the isolated subnets, with the secret of its master and the secret's rotation. */
export class Database extends Construct {
  readonly instance: rds.DatabaseInstance;
  readonly instanceIdentifier: string;

  /** Who may do everything, and uses it to make users alone. Whoever reads it waits for the instance by itself. */
  readonly masterSecret: secretsmanager.ISecret;

  /** Changes the password of a user by that user's own secret. */
  readonly rotation: lambda.IFunction;

  readonly securityGroup: ec2.SecurityGroup;
  readonly port = PORT;
  readonly databaseName = DATABASE_NAME;
  readonly excludedCharacters = EXCLUDED_CHARACTERS;

  constructor(scope: Construct, id: string, { config, vpc, key, logKey }: DatabaseProps) {
    super(scope, id);
    const { database } = config;
    this.instanceIdentifier = `${environmentId(config.name)}-mysql`;
    const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };

    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `MySQL of ${environmentId(config.name)}`,
      allowAllOutbound: false,
    });

    const logGroups = this.addLogGroups({ config, logKey });
    const credentials = this.addCredentials({ config, key });
    this.masterSecret = credentials;
    const engine = rds.DatabaseInstanceEngine.mysql({ version: rds.MysqlEngineVersion.VER_8_4_10 });
    const optionGroup = this.addOptionGroup(config, engine);
    this.instance = new rds.DatabaseInstance(this, 'Instance', {
      engine,
      instanceIdentifier: this.instanceIdentifier,
      instanceType: new ec2.InstanceType(database.instanceType),
      vpc,
      vpcSubnets,
      securityGroups: [this.securityGroup],
      port: PORT,
      databaseName: DATABASE_NAME,
      credentials: rds.Credentials.fromSecret(credentials),
      multiAz: database.multiAz,
      storageType: rds.StorageType.GP3,
      allocatedStorage: database.allocatedStorage,
      maxAllocatedStorage: database.maxAllocatedStorage,
      storageEncrypted: true,
      storageEncryptionKey: key,
      backupRetention: cdk.Duration.days(database.backupRetentionDays),
      // 03:00-03:30 and Monday 04:00-04:30 in Seoul.
      preferredBackupWindow: '18:00-18:30',
      preferredMaintenanceWindow: 'sun:19:00-sun:19:30',
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: config.removal === 'destroy',
      deletionProtection: config.protection,
      removalPolicy: snapshotPolicy(config),
      autoMinorVersionUpgrade: true,
      monitoringInterval: cdk.Duration.minutes(1),
      enablePerformanceInsights: database.performanceInsights,
      performanceInsightEncryptionKey: database.performanceInsights ? key : undefined,
      caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
      // Never slip into paid extended support: upgrades are this project's to plan.
      engineLifecycleSupport: rds.EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT_DISABLED,
      iamAuthentication: true,
      parameterGroup: this.addParameterGroup(config, engine),
      optionGroup,
      cloudwatchLogsExports: LOG_TYPES,
    });
    this.instance.node.addDependency(...logGroups);

    if (!this.instance.secret) throw new Error('The instance has no secret although it was given one');
    this.rotation = this.addRotation(vpc, this.instance.secret);
  }

  /** One function for all users: what it may do is said by each secret, and it knows a user by the secret alone. */
  private addRotation(vpc: ec2.IVpc, secret: secretsmanager.ISecret): lambda.IFunction {
    const rotation = new secretsmanager.SecretRotation(this, 'Rotation', {
      application: secretsmanager.SecretRotationApplication.MYSQL_ROTATION_SINGLE_USER,
      secret,
      automaticallyAfter: cdk.Duration.days(30),
      // The port as a number: a reference to the instance's would hide from every check what the rule opens.
      target: new ec2.Connections({ securityGroups: [this.securityGroup], defaultPort: ec2.Port.tcp(PORT) }),
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      excludeCharacters: EXCLUDED_CHARACTERS,
    });
    return rotation.node.findChild('RotationLambda') as lambda.IFunction;
  }

  /** RDS would make these itself, without encryption and for ever. */
  private addLogGroups({ config, logKey }: Pick<DatabaseProps, 'config' | 'logKey'>): logs.LogGroup[] {
    return LOG_TYPES.map(
      (type) =>
        new logs.LogGroup(this, `Logs${type.charAt(0).toUpperCase()}${type.slice(1)}`, {
          logGroupName: `/aws/rds/instance/${this.instanceIdentifier}/${type}`,
          encryptionKey: logKey,
          retention: config.logRetentionDays,
          removalPolicy: removalPolicy(config),
        }),
    );
  }

  private addCredentials({ config, key }: Pick<DatabaseProps, 'config' | 'key'>): rds.DatabaseSecret {
    // Not Credentials.fromGeneratedSecret: its logical id follows the password criteria, and a replacement under the
    // same name cannot be made.
    const credentials = new rds.DatabaseSecret(this, 'Secret', {
      username: 'erp',
      secretName: secretName(config.name, 'mysql-master'),
      encryptionKey: key,
      excludeCharacters: EXCLUDED_CHARACTERS,
    });
    // A snapshot is of little use without the password it was taken with.
    credentials.applyRemovalPolicy(removalPolicy(config));
    return credentials;
  }

  private addOptionGroup(config: EnvironmentConfig, engine: rds.IInstanceEngine): rds.OptionGroup {
    const optionGroup = new rds.OptionGroup(this, 'Options', {
      engine,
      description: `Audit log of ${environmentId(config.name)}`,
      configurations: [
        { name: 'MARIADB_AUDIT_PLUGIN', settings: { SERVER_AUDIT_EVENTS: 'CONNECT,QUERY_DDL,QUERY_DCL' } },
      ],
    });
    // RDS deletes no option group that a snapshot names, and the snapshot of a failed creation names it as well. Its name is
    // generated, so what stays is in nobody's way.
    if (config.removal === 'retain') optionGroup.applyRemovalPolicy(cdk.RemovalPolicy.RETAIN);
    return optionGroup;
  }

  private addParameterGroup(config: EnvironmentConfig, engine: rds.IInstanceEngine): rds.ParameterGroup {
    return new rds.ParameterGroup(this, 'Parameters', {
      engine,
      description: `MySQL of ${environmentId(config.name)}`,
      parameters: {
        require_secure_transport: '1',
        character_set_server: 'utf8mb4',
        collation_server: 'utf8mb4_0900_ai_ci',
        slow_query_log: '1',
        long_query_time: '1',
        log_output: 'FILE',
        // No user takes all connections, so that another can still look why: the functions' number may be unbounded.
        max_user_connections: `${connectionsPerUser(config)}`,
      },
    });
  }
}
