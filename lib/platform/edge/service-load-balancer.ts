import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as targets from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { EMPLOYEE_PORT, type Service } from '../../config/values';
import { LOAD_BALANCER_SUBNETS } from '../network/network-stack';
import { type EmployeeLoadBalancer, HEALTH_CHECK_PATH } from './employee-load-balancer';

export interface ServiceLoadBalancerProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Takes access logs. */
  readonly accessLogs: s3.IBucket;

  /** Services, each with a listener and a target group. */
  readonly services: readonly Service[];

  /** Load balancer of the employee service, which stands behind this one. */
  readonly employee: EmployeeLoadBalancer;
}

/**
 * Internal Network Load Balancer with a listener and a target group per service. The groups of pods are empty here: the
 * chart's TargetGroupBindings fill them. The employee service's group holds its Application Load Balancer.
 */
export class ServiceLoadBalancer extends Construct {
  readonly loadBalancer: elbv2.NetworkLoadBalancer;
  readonly securityGroup: ec2.SecurityGroup;
  readonly employeeListener: elbv2.NetworkListener;
  readonly employeeTargetGroup: elbv2.NetworkTargetGroup;
  readonly vpcSubnets = LOAD_BALANCER_SUBNETS;

  private readonly entries = new Map<
    string,
    { listener: elbv2.NetworkListener; targetGroup: elbv2.NetworkTargetGroup }
  >();

  constructor(scope: Construct, id: string, { config, vpc, accessLogs, services, employee }: ServiceLoadBalancerProps) {
    super(scope, id);
    const name = environmentId(config.name);

    // A load balancer made without a security group can never get one.
    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `NLB of ${name}`,
      allowAllOutbound: false,
    });
    this.loadBalancer = new elbv2.NetworkLoadBalancer(this, 'Resource', {
      loadBalancerName: `${name}-nlb`,
      vpc,
      vpcSubnets: this.vpcSubnets,
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [this.securityGroup],
      deletionProtection: config.protection,
    });
    this.loadBalancer.logAccessLogs(accessLogs, `load-balancers/${name}-nlb`);

    for (const { key, port, deregistrationDelay } of services) {
      const targetGroup = new elbv2.NetworkTargetGroup(this, `Targets-${key}`, {
        vpc,
        port,
        protocol: elbv2.Protocol.TCP,
        targetType: elbv2.TargetType.IP,
        deregistrationDelay: cdk.Duration.seconds(deregistrationDelay),
        // Pods see the load balancer's addresses, which the chart's network policies allow.
        preserveClientIp: false,
        healthCheck: {
          protocol: elbv2.Protocol.TCP,
          interval: cdk.Duration.seconds(10),
          healthyThresholdCount: 2,
          unhealthyThresholdCount: 2,
        },
      });
      this.entries.set(key, { targetGroup, listener: this.addListener(`Listener-${key}`, port, targetGroup) });
    }

    this.employeeTargetGroup = new elbv2.NetworkTargetGroup(this, 'Targets-employee', {
      vpc,
      port: EMPLOYEE_PORT,
      protocol: elbv2.Protocol.TCP,
      targetType: elbv2.TargetType.ALB,
      targets: [new targets.AlbListenerTarget(employee.listener)],
      healthCheck: { protocol: elbv2.Protocol.HTTP, path: HEALTH_CHECK_PATH },
    });
    this.employeeListener = this.addListener('Listener-employee', EMPLOYEE_PORT, this.employeeTargetGroup);
    employee.securityGroup.connections.allowFrom(
      this.securityGroup,
      ec2.Port.tcp(EMPLOYEE_PORT),
      'NLB to the employee service',
    );
  }

  /** Listener of a service. */
  listener(key: string): elbv2.NetworkListener {
    return this.entry(key).listener;
  }

  /** Target group of a service. */
  targetGroup(key: string): elbv2.NetworkTargetGroup {
    return this.entry(key).targetGroup;
  }

  private entry(key: string) {
    const entry = this.entries.get(key);
    if (!entry)
      throw new Error(`The load balancer has no service ${key}; it has ${[...this.entries.keys()].join(', ')}`);
    return entry;
  }

  private addListener(id: string, port: number, targetGroup: elbv2.NetworkTargetGroup): elbv2.NetworkListener {
    return this.loadBalancer.addListener(id, {
      port,
      protocol: elbv2.Protocol.TCP,
      defaultTargetGroups: [targetGroup],
    });
  }
}
