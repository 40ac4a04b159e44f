import * as cdk from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/environment';
import { EMPLOYEE_PORT, EMPLOYEE_ROUTES, type Service } from '../../config/values';
import { Api } from './api';
import { EmployeeLoadBalancer } from './employee-load-balancer';
import { Frontend } from './frontend';
import { ServiceLoadBalancer } from './service-load-balancer';
import { Users } from './users';

export interface EdgeStackProps extends cdk.StackProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Takes access logs. */
  readonly accessLogs: s3.IBucket;

  /** Services behind the load balancer. */
  readonly services: readonly Service[];

  /**
   * ARN of the web ACL before CloudFront.
   *
   * @default - no web ACL
   */
  readonly webAclArn?: string;
}

/** The way in: CloudFront → HTTP API → VPC Link → NLB → one target group per service. */
export class EdgeStack extends cdk.Stack {
  readonly employeeLoadBalancer: EmployeeLoadBalancer;
  readonly loadBalancer: ServiceLoadBalancer;
  readonly api: Api;
  readonly frontend: Frontend;
  readonly users: Users;

  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    const { config, vpc, logKey, accessLogs, services, webAclArn, ...stackProps } = props;
    super(scope, id, stackProps);

    this.employeeLoadBalancer = new EmployeeLoadBalancer(this, 'EmployeeLoadBalancer', { config, vpc, accessLogs });
    this.loadBalancer = new ServiceLoadBalancer(this, 'LoadBalancer', {
      config,
      vpc,
      accessLogs,
      services,
      employee: this.employeeLoadBalancer,
    });
    this.users = new Users(this, 'Users', { config });
    this.api = new Api(this, 'Api', { config, vpc, logKey, users: this.users, loadBalancer: this.loadBalancer });
    for (const { key, route, port } of services) {
      this.api.addService({ key, routes: [route], port, listener: this.loadBalancer.listener(key) });
    }
    this.api.addService({
      key: 'employee',
      routes: EMPLOYEE_ROUTES,
      port: EMPLOYEE_PORT,
      listener: this.loadBalancer.employeeListener,
    });
    this.frontend = new Frontend(this, 'Frontend', {
      config,
      accessLogs,
      logKey,
      api: this.api,
      users: this.users,
      webAclArn,
    });

    const output = (outputId: string, value: string, description: string) =>
      new cdk.CfnOutput(this, outputId, { value, description });
    output('FrontendUrl', this.frontend.url, 'Address of the application');
    output('ApiUrl', this.api.url, 'Address of the HTTP API; the frontend reaches it as /api on its own origin');
    output('FrontendBucket', this.frontend.bucket.bucketName, 'Bucket of the built frontend');
    output('DistributionId', this.frontend.distribution.distributionId, 'CloudFront distribution, for invalidations');
    output('UserPoolId', this.users.pool.userPoolId, 'Cognito user pool');
    output('UserPoolClientId', this.users.client.userPoolClientId, 'Cognito app client of the frontend');
  }
}
