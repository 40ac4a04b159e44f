import * as fs from 'fs';
import * as path from 'path';
import { CONFIGS, REPOSITORY, config, only, resources, synth } from '../../synth';

const both = synth({ configs: Object.values(CONFIGS) });
const template = both.template('ErpDevEdge');

describe('load balancer', () => {
  const groups = () =>
    Object.values(resources(template, 'AWS::ElasticLoadBalancingV2::TargetGroup')).map(({ Properties }) => Properties);

  test('has four target groups: the employee service by its load balancer, pods by address, nothing of type lambda', () => {
    expect(Object.fromEntries(groups().map(({ Port, TargetType }) => [Port, TargetType]))).toEqual({
      8081: 'alb',
      8082: 'ip',
      8083: 'ip',
      8084: 'ip',
    });
  });

  test('does not expose gRPC', () => {
    expect(groups().map(({ Port }) => Port)).not.toContain(9090);
    expect(resources(template, 'AWS::ElasticLoadBalancingV2::Listener', { Port: 9090 })).toEqual({});
  });

  test('checks the employee service at /healthz, which invokes nothing', () => {
    expect(only(template, 'AWS::ElasticLoadBalancingV2::TargetGroup', { Port: 8081 }).Properties).toMatchObject({
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/healthz',
    });
    // Attributes of a group of type alb cannot be changed.
    expect(
      only(template, 'AWS::ElasticLoadBalancingV2::TargetGroup', { Port: 8081 }).Properties.TargetGroupAttributes,
    ).toBeUndefined();
  });

  test('gives a leaving pod as long as the chart says', () => {
    for (const { TargetType, TargetGroupAttributes } of groups()) {
      if (TargetType === 'ip')
        expect(TargetGroupAttributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '30' });
    }
  });

  test('shows pods its own addresses, which the network policies of the chart let in', () => {
    for (const { Port, TargetType, TargetGroupAttributes } of groups()) {
      if (TargetType !== 'ip') continue;
      expect([Port, TargetGroupAttributes]).toEqual([
        Port,
        expect.arrayContaining([{ Key: 'preserve_client_ip.enabled', Value: 'false' }]),
      ]);
    }
  });

  test('stands where no pod stands, so that network policies can name it', () => {
    for (const loadBalancer of Object.values(resources(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')))
      expect(JSON.stringify(loadBalancer.Properties)).toMatch(/VpcIsolatedSubnet1.*VpcIsolatedSubnet2/);
    expect(JSON.stringify(only(template, 'AWS::ApiGatewayV2::VpcLink').Properties.SubnetIds)).toMatch(
      /VpcIsolatedSubnet1.*VpcIsolatedSubnet2/,
    );
  });

  test('is internal and has a security group, which it could never get later', () => {
    expect(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network' }).Properties).toMatchObject({
      Scheme: 'internal',
      SecurityGroups: [expect.anything()],
    });
  });

  test('takes connections from the VPC Link alone, and only on its four ports', () => {
    const rules = Object.values(resources(template, 'AWS::EC2::SecurityGroupIngress')).map(
      ({ Properties }) => Properties,
    );
    const fromLink = rules.filter(({ SourceSecurityGroupId }) =>
      JSON.stringify(SourceSecurityGroupId).includes('ApiLinkSecurityGroup'),
    );
    expect(fromLink.map(({ FromPort }) => FromPort).sort()).toEqual([8081, 8082, 8083, 8084]);
    const others = rules.filter((rule) => !fromLink.includes(rule));
    // The one left lets the load balancer through to the employee service.
    expect(
      others.map(({ FromPort, SourceSecurityGroupId }) => [
        FromPort,
        JSON.stringify(SourceSecurityGroupId).includes('LoadBalancer'),
      ]),
    ).toEqual([[8081, true]]);
  });
});

describe('the load balancer of the employee service', () => {
  const loadBalancer = (stack: string) =>
    only(both.template(stack), 'AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'application' }).Properties;
  const listeners = resources(template, 'AWS::ElasticLoadBalancingV2::Listener', { Protocol: 'HTTP' });

  test('is internal and listens on the port of the service', () => {
    expect(loadBalancer('ErpDevEdge').Scheme).toBe('internal');
    expect(Object.values(listeners).map(({ Properties }) => Properties.Port)).toEqual([8081]);
  });

  test('answers health checks itself', () => {
    const { Priority, Conditions, Actions } = only(template, 'AWS::ElasticLoadBalancingV2::ListenerRule').Properties;
    expect(Priority).toBe(1);
    expect(Conditions).toEqual([{ Field: 'path-pattern', PathPatternConfig: { Values: ['/healthz'] } }]);
    expect(Actions).toEqual([
      { Type: 'fixed-response', FixedResponseConfig: expect.objectContaining({ StatusCode: '200' }) },
    ]);
  });

  test('says that the service is away, in the words of the service, until its stack leads further', () => {
    const [action] = Object.values(listeners)[0]!.Properties.DefaultActions;
    expect(action.FixedResponseConfig).toMatchObject({ StatusCode: '503', ContentType: 'application/json' });
    expect(JSON.parse(action.FixedResponseConfig.MessageBody)).toEqual({ error: expect.any(String), details: [] });
  });

  test('is reached by the network load balancer, whose own group lets it send', () => {
    const group = (name: string) => ({
      'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${name}SecurityGroup[0-9A-F]{8}$`)), 'GroupId'],
    });
    const ports = { FromPort: 8081, ToPort: 8081 };
    const rules = (type: string) => Object.values(resources(template, type, ports)).map(({ Properties }) => Properties);
    expect(rules('AWS::EC2::SecurityGroupIngress')).toContainEqual(
      expect.objectContaining({
        GroupId: group('EmployeeLoadBalancer'),
        SourceSecurityGroupId: group('LoadBalancer'),
      }),
    );
    expect(rules('AWS::EC2::SecurityGroupEgress')).toContainEqual(
      expect.objectContaining({
        GroupId: group('LoadBalancer'),
        DestinationSecurityGroupId: group('EmployeeLoadBalancer'),
      }),
    );
  });

  test('lets nobody in by itself', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::EC2::SecurityGroup')))
      expect(Properties.SecurityGroupIngress).toBeUndefined();
  });

  test('is protected from deletion in prod', () => {
    expect(loadBalancer('ErpProdEdge').LoadBalancerAttributes).toContainEqual({
      Key: 'deletion_protection.enabled',
      Value: 'true',
    });
  });
});

describe('API', () => {
  test('asks for a token on every route', () => {
    const routes = Object.values(resources(template, 'AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties);
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      ['approvals', 'attendance', 'employees', 'leaves', 'notifications', 'process', 'quests'].flatMap((route) => [
        `ANY /api/${route}`,
        `ANY /api/${route}/{proxy+}`,
      ]),
    );
    for (const { AuthorizationType, AuthorizerId } of routes) {
      expect(AuthorizationType).toBe('JWT');
      expect(AuthorizerId).toBeDefined();
    }
  });

  test('takes tokens of its own user pool that were made for its own client, and no others', () => {
    const [pool] = Object.keys(resources(template, 'AWS::Cognito::UserPool'));
    const [client] = Object.keys(resources(template, 'AWS::Cognito::UserPoolClient'));
    const { AuthorizerType, IdentitySource, JwtConfiguration } = only(
      template,
      'AWS::ApiGatewayV2::Authorizer',
    ).Properties;
    expect({ AuthorizerType, IdentitySource, JwtConfiguration }).toEqual({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: {
        Audience: [{ Ref: client }],
        Issuer: { 'Fn::Join': ['', ['https://cognito-idp.ap-northeast-2.amazonaws.com/', { Ref: pool }]] },
      },
    });
  });

  test('reaches the listeners through one VPC Link and rewrites the path', () => {
    only(template, 'AWS::ApiGatewayV2::VpcLink');
    const paths = Object.values(resources(template, 'AWS::ApiGatewayV2::Integration')).map(({ Properties }) => {
      expect(Properties).toMatchObject({ ConnectionType: 'VPC_LINK', IntegrationType: 'HTTP_PROXY' });
      return Properties.RequestParameters['overwrite:path'];
    });
    expect(paths).toContain('/employees');
    expect(paths).toContain('/employees/$request.path.proxy');
    expect(paths).toContain('/quests/$request.path.proxy');
    expect(new Set(paths).size).toBe(14);
  });

  test('marks every request as one that came in here, over whatever a client sends', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::ApiGatewayV2::Integration'))) {
      expect(Properties.RequestParameters['overwrite:header.x-erp-entry']).toBe('api');
    }
  });

  test('leads every path of the employee service to its port, and the READMEs say so', () => {
    const [listener] = Object.keys(
      resources(template, 'AWS::ElasticLoadBalancingV2::Listener', { Protocol: 'TCP', Port: 8081 }),
    );
    const led = Object.values(
      resources(template, 'AWS::ApiGatewayV2::Integration', { IntegrationUri: { Ref: listener } }),
    ).map(({ Properties }) => Properties.RequestParameters['overwrite:path']);
    expect(led.filter((one) => !one.includes('$')).sort()).toEqual(['/attendance', '/employees', '/leaves', '/quests']);
    for (const file of ['README.md', 'README.ko.md']) {
      const [row = ''] = /^\| employee-service .*$/m.exec(fs.readFileSync(path.join(REPOSITORY, file), 'utf8')) ?? [];
      for (const one of led) if (!one.includes('$')) expect(row).toContain(`\`/api${one}\``);
    }
  });

  test('logs and throttles its default stage', () => {
    expect(only(template, 'AWS::ApiGatewayV2::Stage').Properties).toMatchObject({
      StageName: '$default',
      AccessLogSettings: { DestinationArn: expect.anything(), Format: expect.stringContaining('$context.requestId') },
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    });
  });

  test('has no CORS until the config names origins', () => {
    expect(only(template, 'AWS::ApiGatewayV2::Api').Properties.CorsConfiguration).toBeUndefined();
    const cors = synth({ configs: [config('dev', { edge: { corsOrigins: ['https://intranet.example.com'] } })] });
    expect(
      only(cors.template('ErpDevEdge'), 'AWS::ApiGatewayV2::Api').Properties.CorsConfiguration.AllowOrigins,
    ).toEqual(['https://intranet.example.com']);
  });
});

describe('users', () => {
  test('are made by administrators, with strong passwords', () => {
    expect(only(template, 'AWS::Cognito::UserPool').Properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'OPTIONAL',
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireLowercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          RequireUppercase: true,
        },
      },
    });
    expect(only(both.template('ErpProdEdge'), 'AWS::Cognito::UserPool').Properties.MfaConfiguration).toBe('ON');
  });

  const withSignUp = () => synth({ configs: [config('dev', { edge: { selfSignUp: true } })] }).template('ErpDevEdge');

  test('have the attributes that the frontend reads out of its token', () => {
    const { Schema, UsernameAttributes } = only(template, 'AWS::Cognito::UserPool').Properties;
    expect(UsernameAttributes).toEqual(['email']);
    expect(Schema).toEqual([
      { Name: 'email', Mutable: true, Required: true },
      { Name: 'name', Mutable: true, Required: true },
      { Name: 'position', Mutable: true, AttributeDataType: 'String' },
      { Name: 'department', Mutable: true, AttributeDataType: 'String' },
      { Name: 'employeeId', Mutable: true, AttributeDataType: 'Number' },
    ]);
    expect(only(template, 'AWS::Cognito::UserPoolClient').Properties.ReadAttributes).toEqual(
      expect.arrayContaining(['email', 'name', 'custom:position', 'custom:department', 'custom:employeeId']),
    );
  });

  test('get their roles from groups', () => {
    const groups = Object.values(resources(template, 'AWS::Cognito::UserPoolGroup')).map(
      ({ Properties }) => Properties,
    );
    expect(groups.map(({ GroupName, Precedence }) => [GroupName, Precedence])).toEqual([
      ['admins', 0],
      ['managers', 1],
    ]);
  });

  test('may write of themselves what Cognito demands of a client, and no position', () => {
    expect(only(template, 'AWS::Cognito::UserPoolClient').Properties.WriteAttributes).toEqual(['email', 'name']);
  });

  test('are known by no address that they have not confirmed', () => {
    const { AutoVerifiedAttributes, UserAttributeUpdateSettings } = only(template, 'AWS::Cognito::UserPool').Properties;
    expect(AutoVerifiedAttributes).toEqual(['email']);
    expect(UserAttributeUpdateSettings).toEqual({ AttributesRequireVerificationBeforeUpdate: ['email'] });
  });

  test('sign up by themselves where the config lets them, with all that the page sends and a code by e-mail', () => {
    const { AdminCreateUserConfig, VerificationMessageTemplate } = only(
      withSignUp(),
      'AWS::Cognito::UserPool',
    ).Properties;
    expect(AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: false });
    expect(VerificationMessageTemplate.DefaultEmailOption).toBe('CONFIRM_WITH_CODE');
    expect(only(withSignUp(), 'AWS::Cognito::UserPoolClient').Properties.WriteAttributes).toEqual([
      'custom:department',
      'custom:position',
      'email',
      'name',
    ]);
  });

  test('never write the number of their employee', () => {
    for (const one of [template, withSignUp(), both.template('ErpProdEdge')])
      expect(only(one, 'AWS::Cognito::UserPoolClient').Properties.WriteAttributes).not.toContain('custom:employeeId');
  });

  test('sign in with SRP and without hosted pages', () => {
    const { ExplicitAuthFlows, AllowedOAuthFlows, CallbackURLs, PreventUserExistenceErrors } = only(
      template,
      'AWS::Cognito::UserPoolClient',
    ).Properties;
    expect(ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']);
    expect([AllowedOAuthFlows, CallbackURLs]).toEqual([undefined, undefined]);
    expect(PreventUserExistenceErrors).toBe('ENABLED');
  });
});

describe('frontend', () => {
  const distribution = only(template, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;

  test('is read by CloudFront alone', () => {
    expect(distribution.Origins).toContainEqual(expect.objectContaining({ OriginAccessControlId: expect.anything() }));
    expect(only(template, 'AWS::S3::Bucket').Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  test('sends /api to the API uncached, with every header but Host', () => {
    expect(distribution.CacheBehaviors).toEqual([
      expect.objectContaining({
        PathPattern: '/api/*',
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        AllowedMethods: expect.arrayContaining(['DELETE', 'PATCH', 'POST', 'PUT']),
      }),
    ]);
  });

  test('routes the single-page application by a function of the default behaviour, not by error pages', () => {
    expect(distribution.CustomErrorResponses).toBeUndefined();
    expect(distribution.DefaultCacheBehavior.FunctionAssociations).toHaveLength(1);
    expect(distribution.CacheBehaviors[0].FunctionAssociations).toBeUndefined();
  });

  test.each([
    ['/', '/index.html'],
    ['/approvals/42', '/index.html'],
    ['/assets/app.3f2a.js', '/assets/app.3f2a.js'],
    ['/config.json', '/config.json'],
    ['/v1.2/page', '/index.html'],
  ])('%s is answered with %s', (uri, expected) => {
    const code = only(template, 'AWS::CloudFront::Function').Properties.FunctionCode;
    const handler = new Function(`${code}; return handler;`)() as (event: object) => { uri: string };
    expect(handler({ request: { uri } }).uri).toBe(expected);
  });

  test('carries CSP and HSTS, and keeps a log', () => {
    const { SecurityHeadersConfig } = only(template, 'AWS::CloudFront::ResponseHeadersPolicy').Properties
      .ResponseHeadersPolicyConfig;
    const policy = SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy.split('; ');
    expect(policy).toContain("default-src 'self'");
    // Sign-in with SRP speaks to this one address; the API, and notifications through it, are on the page's own origin.
    expect(policy).toContain("connect-src 'self' https://cognito-idp.ap-northeast-2.amazonaws.com");
    expect(SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec).toBe(31536000);
    expect(distribution.Logging.Bucket).toBeDefined();
  });

  /** config.json of dev, with references as in the template. */
  const settings = ({ environments: [one] }: ReturnType<typeof synth>) =>
    one!.edge.resolve(one!.edge.frontend.settings) as Record<string, unknown>;

  test('learns from config.json what a build of it takes, under the names of the build', () => {
    const origin = ['https://', { 'Fn::GetAtt': ['FrontendDistributionC0C89627', 'DomainName'] }];
    expect(settings(both)).toEqual({
      environment: 'dev',
      VITE_API_BASE_URL: { 'Fn::Join': ['', origin] },
      VITE_WS_BASE_URL: { 'Fn::Join': ['', [...origin, '/api']] },
      VITE_COGNITO_REGION: 'ap-northeast-2',
      VITE_COGNITO_USER_POOL_ID: { Ref: 'UsersPoolBFC35D3B' },
      VITE_COGNITO_CLIENT_ID: { Ref: 'UsersPoolFrontendB969F024' },
    });
    const [source] = Object.values(resources(template, 'Custom::CDKBucketDeployment'));
    expect(source!.Properties.SourceObjectKeys).toHaveLength(2);
  });

  test('names ids and addresses in outputs too', () => {
    expect(Object.keys(template.toJSON().Outputs)).toEqual(
      expect.arrayContaining([
        'ApiUrl',
        'DistributionId',
        'FrontendBucket',
        'FrontendUrl',
        'UserPoolClientId',
        'UserPoolId',
      ]),
    );
  });

  test('takes a domain with its certificate when the config gives one', () => {
    const domain = {
      name: 'erp.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/abc',
      hostedZoneId: 'Z1',
      hostedZoneName: 'example.com',
    };
    const app = synth({ configs: [config('dev', { edge: { domain } })] });
    const named = app.template('ErpDevEdge');
    expect(settings(app)).toMatchObject({
      VITE_API_BASE_URL: 'https://erp.example.com',
      VITE_WS_BASE_URL: 'https://erp.example.com/api',
    });
    const { Aliases, ViewerCertificate } = only(named, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
    expect(Aliases).toEqual(['erp.example.com']);
    expect(ViewerCertificate).toMatchObject({
      AcmCertificateArn: domain.certificateArn,
      MinimumProtocolVersion: 'TLSv1.2_2021',
    });
    expect(Object.keys(resources(named, 'AWS::Route53::RecordSet'))).toHaveLength(2);
  });
});

describe('firewall', () => {
  test('stands in us-east-1 before CloudFront, in prod', () => {
    expect(only(both.template('ErpProdFirewall'), 'AWS::WAFv2::WebACL').Properties.Scope).toBe('CLOUDFRONT');
    const { WebACLId } = only(both.template('ErpProdEdge'), 'AWS::CloudFront::Distribution').Properties
      .DistributionConfig;
    expect(WebACLId).toEqual({
      'Fn::GetStackOutput': expect.objectContaining({ StackName: 'ErpProdFirewall', Region: 'us-east-1' }),
    });
    expect(distributionOf('ErpDevEdge').WebACLId).toBeUndefined();
  });

  test('logs without tokens', () => {
    const { LogDestinationConfigs, RedactedFields } = only(
      both.template('ErpProdFirewall'),
      'AWS::WAFv2::LoggingConfiguration',
    ).Properties;
    expect(LogDestinationConfigs).toHaveLength(1);
    expect(RedactedFields).toEqual([{ SingleHeader: { Name: 'authorization' } }]);
    expect(only(both.template('ErpProdFirewall'), 'AWS::Logs::LogGroup').Properties.LogGroupName).toMatch(
      /^aws-waf-logs-/,
    );
  });

  function distributionOf(stack: string) {
    return only(both.template(stack), 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
  }
});
