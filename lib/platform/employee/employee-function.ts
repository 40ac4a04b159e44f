import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as triggers from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import { reserveOne } from '../../config/concurrency';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { KEEP, removalPolicy } from '../../config/removal';
import type { Database } from '../data/database';
import { readSecrets } from '../data/read-secrets';
import { noNewLogGroups } from '../logging/no-new-log-groups';
import { employeeBundle } from './bundle';

export interface EmployeeFunctionProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Holds the employees. */
  readonly database: Database;

  /** Encrypts the database's secret. */
  readonly dataKey: kms.IKey;
}

/**
 * The function of the employee service and the migration of its schema. Callers use the alias, which moves to new code
 * only after the migration for that code has succeeded.
 */
export class EmployeeFunction extends Construct {
  readonly function: lambda.Function;
  readonly functionName: string;
  readonly alias: lambda.Alias;

  /** Changes the schema before the alias moves. */
  readonly migration: lambda.Function;

  /** Role of both functions. */
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: EmployeeFunctionProps) {
    super(scope, id);
    const { config, database, dataKey } = props;
    const name = environmentId(config.name);
    const { securityGroup, databaseSecurityGroup } = this.addSecurityGroup(props);
    const permissions = new iam.ManagedPolicy(this, 'Permissions', {
      description: `Employee function of ${name}`,
      statements: [...readSecrets([database.secret], dataKey), noNewLogGroups()],
    });
    this.role = new iam.Role(this, 'Role', {
      description: `Employee function of ${name}`,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'),
        iam.ManagedPolicy.fromAwsManagedPolicyName('AWSXRayDaemonWriteAccess'),
        permissions,
      ],
    });

    const common = { ...this.functionProps(props), securityGroups: [securityGroup] };
    this.functionName = `${name}-employee`;
    this.function = new lambda.Function(this, 'Service', {
      ...common,
      functionName: this.functionName,
      handler: 'index.handler',
      logGroup: this.addLogGroup('ServiceLogs', this.functionName, props, permissions),
      description: `Employee service of ${name}`,
      timeout: cdk.Duration.seconds(10),
      reservedConcurrentExecutions: config.employee.reservedConcurrency,
    });
    const migrationName = `${name}-employee-migration`;
    this.migration = new lambda.Function(this, 'Migration', {
      ...common,
      functionName: migrationName,
      handler: 'migrate.handler',
      logGroup: this.addLogGroup('MigrationLogs', migrationName, props, permissions),
      description: `Schema of the employee service of ${name}`,
      timeout: cdk.Duration.minutes(10),
      // A lock in the database keeps two migrations apart in any case.
      reservedConcurrentExecutions: reserveOne(config),
    });

    const version = this.function.currentVersion;
    version.applyRemovalPolicy(KEEP);
    this.alias = new lambda.Alias(this, 'Live', { aliasName: 'live', version });
    const trigger = new triggers.Trigger(this, 'Migrate', {
      handler: this.migration,
      timeout: cdk.Duration.minutes(10),
      invocationType: triggers.InvocationType.REQUEST_RESPONSE,
    });
    trigger.executeAfter(securityGroup, databaseSecurityGroup);
    trigger.executeBefore(this.alias);
  }

  /** Security group of both functions, and the database's as this stack knows it, with the rule between them. */
  private addSecurityGroup({ config, vpc, database }: EmployeeFunctionProps) {
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Employee function of ${environmentId(config.name)}`,
      allowAllOutbound: false,
    });
    // Secrets Manager, KMS and X-Ray are outside the VPC, behind the NAT gateway.
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'AWS APIs');
    const databaseSecurityGroup = ec2.SecurityGroup.fromSecurityGroupId(
      this,
      'DatabaseSecurityGroup',
      database.securityGroup.securityGroupId,
    );
    securityGroup.connections.allowTo(
      databaseSecurityGroup,
      ec2.Port.tcp(database.port),
      'MySQL from the employee function',
    );
    return { securityGroup, databaseSecurityGroup };
  }

  /** What the service and its migration have in common. */
  private functionProps({ config, vpc, database }: EmployeeFunctionProps) {
    return {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(employeeBundle(config.region)),
      memorySize: config.employee.memory,
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      role: this.role.withoutPolicyUpdates(),
      tracing: lambda.Tracing.ACTIVE,
      environment: { DATABASE_SECRET_ARN: database.secret.secretArn },
    };
  }

  private addLogGroup(
    id: string,
    functionName: string,
    { config, logKey }: EmployeeFunctionProps,
    writer: iam.IGrantable,
  ): logs.LogGroup {
    const logGroup = new logs.LogGroup(this, id, {
      logGroupName: `/aws/lambda/${functionName}`,
      encryptionKey: logKey,
      retention: config.logRetentionDays,
      removalPolicy: removalPolicy(config),
    });
    logGroup.grantWrite(writer);
    return logGroup;
  }
}
