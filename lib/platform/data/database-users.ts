import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as triggers from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import { reserveOne } from '../../config/concurrency';
import { type EnvironmentConfig, type SecretStore, environmentId, secretName } from '../../config/environment';
import { removalPolicy } from '../../config/removal';
import { usersBundle } from '../employee/bundle';
import type { Database } from './database';
import {
  type DatabaseFunction,
  type DatabaseFunctionOptions,
  databaseFunction,
  databaseFunctionSecurityGroup,
} from './database-function';

/** The service's user, to whom its migration grants what it needs. */
export const SERVICE_USER = 'erp_employee';

/** Where the credentials of each user are kept. */
const STORES = {
  service: 'mysql-employee',
  migration: 'mysql-employee-migration',
  cluster: 'mysql',
} as const satisfies Record<string, SecretStore>;

export interface DatabaseUsersProps extends DatabaseFunctionOptions {
  /** Database with the users. */
  readonly database: Database;
}

/**
 * The users of the database, each with a secret that rotates. A function makes them by the master's credentials, which
 * nothing else uses, each time it changes.
 */
export class DatabaseUsers extends Construct {
  /** Of the employee service: rows. */
  readonly service: secretsmanager.Secret;

  /** Of the employee service's migration: tables. */
  readonly migration: secretsmanager.Secret;

  /** `erp/<env>/mysql`: of the services in the cluster, with a database of its own. */
  readonly cluster: secretsmanager.Secret;

  /** Makes the users. */
  readonly maker: DatabaseFunction;

  constructor(scope: Construct, id: string, props: DatabaseUsersProps) {
    super(scope, id);
    const { config, vpc, database } = props;
    const name = environmentId(config.name);
    this.service = this.addSecret('Service', STORES.service, SERVICE_USER, database.databaseName, props);
    this.migration = this.addSecret(
      'Migration',
      STORES.migration,
      'erp_employee_migration',
      database.databaseName,
      props,
    );
    this.cluster = this.addSecret('Cluster', STORES.cluster, 'erp_services', 'services', props);
    const secrets = [this.service, this.migration, this.cluster];

    const securityGroup = databaseFunctionSecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Users of the database of ${name}`,
    });
    database.securityGroup.connections.allowFrom(securityGroup, ec2.Port.tcp(database.port), 'Users of the database');
    this.maker = databaseFunction(this, 'Function', {
      ...props,
      functionName: `${name}-database-users`,
      description: `Users of the database of ${name}`,
      code: lambda.Code.fromAsset(usersBundle(config.region)),
      handler: 'users.handler',
      timeout: cdk.Duration.minutes(2),
      reservedConcurrentExecutions: reserveOne(config),
      securityGroup,
      secrets: [
        database.masterSecret,
        ...Object.values(STORES).map((store) => ({ secretArn: this.arnPattern(config, store) })),
      ],
      environment: {
        DATABASE_SECRET_ARN: database.masterSecret.secretArn,
        SERVICE_SECRET: secretName(config.name, STORES.service),
        MIGRATION_SECRET: secretName(config.name, STORES.migration),
        CLUSTER_SECRET: secretName(config.name, STORES.cluster),
      },
    });
    const trigger = new triggers.Trigger(this, 'Make', {
      handler: this.maker.function,
      timeout: cdk.Duration.minutes(2),
      invocationType: triggers.InvocationType.REQUEST_RESPONSE,
    });
    trigger.executeAfter(database, securityGroup);
    const make = trigger.node.findChild('Default').node.defaultChild as cdk.CfnResource;
    // Another instance has none of the users, and its secrets have new passwords.
    make.addPropertyOverride('Endpoint', database.instance.instanceEndpoint.hostname);

    for (const secret of secrets) {
      make.addResourceDependency(secret.node.defaultChild as cdk.CfnResource);
      const schedule = secret.addRotationSchedule('Rotation', {
        rotationLambda: database.rotation,
        automaticallyAfter: cdk.Duration.days(30),
        // The password is as new as the user.
        rotateImmediatelyOnUpdate: false,
      });
      // Secrets Manager tries the rotation when it is told of it, for which the user must be there.
      schedule.node.addDependency(trigger);
    }
  }

  /**
   * ARN with any six characters at its end, which Secrets Manager draws. The secrets hold the address of the instance; the
   * function knows them by their names, and so is made before the instance: the first release waits for both.
   */
  private arnPattern(config: EnvironmentConfig, store: SecretStore): string {
    return cdk.Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${secretName(config.name, store)}-??????`,
      arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  private addSecret(
    secretId: string,
    store: SecretStore,
    username: string,
    dbname: string,
    { config, dataKey, database }: DatabaseUsersProps,
  ): secretsmanager.Secret {
    return new secretsmanager.Secret(this, secretId, {
      secretName: secretName(config.name, store),
      description: `User ${username} of the database of ${environmentId(config.name)}`,
      encryptionKey: dataKey,
      generateSecretString: {
        // Not attached to the instance, which would name the instance's own database for all of them.
        secretStringTemplate: cdk.Stack.of(this).toJsonString({
          engine: 'mysql',
          username,
          dbname,
          host: database.instance.instanceEndpoint.hostname,
          port: database.port,
          dbInstanceIdentifier: database.instanceIdentifier,
        }),
        generateStringKey: 'password',
        passwordLength: 30,
        excludeCharacters: database.excludedCharacters,
      },
      removalPolicy: removalPolicy(config),
    });
  }
}
