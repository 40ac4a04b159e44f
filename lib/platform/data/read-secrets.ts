import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/**
 * Statements that let a role of another stack read secrets, and decrypt with their key for that purpose only. Grants of
 * the L2s would also write the role into the key's policy and so make the stacks depend on each other.
 */
export function readSecrets(
  secrets: readonly Pick<secretsmanager.ISecret, 'secretArn'>[],
  key: kms.IKey,
): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      resources: secrets.map(({ secretArn }) => secretArn),
    }),
    new iam.PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${cdk.Stack.of(key).region}.amazonaws.com` } },
    }),
  ];
}
