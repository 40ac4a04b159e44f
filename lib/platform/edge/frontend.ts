import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3deploy from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { removalPolicy } from '../../config/removal';
import type { Api } from './api';
import type { Users } from './users';

const REPOSITORY = path.join(__dirname, '..', '..', '..');

/**
 * Sends addresses of the single-page application to its one page. Only the default behaviour has it: error pages would
 * also turn the API's 403 and 404 into HTML.
 */
const SINGLE_PAGE_APPLICATION = `function handler(event) {
  var request = event.request;
  var lastSegment = request.uri.substring(request.uri.lastIndexOf('/') + 1);
  if (lastSegment.indexOf('.') === -1) {
    request.uri = '/index.html';
  }
  return request;
}
`;

export interface FrontendProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Takes access logs. */
  readonly accessLogs: s3.IBucket;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Answers under /api. */
  readonly api: Api;

  /** Whom the frontend signs in. */
  readonly users: Users;

  /**
   * ARN of the web ACL, in us-east-1.
   *
   * @default - no firewall
   */
  readonly webAclArn?: string;
}

/** CloudFront before the frontend's bucket and, under /api, before the API: one origin for the browser. */
export class Frontend extends Construct {
  readonly bucket: s3.Bucket;
  readonly distribution: cloudfront.Distribution;

  /** Copies the frontend into the bucket. */
  readonly deployment: s3deploy.BucketDeployment;

  readonly url: string;

  /** Content of /config.json: what a build of the frontend takes, under the names of its variables. */
  readonly settings: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { config, accessLogs, logKey, api, users, webAclArn }: FrontendProps) {
    super(scope, id);
    const { domain } = config.edge;
    const name = environmentId(config.name);
    const stack = cdk.Stack.of(this);

    this.bucket = new s3.Bucket(this, 'Bucket', {
      // The content is public by purpose, and a KMS key of ours would need the distribution's id before it exists.
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: 's3/frontend/',
      lifecycleRules: [
        {
          noncurrentVersionExpiration: cdk.Duration.days(30),
          abortIncompleteMultipartUploadAfter: cdk.Duration.days(1),
        },
      ],
      // Everything in it is deployed from the repository.
      removalPolicy: cdk.RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });

    const securityHeaders = this.addSecurityHeaders(name);
    this.distribution = this.addDistribution({ config, accessLogs, api, webAclArn }, securityHeaders);
    this.url = `https://${domain?.name ?? this.distribution.distributionDomainName}`;

    if (domain) this.addRecords(domain);

    this.settings = {
      environment: config.name,
      VITE_API_BASE_URL: this.url,
      VITE_WS_BASE_URL: `${this.url}/api`,
      VITE_COGNITO_REGION: stack.region,
      VITE_COGNITO_USER_POOL_ID: users.pool.userPoolId,
      VITE_COGNITO_CLIENT_ID: users.client.userPoolClientId,
    };
    this.deployment = this.addContent({ config, logKey });
    // What empties the bucket comes first, so that a rollback finds it at work.
    this.deployment.node.addDependency(this.bucket);
  }

  private addSecurityHeaders(name: string): cloudfront.ResponseHeadersPolicy {
    return new cloudfront.ResponseHeadersPolicy(this, 'SecurityHeaders', {
      comment: `Security headers of ${name}`,
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          override: true,
          contentSecurityPolicy: [
            "default-src 'self'",
            `connect-src 'self' https://cognito-idp.${cdk.Stack.of(this).region}.amazonaws.com`,
            "img-src 'self' data:",
            "style-src 'self' 'unsafe-inline'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
          ].join('; '),
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: cloudfront.HeadersFrameOption.DENY, override: true },
        referrerPolicy: {
          referrerPolicy: cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
          override: true,
        },
        strictTransportSecurity: {
          accessControlMaxAge: cdk.Duration.days(365),
          includeSubdomains: true,
          override: true,
        },
      },
    });
  }

  private addDistribution(
    { config, accessLogs, api, webAclArn }: Pick<FrontendProps, 'config' | 'accessLogs' | 'api' | 'webAclArn'>,
    securityHeaders: cloudfront.ResponseHeadersPolicy,
  ): cloudfront.Distribution {
    const { domain } = config.edge;
    const name = environmentId(config.name);
    return new cloudfront.Distribution(this, 'Distribution', {
      comment: name,
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: origins.S3BucketOrigin.withOriginAccessControl(this.bucket),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: securityHeaders,
        compress: true,
        functionAssociations: [
          {
            eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
            function: new cloudfront.Function(this, 'SinglePageApplication', {
              comment: `Single-page application of ${name}`,
              code: cloudfront.FunctionCode.fromInline(SINGLE_PAGE_APPLICATION),
            }),
          },
        ],
      },
      additionalBehaviors: {
        '/api/*': {
          origin: new origins.HttpOrigin(api.host, { originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2] }),
          viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
          cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
          // API Gateway refuses a Host header that is not its own.
          originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          responseHeadersPolicy: securityHeaders,
        },
      },
      geoRestriction: cloudfront.GeoRestriction.allowlist(...config.edge.countries),
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: cloudfront.PriceClass.PRICE_CLASS_200,
      logBucket: accessLogs,
      logFilePrefix: 'cloudfront/',
      webAclId: webAclArn,
      ...(domain && {
        domainNames: [domain.name],
        // CloudFront decides for its own name.
        minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      }),
    });
  }

  private addRecords(domain: NonNullable<EnvironmentConfig['edge']['domain']>): void {
    const zone = route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: domain.hostedZoneId,
      zoneName: domain.hostedZoneName,
    });
    const target = route53.RecordTarget.fromAlias(new CloudFrontTarget(this.distribution));
    new route53.ARecord(this, 'Ipv4', { zone, recordName: domain.name, target });
    new route53.AaaaRecord(this, 'Ipv6', { zone, recordName: domain.name, target });
  }

  private addContent({ config, logKey }: Pick<FrontendProps, 'config' | 'logKey'>): s3deploy.BucketDeployment {
    const { frontend } = config.edge;
    return new s3deploy.BucketDeployment(this, 'Content', {
      destinationBucket: this.bucket,
      sources: [
        s3deploy.Source.asset(frontend ? path.join(REPOSITORY, frontend) : path.join(__dirname, 'placeholder')),
        s3deploy.Source.jsonData('config.json', this.settings),
      ],
      distribution: this.distribution,
      distributionPaths: ['/*'],
      memoryLimit: 512,
      logGroup: new logs.LogGroup(this, 'ContentLogs', {
        encryptionKey: logKey,
        retention: config.logRetentionDays,
        removalPolicy: removalPolicy(config),
      }),
    });
  }
}
