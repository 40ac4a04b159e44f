import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as targets from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../config/environment';
import { EMPLOYEE_PORT } from '../config/values';
import type { Database } from '../data/database';
import { LOAD_BALANCER_SUBNETS } from '../network/network-stack';
import { EmployeeFunction } from './employee-function';

/** Path that the load balancer answers by itself, so that health checks never invoke the function. */
export const HEALTH_CHECK_PATH = '/healthz';

export interface EmployeeStackProps extends cdk.StackProps {
  readonly config: EnvironmentConfig;
  readonly vpc: ec2.IVpc;
  readonly logKey: kms.IKey;
  readonly accessLogs: s3.IBucket;
  readonly database: Database;

  /** Encrypts the database's secret. */
  readonly dataKey: kms.IKey;
}

/**
 * The employee service: a Lambda function behind an internal Application Load Balancer. A Network Load Balancer cannot
 * target a function, but it can target this load balancer:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html
 */
export class EmployeeStack extends cdk.Stack {
  readonly function: EmployeeFunction;
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly listener: elbv2.ApplicationListener;

  /** Of the load balancer; who may call it is decided where the caller is known. */
  readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: EmployeeStackProps) {
    const { config, vpc, logKey, accessLogs, database, dataKey, ...stackProps } = props;
    super(scope, id, stackProps);
    const name = environmentId(config.name);

    this.function = new EmployeeFunction(this, 'Function', { config, vpc, logKey, database, dataKey });

    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Load balancer of the employee service of ${name}`,
      allowAllOutbound: false,
    });
    this.loadBalancer = new elbv2.ApplicationLoadBalancer(this, 'LoadBalancer', {
      loadBalancerName: `${name}-employee`,
      vpc,
      vpcSubnets: LOAD_BALANCER_SUBNETS,
      internetFacing: false,
      securityGroup: this.securityGroup,
      deletionProtection: config.protection,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elbv2.DesyncMitigationMode.STRICTEST,
      // API Gateway gives up after 30 s; the answer must not be lost before.
      idleTimeout: cdk.Duration.seconds(35),
    });
    this.loadBalancer.logAccessLogs(accessLogs, `load-balancers/${name}-employee`);
    this.listener = this.loadBalancer.addListener('Http', {
      port: EMPLOYEE_PORT,
      protocol: elbv2.ApplicationProtocol.HTTP,
      open: false,
    });
    this.listener.addTargets('Function', {
      targets: [new targets.LambdaTarget(this.function.alias)],
      healthCheck: { enabled: false },
    });
    // The library names no caller; the target group would be one, but it cannot exist before this permission.
    for (const permission of this.function.alias.node.findAll()) {
      if (permission instanceof lambda.CfnPermission) permission.sourceAccount = this.account;
    }
    this.listener.addAction('Health', {
      priority: 1,
      conditions: [elbv2.ListenerCondition.pathPatterns([HEALTH_CHECK_PATH])],
      action: elbv2.ListenerAction.fixedResponse(200, { contentType: 'text/plain', messageBody: 'ok' }),
    });
  }
}
