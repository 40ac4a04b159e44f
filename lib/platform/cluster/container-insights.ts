import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { podRole } from './pod-identities';
import type { EnvironmentConfig } from '../../config/environment';
import { removalPolicy } from '../../config/removal';
import { noNewLogGroups } from '../logging/no-new-log-groups';

/** Groups that the agents write to; they would make them without key and for ever. */
const LOG_GROUPS = ['application', 'dataplane', 'host', 'performance'];

export interface ContainerInsightsProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Cluster of the environment. */
  readonly cluster: eks.Cluster;

  /** Name of the cluster, a part of the names of its log groups. */
  readonly clusterName: string;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Version of the add-on. */
  readonly version: string;
}

/**
 * CloudWatch's agent and Fluent Bit as an EKS add-on, on every node. Metrics and logs only: traces go through the X-Ray
 * daemons, and Application Signals would change the services' pods.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
 */
export class ContainerInsights extends Construct {
  /** Of the agent's pods. */
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, { config, cluster, clusterName, logKey, version }: ContainerInsightsProps) {
    super(scope, id);
    const logGroups = LOG_GROUPS.map(
      (group) =>
        new logs.LogGroup(this, group, {
          logGroupName: `/aws/containerinsights/${clusterName}/${group}`,
          encryptionKey: logKey,
          retention: config.logRetentionDays,
          removalPolicy: removalPolicy(config),
        }),
    );
    this.role = podRole(this, 'Role', 'Add-on amazon-cloudwatch-observability', [
      iam.ManagedPolicy.fromAwsManagedPolicyName('CloudWatchAgentServerPolicy'),
      new iam.ManagedPolicy(this, 'Limits', {
        description: `Container Insights of ${clusterName}`,
        statements: [noNewLogGroups()],
      }),
    ]);
    const addon = new eks.CfnAddon(this, 'Addon', {
      clusterName: cluster.clusterName,
      addonName: 'amazon-cloudwatch-observability',
      addonVersion: version,
      resolveConflicts: 'OVERWRITE',
      podIdentityAssociations: [
        {
          serviceAccount: 'cloudwatch-agent',
          roleArn: this.role.roleArn,
        },
      ],
      configurationValues: JSON.stringify({
        // The Kafka nodes as well.
        tolerations: [{ operator: 'Exists' }],
        agent: {
          config: { logs: { metrics_collected: { kubernetes: { enhanced_container_insights: true } } } },
        },
        containerLogs: { enabled: true },
      }),
    });
    addon.node.addDependency(...logGroups);
  }
}
