import * as cdk from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as targets from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/environment';
import type { Database } from '../data/database';
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

  /** Encrypts the database's secret. */
  readonly dataKey: kms.IKey;

  /** Whose tokens it takes. */
  readonly accounts: Users;

  /** Listener that leads to the function; its first rule answers health checks. */
  readonly listener: elbv2.IApplicationListener;
}

/** The employee service: a Lambda function and the rule that leads a load balancer's requests to it. */
export class EmployeeStack extends cdk.Stack {
  readonly function: EmployeeFunction;

  constructor(scope: Construct, id: string, props: EmployeeStackProps) {
    const { config, vpc, logKey, database, dataKey, accounts, listener, ...stackProps } = props;
    super(scope, id, stackProps);

    this.function = new EmployeeFunction(this, 'Function', { config, vpc, logKey, database, dataKey });
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

    new elbv2.ApplicationListenerRule(this, 'Rule', {
      listener,
      priority: 2,
      conditions: [elbv2.ListenerCondition.pathPatterns(['/*'])],
      targetGroups: [
        new elbv2.ApplicationTargetGroup(this, 'Targets', {
          targets: [new targets.LambdaTarget(this.function.alias)],
          healthCheck: { enabled: false },
        }),
      ],
    });
    // The library names no caller; the target group would be one, but it cannot exist before this permission.
    for (const permission of this.function.alias.node.findAll()) {
      if (permission instanceof lambda.CfnPermission) permission.sourceAccount = this.account;
    }
  }
}
