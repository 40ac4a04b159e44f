import * as cdk from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigw from 'aws-cdk-lib/aws-apigatewayv2';
import * as authorizers from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import * as integrations from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { ENTRY_HEADER } from '../../../lambda/employee/http/entry-header';
import { removalPolicy } from '../../config/removal';
import type { ServiceLoadBalancer } from './service-load-balancer';
import type { Users } from './users';

/** One line per request. No user names and no query strings: what they hold may be personal. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  subject: '$context.authorizer.claims.sub',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  bytes: '$context.responseLength',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  error: '$context.error.message',
  authorizerError: '$context.authorizer.error',
};

export interface ApiService {
  /** Name of the service in construct ids. */
  readonly key: string;

  /** First path segments under /api, one or more. */
  readonly routes: readonly string[];

  /** Port of the listener. */
  readonly port: number;

  /** Listener of the load balancer on that port. */
  readonly listener: elbv2.NetworkListener;
}

export interface ApiProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Who may call. */
  readonly users: Users;

  /** Answers behind the VPC Link. */
  readonly loadBalancer: ServiceLoadBalancer;
}

/** HTTP API that lets signed-in users through one VPC Link to the load balancer's listeners. */
export class Api extends Construct {
  readonly httpApi: apigw.HttpApi;

  /** Host name of the API's own address, for CloudFront. */
  readonly host: string;

  readonly url: string;

  private readonly vpcLink: apigw.VpcLink;
  private readonly linkSecurityGroup: ec2.SecurityGroup;
  private readonly loadBalancer: ServiceLoadBalancer;

  constructor(scope: Construct, id: string, { config, vpc, logKey, users, loadBalancer }: ApiProps) {
    super(scope, id);
    const name = environmentId(config.name);
    const stack = cdk.Stack.of(this);
    this.loadBalancer = loadBalancer;

    this.linkSecurityGroup = new ec2.SecurityGroup(this, 'LinkSecurityGroup', {
      vpc,
      description: `VPC Link of ${name}`,
      allowAllOutbound: false,
    });
    this.vpcLink = new apigw.VpcLink(this, 'VpcLink', {
      vpcLinkName: name,
      vpc,
      subnets: loadBalancer.vpcSubnets,
      securityGroups: [this.linkSecurityGroup],
    });

    const { corsOrigins } = config.edge;
    this.httpApi = new apigw.HttpApi(this, 'HttpApi', {
      apiName: name,
      description: `API of ${name}`,
      createDefaultStage: false,
      // The address is public, so every route asks for a token, whoever adds the route.
      defaultAuthorizer: new authorizers.HttpJwtAuthorizer('Jwt', users.issuer, {
        jwtAudience: [users.client.userPoolClientId],
      }),
      corsPreflight: corsOrigins.length
        ? {
            allowOrigins: [...corsOrigins],
            allowMethods: [apigw.CorsHttpMethod.ANY],
            allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
            exposeHeaders: ['link', 'location'],
            maxAge: cdk.Duration.hours(1),
          }
        : undefined,
    });
    this.addStage(config, logKey);
    this.host = `${this.httpApi.apiId}.execute-api.${stack.region}.${stack.urlSuffix}`;
    this.url = `https://${this.host}`;
  }

  private addStage(config: EnvironmentConfig, logKey: kms.IKey): void {
    const accessLogs = new logs.LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/apigateway/${environmentId(config.name)}`,
      encryptionKey: logKey,
      retention: config.logRetentionDays,
      removalPolicy: removalPolicy(config),
    });
    new apigw.HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: config.edge.throttlingRate, burstLimit: config.edge.throttlingBurst },
      detailedMetricsEnabled: true,
      accessLogSettings: {
        destination: new apigw.LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
  }

  /** Leads `/api/<route>` and everything below it to the listener, as `/<route>`, for each of the service's routes. */
  addService({ key, routes, port, listener }: ApiService): void {
    this.loadBalancer.securityGroup.connections.allowFrom(
      this.linkSecurityGroup,
      ec2.Port.tcp(port),
      `VPC Link to ${key}`,
    );
    const addRoute = (route: string, id: string, suffix: string, target: string) =>
      this.httpApi.addRoutes({
        path: `/api/${route}${suffix}`,
        methods: [apigw.HttpMethod.ANY],
        integration: new integrations.HttpNlbIntegration(`${key}-${route}-${id}`, listener, {
          vpcLink: this.vpcLink,
          parameterMapping: new apigw.ParameterMapping()
            .overwritePath(apigw.MappingValue.custom(target))
            // Written over what a client sends: what has it came in here, and is never taken for a service of the cluster.
            .overwriteHeader(ENTRY_HEADER, apigw.MappingValue.custom('api')),
        }),
      });
    for (const route of routes) {
      addRoute(route, 'root', '', `/${route}`);
      addRoute(route, 'proxy', '/{proxy+}', `/${route}/$request.path.proxy`);
    }
  }
}
