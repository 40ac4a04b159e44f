import * as fs from 'fs';
import * as path from 'path';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Newest controller whose IAM policy ships inside aws-cdk-lib; its chart carries the same number. */
export const LOAD_BALANCER_CONTROLLER_VERSION = '3.2.2';

/** The controller's IAM policy as its project publishes it, for the version above. */
export function loadBalancerControllerPolicy(scope: Construct, id: string): iam.ManagedPolicy {
  // aws-cdk-lib does not export the file, so it is read by path.
  const library = path.dirname(require.resolve('aws-cdk-lib/package.json'));
  const file = path.join(library, 'aws-eks-v2/lib/addons', `alb-iam_policy-v${LOAD_BALANCER_CONTROLLER_VERSION}.json`);
  return new iam.ManagedPolicy(scope, id, {
    description: `AWS Load Balancer Controller ${LOAD_BALANCER_CONTROLLER_VERSION}`,
    document: iam.PolicyDocument.fromJson(JSON.parse(fs.readFileSync(file, 'utf8'))),
  });
}
