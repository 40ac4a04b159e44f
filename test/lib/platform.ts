import * as cdk from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Template } from 'aws-cdk-lib/assertions';
import { context } from '../../cdk.json';
import type { KubectlLayerLoader } from '../../lib/cluster/kubectl-layer';
import { loadEnvironments } from '../../lib/config';
import type { EnvironmentConfig } from '../../lib/config/environment';
import { addPlatform } from '../../lib/platform';

/** A day on which every version of the calendar can be created. */
const TODAY = '2026-11-01';

/** A layer without content, for versions whose package is not installed. */
export const anyKubectlLayer: KubectlLayerLoader = (scope, id) =>
  lambda.LayerVersion.fromLayerVersionArn(scope, id, 'arn:aws:lambda:ap-northeast-2:123456789012:layer:kubectl:1');

/** Template of every stack of the app for some configs, by stack name; without bundling. */
export function synthesize(
  configs: readonly EnvironmentConfig[],
  kubectlLayer?: KubectlLayerLoader,
): Record<string, Template> {
  const app = new cdk.App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  addPlatform(app, { environments: loadEnvironments(configs), today: TODAY, kubectlLayer });
  return Object.fromEntries(
    app.node.children.filter(cdk.Stack.isStack).map((stack) => [stack.stackName, Template.fromStack(stack)]),
  );
}
