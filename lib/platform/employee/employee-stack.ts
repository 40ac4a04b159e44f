import * as cdk from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as targets from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/environment';
import type { Database } from '../data/database';
import type { DatabaseUsers } from '../data/database-users';
import type { Users } from '../edge/users';
import { EmployeeFunction } from './employee-function';

export interface EmployeeStackProps extends cdk.StackProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Holds the employees. */
  readonly database: Database;

  /** Who the service and its migration are to the database. */
  readonly users: DatabaseUsers;

  /** Encrypts the database's secrets. */
  readonly dataKey: kms.IKey;

  /** Whose tokens it takes. */
  readonly accounts: Users;

  /** Listener that leads to the function; its first rule answers health checks. */
  readonly listener: elbv2.IApplicationListener;
}

/** The employee service: a Lambda function and the rule that leads a load balancer's requests to it. */
export class EmployeeStack extends cdk.Stack {
  readonly function: EmployeeFunction;

  /** The function as the load balancer sees it. */
  readonly targetGroup: elbv2.ApplicationTargetGroup;

  constructor(scope: Construct, id: string, props: EmployeeStackProps) {
    const { config, vpc, logKey, database, users, dataKey, accounts, listener, ...stackProps } = props;
    super(scope, id, stackProps);

    this.function = new EmployeeFunction(this, 'Function', { config, vpc, logKey, database, users, dataKey });
    // The migration takes no calls.
    const { issuer, client } = accounts;
    const { authorization = 'enforce', checkIns = 'daily' } = config.employee;
    for (const [name, value] of Object.entries({
      TOKEN_ISSUER: issuer,
      TOKEN_AUDIENCE: client.userPoolClientId,
      AUTHORIZATION: authorization,
      CHECK_INS: checkIns,
    })) {
      this.function.function.addEnvironment(name, value);
    }

    this.targetGroup = new elbv2.ApplicationTargetGroup(this, 'Targets', {
      targets: [new targets.LambdaTarget(this.function.alias)],
      // Of the service with its database, for the alarm. It takes nothing away: to a group whose only target is unhealthy the
      // load balancer goes on sending (docs/decisions/0056-alarms-of-the-employee-service.md).
      healthCheck: {
        enabled: true,
        path: '/health',
        interval: cdk.Duration.minutes(1),
        timeout: cdk.Duration.seconds(10),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
    new elbv2.ApplicationListenerRule(this, 'Rule', {
      listener,
      priority: 2,
      conditions: [elbv2.ListenerCondition.pathPatterns(['/*'])],
      targetGroups: [this.targetGroup],
    });
    // The library names no caller; the target group would be one, but it cannot exist before this permission.
    for (const permission of this.function.alias.node.findAll()) {
      if (permission instanceof lambda.CfnPermission) permission.sourceAccount = this.account;
    }
  }
}
