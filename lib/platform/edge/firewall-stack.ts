import * as cdk from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { removalPolicy } from '../../config/removal';
import { LogKey } from '../logging/log-key';

/** The one region in which CloudFront looks for web ACLs. */
export const FIREWALL_REGION = 'us-east-1';

/** Requests of one address in five minutes, from which on it is blocked. */
const RATE_LIMIT = 2000;

const MANAGED_RULES = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesCommonRuleSet',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesSQLiRuleSet',
];

export interface FirewallStackProps extends cdk.StackProps {
  /** The environment. */
  readonly config: EnvironmentConfig;
}

/** AWS WAF web ACL for CloudFront, with its log. */
export class FirewallStack extends cdk.Stack {
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, { config, ...props }: FirewallStackProps) {
    super(scope, id, props);
    const name = environmentId(config.name);
    const visibility = (metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
    });

    const webAcl = new wafv2.CfnWebACL(this, 'WebAcl', {
      name,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      rules: [
        {
          name: 'RateLimit',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: RATE_LIMIT, aggregateKeyType: 'IP' } },
          visibilityConfig: visibility('RateLimit'),
        },
        ...MANAGED_RULES.map((rule, i) => ({
          name: rule,
          priority: i + 1,
          overrideAction: { none: {} },
          statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: rule } },
          visibilityConfig: visibility(rule),
        })),
      ],
    });
    this.webAclArn = webAcl.attrArn;

    const logGroup = new logs.LogGroup(this, 'Logs', {
      // WAF delivers only to destinations of this prefix.
      logGroupName: `aws-waf-logs-${name}`,
      encryptionKey: new LogKey(this, 'LogKey', { config }),
      retention: config.logRetentionDays,
      removalPolicy: removalPolicy(config),
    });
    new wafv2.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: webAcl.attrArn,
      logDestinationConfigs: [
        this.formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroup.logGroupName,
          arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      // Tokens have no place in a log.
      redactedFields: [{ singleHeader: { Name: 'authorization' } }],
    });
  }
}
