import * as cdk from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/environment';
import { removalPolicy } from '../../config/removal';

export interface BuildProjectProps {
  /** The environment. */
  readonly config: EnvironmentConfig;

  /** Encrypts log groups. */
  readonly logKey: kms.IKey;

  /** Encrypts artifacts. */
  readonly artifactKey: kms.IKey;

  /** Name of the project, and of its log group. */
  readonly projectName: string;

  /** What the project does, for whoever lists projects. */
  readonly description: string;

  /** Path in this repository. */
  readonly buildSpec: string;

  /** Image that builds run in. */
  readonly image: codebuild.IBuildImage;

  /** Size of the machine. */
  readonly computeType: codebuild.ComputeType;

  /** Minutes that a build may take. */
  readonly timeout: cdk.Duration;

  /**
   * Whether the build runs Docker.
   *
   * @default false
   */
  readonly privileged?: boolean;

  /** Variables of the build, in plain text. */
  readonly environment: Readonly<Record<string, string>>;

  /** What the build may do beside writing its log. */
  readonly statements: readonly iam.PolicyStatement[];

  /**
   * Where the build runs.
   *
   * @default - outside of any VPC
   */
  readonly network?: {
    readonly vpc: ec2.IVpc;
    readonly subnets: ec2.SubnetSelection;
    readonly securityGroup: ec2.ISecurityGroup;
  };
}

/** CodeBuild project of the pipeline, with a role whose rights are one policy of ours. */
export class BuildProject extends Construct {
  readonly project: codebuild.PipelineProject;
  readonly role: iam.Role;
  readonly permissions: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, props: BuildProjectProps) {
    super(scope, id);
    const { config, network, projectName, description } = props;
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/codebuild/${projectName}`,
      encryptionKey: props.logKey,
      retention: config.logRetentionDays,
      removalPolicy: removalPolicy(config),
    });
    this.permissions = new iam.ManagedPolicy(this, 'Permissions', {
      description,
      statements: [...props.statements, ...(network ? networkInterfaces(this, network) : [])],
    });
    logGroup.grantWrite(this.permissions);
    this.role = new iam.Role(this, 'Role', {
      description,
      assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': cdk.Stack.of(this).account } },
      }),
      managedPolicies: [this.permissions],
    });
    this.project = new codebuild.PipelineProject(this, 'Resource', {
      projectName,
      description,
      role: this.role.withoutPolicyUpdates(),
      buildSpec: codebuild.BuildSpec.fromSourceFilename(props.buildSpec),
      environment: {
        buildImage: props.image,
        computeType: props.computeType,
        privileged: props.privileged,
      },
      environmentVariables: Object.fromEntries(
        Object.entries(props.environment).map(([name, value]) => [name, { value }]),
      ),
      encryptionKey: props.artifactKey,
      timeout: props.timeout,
      cache: props.privileged
        ? codebuild.Cache.local(codebuild.LocalCacheMode.DOCKER_LAYER, codebuild.LocalCacheMode.CUSTOM)
        : undefined,
      logging: { cloudWatch: { logGroup } },
    });
    if (network) {
      const { vpc, subnets, securityGroup } = network;
      // Given to the L2 it would come with an inline policy beside ours.
      (this.project.node.findChild('Resource') as codebuild.CfnProject).vpcConfig = {
        vpcId: vpc.vpcId,
        subnets: vpc.selectSubnets(subnets).subnetIds,
        securityGroupIds: [securityGroup.securityGroupId],
      };
    }
    // A project that starts before its role may write its log fails without one.
    this.project.node.addDependency(this.permissions);
  }
}

/** What CodeBuild needs to work inside a VPC: https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html */
function networkInterfaces(
  scope: Construct,
  { vpc, subnets }: NonNullable<BuildProjectProps['network']>,
): iam.PolicyStatement[] {
  const stack = cdk.Stack.of(scope);
  const arn = (resource: string, resourceName: string) => stack.formatArn({ service: 'ec2', resource, resourceName });
  return [
    new iam.PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      actions: ['ec2:CreateNetworkInterfacePermission'],
      resources: [arn('network-interface', '*')],
      conditions: {
        StringEquals: {
          'ec2:AuthorizedService': 'codebuild.amazonaws.com',
          'ec2:Subnet': vpc.selectSubnets(subnets).subnetIds.map((subnet) => arn('subnet', subnet)),
        },
      },
    }),
  ];
}
