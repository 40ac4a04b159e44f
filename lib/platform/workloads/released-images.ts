import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { reserveOne } from '../../config/concurrency';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { removalPolicy } from '../../config/removal';
import type { Service, Values } from '../../config/values';
import { imageParameter } from './parameters';

export interface ReleasedImagesProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Services whose images are read. */
  readonly services: readonly Service[];

  /** Everything that makes the release change. Whenever any of it does, the tags are read anew. */
  readonly release: object;
}

/**
 * The image tags that the pipeline released last, read while a deployment runs. A dynamic reference would be fixed to the
 * version of the last deployment when CloudFormation rolls back, and so put an old image back; this reads again then too.
 */
export class ReleasedImages extends Construct {
  /** Values of the chart that set the tag of every service. */
  readonly values: Values;

  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, { config, logKey, services, release }: ReleasedImagesProps) {
    super(scope, id);
    const stack = cdk.Stack.of(this);
    const functionName = `${environmentId(config.name)}-released-images`;
    const parameters = Object.fromEntries(services.map(({ key, name }) => [key, imageParameter(config.name, name)]));

    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      encryptionKey: logKey,
      retention: config.logRetentionDays,
      removalPolicy: removalPolicy(config),
    });
    const permissions = new iam.ManagedPolicy(this, 'Permissions', {
      description: `Reads the released image tags of ${environmentId(config.name)}`,
      statements: [
        new iam.PolicyStatement({
          actions: ['ssm:GetParameters'],
          resources: Object.values(parameters).map((name) =>
            stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) }),
          ),
        }),
      ],
    });
    logGroup.grantWrite(permissions);
    const role = new iam.Role(this, 'Role', {
      description: `Reads the released image tags of ${environmentId(config.name)}`,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [permissions],
    });
    this.function = new lambda.Function(this, 'Function', {
      functionName,
      description: `Reads the released image tags of ${environmentId(config.name)} during deployments`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(path.join(__dirname, '..', '..', '..', 'lambda', 'released-images')),
      handler: 'index.handler',
      timeout: cdk.Duration.seconds(30),
      memorySize: 256,
      // CloudFormation asks once per deployment.
      reservedConcurrentExecutions: reserveOne(config),
      role: role.withoutPolicyUpdates(),
      logGroup,
    });
    const tags = new cdk.CustomResource(this, 'Tags', {
      resourceType: 'Custom::ReleasedImages',
      serviceToken: this.function.functionArn,
      serviceTimeout: cdk.Duration.minutes(2),
      properties: {
        Parameters: parameters,
        Defaults: Object.fromEntries(services.map(({ key, tag }) => [key, tag])),
        Release: stack.toJsonString(release),
      },
    });
    tags.node.addDependency(permissions);
    this.values = {
      services: Object.fromEntries(services.map(({ key }) => [key, { image: { tag: tags.getAttString(key) } }])),
    };
  }
}
