import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { EMPLOYEE_PORT } from '../../config/values';
import { LOAD_BALANCER_SUBNETS } from '../network/network-stack';

/** Path that the load balancer answers by itself, so that health checks never invoke the function. */
export const HEALTH_CHECK_PATH = '/healthz';

export interface EmployeeLoadBalancerProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Takes access logs. */
  readonly accessLogs: s3.IBucket;
}

/**
 * Internal Application Load Balancer before the employee function. A Network Load Balancer cannot target a function, but
 * it can target this load balancer:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html
 *
 * It stands with the network load balancer and knows no function, so that nothing on the way to the pods waits for the
 * function's database; the function's own stack adds the rule that leads to it.
 */
export class EmployeeLoadBalancer extends Construct {
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly listener: elbv2.ApplicationListener;

  /** Of the load balancer; who may call it is decided where the caller is known. */
  readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { config, vpc, accessLogs }: EmployeeLoadBalancerProps) {
    super(scope, id);
    const name = environmentId(config.name);

    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Load balancer of the employee service of ${name}`,
      allowAllOutbound: false,
    });
    this.loadBalancer = new elbv2.ApplicationLoadBalancer(this, 'Resource', {
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
      // Until the function is there, and when its stack has been removed.
      defaultAction: elbv2.ListenerAction.fixedResponse(503, {
        contentType: 'application/json',
        messageBody: JSON.stringify({ error: 'the employee service is not deployed', details: [] }),
      }),
    });
    this.listener.addAction('Health', {
      priority: 1,
      conditions: [elbv2.ListenerCondition.pathPatterns([HEALTH_CHECK_PATH])],
      action: elbv2.ListenerAction.fixedResponse(200, { contentType: 'text/plain', messageBody: 'ok' }),
    });
  }
}
