import * as cdk from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import type { EnvironmentConfig } from '../../config/environment';
import { removalPolicy } from '../../config/removal';

export interface LogGroupDefaultsProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Encrypts log groups that name no key. */
  readonly logKey: kms.IKey;
}

/**
 * Gives the log groups that the CDK library makes the key, retention and removal policy of those the stacks make, and a
 * log group to library functions that come without one: Lambda would make one by itself, unencrypted and for ever.
 */
export class LogGroupDefaults implements cdk.IAspect {
  constructor(private readonly props: LogGroupDefaultsProps) {}

  visit(node: IConstruct): void {
    if (node instanceof logs.CfnLogGroup) this.complete(node);
    else if (node instanceof cdk.CustomResourceProviderBase) this.addLogGroup(node);
  }

  private complete(group: logs.CfnLogGroup): void {
    const { config, logKey } = this.props;
    // Every log group of the stacks names a key, so it has made its other choices too.
    if (group.kmsKeyId !== undefined) return;
    group.kmsKeyId = logKey.keyArn;
    group.retentionInDays = config.logRetentionDays;
    group.applyRemovalPolicy(removalPolicy(config));
  }

  private addLogGroup(provider: cdk.CustomResourceProviderBase): void {
    if (provider.node.tryFindChild('LogGroup')) return;
    const group = new logs.CfnLogGroup(provider, 'LogGroup');
    this.complete(group);
    (provider.node.findChild('Handler') as cdk.CfnResource).addPropertyOverride('LoggingConfig', {
      LogGroup: group.ref,
    });
  }
}
