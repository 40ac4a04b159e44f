import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/environment';
import { removalPolicy } from '../../config/removal';
import { noNewLogGroups } from '../logging/no-new-log-groups';
import { readSecrets } from './read-secrets';

/** What all functions that use the database have in common. */
export interface DatabaseFunctionOptions {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Network of the environment. */
  readonly vpc: ec2.IVpc;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Encrypts the database's secrets. */
  readonly dataKey: kms.IKey;
}

export interface DatabaseFunctionProps
  extends
    DatabaseFunctionOptions,
    Pick<lambda.FunctionProps, 'description' | 'handler' | 'timeout' | 'environment' | 'reservedConcurrentExecutions'> {
  /** Name of the function. */
  readonly functionName: string;

  /** What runs. */
  readonly code: lambda.Code;

  /** Of the function; it leads to the database and to AWS's APIs. */
  readonly securityGroup: ec2.ISecurityGroup;

  /** All that the function may read. */
  readonly secrets: readonly Pick<secretsmanager.ISecret, 'secretArn'>[];
}

export interface DatabaseFunction {
  readonly function: lambda.Function;

  /** Of this function alone. */
  readonly role: iam.Role;
}

/** A function in the VPC with a role of its own, which may read the secrets that it is given and write its log. */
export function databaseFunction(scope: Construct, id: string, props: DatabaseFunctionProps): DatabaseFunction {
  const { config, logKey, dataKey, secrets, securityGroup, functionName, ...more } = props;
  const permissions = new iam.ManagedPolicy(scope, `${id}Permissions`, {
    description: `Function ${functionName}`,
    statements: [...readSecrets(secrets, dataKey), noNewLogGroups()],
  });
  const role = new iam.Role(scope, `${id}Role`, {
    description: `Function ${functionName}`,
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    managedPolicies: [
      iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'),
      iam.ManagedPolicy.fromAwsManagedPolicyName('AWSXRayDaemonWriteAccess'),
      permissions,
    ],
  });
  const logGroup = new logs.LogGroup(scope, `${id}Logs`, {
    logGroupName: `/aws/lambda/${functionName}`,
    encryptionKey: logKey,
    retention: config.logRetentionDays,
    removalPolicy: removalPolicy(config),
  });
  logGroup.grantWrite(permissions);
  const made = new lambda.Function(scope, id, {
    ...more,
    functionName,
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    memorySize: config.employee.memory,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [securityGroup],
    role: role.withoutPolicyUpdates(),
    tracing: lambda.Tracing.ACTIVE,
    logGroup,
  });
  return { function: made, role };
}

/** Security group of functions that use the database: out to AWS's APIs, which are behind the NAT gateway. */
export function databaseFunctionSecurityGroup(
  scope: Construct,
  id: string,
  { vpc, description }: { vpc: ec2.IVpc; description: string },
): ec2.SecurityGroup {
  const securityGroup = new ec2.SecurityGroup(scope, id, { vpc, description, allowAllOutbound: false });
  securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'AWS APIs');
  return securityGroup;
}
