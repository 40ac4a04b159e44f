import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { removalPolicy } from '../../config/removal';

export interface LogKeyProps {
  /** The environment. */
  readonly config: EnvironmentConfig;
}

/** KMS key that CloudWatch Logs may use for the log groups of this account and region, and for nothing else. */
export class LogKey extends kms.Key {
  constructor(scope: Construct, id: string, { config }: LogKeyProps) {
    super(scope, id, {
      description: `Log groups of ${environmentId(config.name)}`,
      enableKeyRotation: true,
      removalPolicy: removalPolicy(config),
    });
    const { region, account, partition } = cdk.Stack.of(this);
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*` },
        },
      }),
    );
  }
}
