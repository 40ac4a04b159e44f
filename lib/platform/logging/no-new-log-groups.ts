import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * Keeps a role whose managed policy allows it from making log groups. What is still written after a stack has deleted the
 * group would make it anew, without key and for ever, and the next creation of the stack would find its name taken:
 * https://github.com/terraform-aws-modules/terraform-aws-eks/issues/920
 */
export function noNewLogGroups(): iam.PolicyStatement {
  return new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['logs:CreateLogGroup'], resources: ['*'] });
}
