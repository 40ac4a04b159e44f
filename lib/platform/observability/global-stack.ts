import * as cdk from 'aws-cdk-lib';
import * as ce from 'aws-cdk-lib/aws-ce';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { AlarmTopic } from './alarm-topic';
import { type AlarmDefinition, Alarms } from './alarms';

/** Requests that the web ACL blocks in five minutes, from which on somebody should look. */
const MANY_BLOCKED = 1000;

/** Part of the monthly budget that one anomaly must cost to be worth a mail. */
const ANOMALY_SHARE = 0.1;

export interface GlobalStackProps extends cdk.StackProps {
  /** The environment. */
  readonly config: EnvironmentConfig;
}

/**
 * Alarms of services whose metrics exist in us-east-1 alone: CloudFront's web ACL and certificate. Cost Explorer's
 * resources can be made only there too (cloudformation-coverage-roadmap issue 1375).
 */
export class GlobalStack extends cdk.Stack {
  constructor(scope: Construct, id: string, { config, ...props }: GlobalStackProps) {
    super(scope, id, props);
    const name = environmentId(config.name);
    const { topic } = new AlarmTopic(this, 'AlarmTopic', { config });
    const { domain, firewall } = config.edge;
    new Alarms(this, 'Alarms', {
      environment: name,
      topic,
      alarms: [...(domain ? [certificateAlarm(domain)] : []), ...(firewall ? [firewallAlarm(name)] : [])],
    });
    const { costAnomalies, monthlyBudget } = config.observability;
    if (costAnomalies && monthlyBudget) this.watchCost(config.name, monthlyBudget, topic);
  }

  /** @param monthlyBudget US dollars */
  private watchCost(environment: string, monthlyBudget: number, topic: sns.ITopic): void {
    const name = environmentId(environment);
    const monitor = new ce.CfnAnomalyMonitor(this, 'CostMonitor', {
      monitorName: name,
      // An account may have one monitor of all services, and new accounts come with it.
      monitorType: 'CUSTOM',
      monitorSpecification: JSON.stringify({ Tags: { Key: 'environment', Values: [environment] } }),
    });
    new ce.CfnAnomalySubscription(this, 'CostAnomalies', {
      subscriptionName: `${name}-cost`,
      monitorArnList: [monitor.attrMonitorArn],
      frequency: 'IMMEDIATE',
      subscribers: [{ type: 'SNS', address: topic.topicArn }],
      thresholdExpression: JSON.stringify({
        Dimensions: {
          Key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
          MatchOptions: ['GREATER_THAN_OR_EQUAL'],
          Values: [String(Math.ceil(monthlyBudget * ANOMALY_SHARE))],
        },
      }),
    });
  }
}

function certificateAlarm({ name, certificateArn }: NonNullable<EnvironmentConfig['edge']['domain']>): AlarmDefinition {
  return {
    name: 'certificate',
    meaning: `The certificate of ${name} expires within 30 days; its renewal has not worked.`,
    runbook: 'certificate',
    metric: new cloudwatch.Metric({
      namespace: 'AWS/CertificateManager',
      metricName: 'DaysToExpiry',
      dimensionsMap: { CertificateArn: certificateArn },
      statistic: cloudwatch.Stats.MINIMUM,
      period: cdk.Duration.days(1),
    }),
    threshold: 30,
    below: true,
    periods: 1,
  };
}

/** @param webAcl name of the web ACL */
function firewallAlarm(webAcl: string): AlarmDefinition {
  return {
    name: 'firewall-blocked',
    meaning: `The web ACL blocked ${MANY_BLOCKED} requests or more in 5 minutes.`,
    runbook: 'firewall',
    metric: new cloudwatch.Metric({
      namespace: 'AWS/WAFV2',
      metricName: 'BlockedRequests',
      // Web ACLs of CloudFront have no dimension Region.
      dimensionsMap: { WebACL: webAcl, Rule: 'ALL' },
      statistic: cloudwatch.Stats.SUM,
      period: cdk.Duration.minutes(5),
    }),
    threshold: MANY_BLOCKED,
    periods: 1,
  };
}

/** Whether an environment has anything to watch in us-east-1. */
export function watchesGlobally({ edge, observability }: EnvironmentConfig): boolean {
  return edge.firewall || edge.domain !== undefined || observability.costAnomalies;
}
