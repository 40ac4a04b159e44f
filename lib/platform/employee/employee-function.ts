import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as triggers from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import { reserveOne } from '../../config/concurrency';
import { environmentId } from '../../config/environment';
import { KEEP } from '../../config/removal';
import type { Database } from '../data/database';
import {
  type DatabaseFunctionOptions,
  databaseFunction,
  databaseFunctionSecurityGroup,
} from '../data/database-function';
import { type DatabaseUsers, SERVICE_USER } from '../data/database-users';
import { employeeBundle } from './bundle';

export interface EmployeeFunctionProps extends DatabaseFunctionOptions {
  /** Holds the employees. */
  readonly database: Database;

  /** Who the service and its migration are to the database. */
  readonly users: DatabaseUsers;
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

  /** Of the service and of the migration: each reads the secret of its own user. */
  readonly roles: readonly iam.Role[];

  constructor(scope: Construct, id: string, { database, users, ...options }: EmployeeFunctionProps) {
    super(scope, id);
    const { config, vpc } = options;
    const name = environmentId(config.name);

    const securityGroup = databaseFunctionSecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Employee function of ${name}`,
    });
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

    const code = lambda.Code.fromAsset(employeeBundle(config.region));
    const common = { ...options, securityGroup, code };
    this.functionName = `${name}-employee`;
    const service = databaseFunction(this, 'Service', {
      ...common,
      functionName: this.functionName,
      description: `Employee service of ${name}`,
      handler: 'index.handler',
      timeout: cdk.Duration.seconds(10),
      reservedConcurrentExecutions: config.employee.reservedConcurrency,
      secrets: [users.service],
      environment: { DATABASE_SECRET_ARN: users.service.secretArn, SERVICE_ENVIRONMENT: name },
    });
    const migration = databaseFunction(this, 'Migration', {
      ...common,
      functionName: `${name}-employee-migration`,
      description: `Schema of the employee service of ${name}`,
      handler: 'migrate.handler',
      timeout: cdk.Duration.minutes(10),
      // A lock in the database keeps two migrations apart in any case.
      reservedConcurrentExecutions: reserveOne(config),
      secrets: [users.migration],
      environment: { DATABASE_SECRET_ARN: users.migration.secretArn, SERVICE_USER },
    });

    this.function = service.function;
    this.migration = migration.function;
    this.roles = [service.role, migration.role];

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
}
