import * as cdk from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ClusterStack } from '../cluster/cluster-stack';
import type { KubectlSource } from '../cluster/kubectl-layer';
import type { Environment } from '../../config';
import { PATTERNS_PER_FILTER, servicePaths, servicePatterns } from '../../config/delivery';
import { type DeliveryConfig, environmentId } from '../../config/environment';
import { KUBERNETES_VERSIONS } from '../../config/kubernetes-versions';
import { removalPolicy } from '../../config/removal';
import { isArm } from '../../config/validate';
import type { NetworkStack } from '../network/network-stack';
import { RELEASE_NAME } from '../workloads/workloads-stack';
import { BuildProject } from './build-project';
import { imageParameter, imageParameterFolder } from '../workloads/parameters';
import { ReleaseAccess } from './release-access';

export interface DeliveryStackProps extends cdk.StackProps {
  /** The environment that is delivered to. */
  readonly environment: Environment;

  /** Connection, repositories and branch. */
  readonly delivery: DeliveryConfig;

  /** Network that releases run in. */
  readonly network: NetworkStack;

  /** Cluster that releases go to. */
  readonly cluster: ClusterStack;

  /** Where the Helm of the releases comes from. */
  readonly kubectl: KubectlSource;

  /** Hears of pipelines that fail. */
  readonly alarmTopic: sns.ITopic;
}

/**
 * Pipeline from a push to a running service: build and test, image, scan, release with Helm. Building and releasing are
 * two projects: the one that runs the services' code cannot reach the cluster, the one that reaches it runs none of it.
 */
export class DeliveryStack extends cdk.Stack {
  readonly images: BuildProject;
  readonly release: BuildProject;
  readonly artifacts: s3.Bucket;
  readonly pipelinePermissions: iam.ManagedPolicy;
  readonly failures: events.CfnRule;

  private readonly artifactKey: kms.IKey;

  constructor(scope: Construct, id: string, props: DeliveryStackProps) {
    super(scope, id, props);
    const { cluster, delivery, alarmTopic } = props;
    const { config } = props.environment;
    const name = environmentId(config.name);

    this.artifactKey = new kms.Key(this, 'ArtifactKey', {
      description: `Pipeline artifacts of ${name}`,
      enableKeyRotation: true,
      removalPolicy: removalPolicy(config),
    });
    this.artifacts = this.addArtifacts(props);
    this.images = this.addImages(props);
    // Imported, so that its manifests land in this stack.
    const imported = eks.Cluster.fromClusterAttributes(this, 'Cluster', {
      clusterName: cluster.cluster.clusterName,
      clusterSecurityGroupId: cluster.cluster.clusterSecurityGroupId,
      kubectlProvider: cluster.cluster.kubectlProvider,
      vpc: props.network.vpc,
    });
    this.release = this.addRelease(props);
    this.allowRelease(props, imported);
    this.pipelinePermissions = new iam.ManagedPolicy(this, 'PipelinePermissions', {
      description: `Pipeline of ${name}`,
      statements: [
        ...this.useArtifacts(),
        useConnection(delivery),
        new iam.PolicyStatement({
          actions: ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'],
          resources: [this.images.project.projectArn, this.release.project.projectArn],
        }),
      ],
    });
    const pipeline = this.addPipeline(props);
    this.failures = new events.CfnRule(this, 'Failures', {
      description: `Failed pipelines of ${name}`,
      eventPattern: {
        source: ['aws.codepipeline'],
        'detail-type': ['CodePipeline Pipeline Execution State Change'],
        detail: { pipeline: [name], state: ['FAILED'] },
      },
      targets: [
        {
          id: 'Alarms',
          arn: alarmTopic.topicArn,
          inputTransformer: {
            inputPathsMap: { execution: '$.detail.execution-id' },
            inputTemplate: `"Pipeline ${name} failed (execution <execution>). What to do: docs/delivery.md#when-the-pipeline-fails"`,
          },
        },
      ],
    });
    // Last of all: it runs as soon as it exists, and a bucket that holds artifacts cannot be rolled back.
    pipeline.node.addDependency(...this.node.children.filter((child) => child !== pipeline));
  }

  private addArtifacts({ environment, network }: DeliveryStackProps): s3.Bucket {
    const removal = removalPolicy(environment.config);
    return new s3.Bucket(this, 'Artifacts', {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.artifactKey,
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      serverAccessLogsBucket: network.accessLogs,
      serverAccessLogsPrefix: 's3/pipeline/',
      lifecycleRules: [
        {
          expiration: cdk.Duration.days(30),
          noncurrentVersionExpiration: cdk.Duration.days(1),
          abortIncompleteMultipartUploadAfter: cdk.Duration.days(1),
        },
      ],
      removalPolicy: removal,
      autoDeleteObjects: removal === cdk.RemovalPolicy.DESTROY,
    });
  }

  private useArtifacts(): iam.PolicyStatement[] {
    const { artifacts, artifactKey } = this;
    return [
      new iam.PolicyStatement({
        actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
        resources: [artifacts.arnForObjects('*')],
      }),
      new iam.PolicyStatement({
        actions: ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning'],
        resources: [artifacts.bucketArn],
      }),
      new iam.PolicyStatement({
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: [artifactKey.keyArn],
      }),
    ];
  }

  private imageParameters({ config, values }: Environment): string[] {
    return values.services.map((service) =>
      this.arn('ssm', 'parameter', imageParameter(config.name, service.name).slice(1)),
    );
  }

  private arn(service: string, resource: string, resourceName: string): string {
    return this.formatArn({ service, resource, resourceName });
  }

  private addImages({ environment, delivery, network }: DeliveryStackProps): BuildProject {
    const {
      config,
      values: { services },
    } = environment;
    const name = environmentId(config.name);
    const arm = isArm(config.kubernetes.serviceNodes.instanceTypes[0] ?? '');
    return new BuildProject(this, 'Images', {
      config,
      logKey: network.logKey,
      artifactKey: this.artifactKey,
      projectName: `${name}-images`,
      description: `Builds, tests and scans the images of ${name}`,
      buildSpec: 'lib/platform/delivery/images.buildspec.yml',
      // The architecture of the nodes.
      image: arm
        ? codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0
        : codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5,
      computeType: codebuild.ComputeType.MEDIUM,
      privileged: true,
      timeout: cdk.Duration.hours(1),
      environment: {
        SERVICES: JSON.stringify(
          services.map((service) => {
            const paths = servicePaths(delivery, service);
            return {
              key: service.key,
              name: service.name,
              repository: service.repository,
              folder: paths[0],
              paths,
            };
          }),
        ),
        REGISTRY: `${this.account}.dkr.ecr.${this.region}.${this.urlSuffix}`,
        IMAGE_PARAMETERS: imageParameterFolder(config.name),
      },
      statements: [
        ...this.useArtifacts(),
        useConnection(delivery),
        new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: this.imageParameters(environment) }),
        ...this.pushImages(environment),
      ],
    });
  }

  private pushImages({ values }: Environment): iam.PolicyStatement[] {
    return [
      // It has no resource to name.
      new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
      new iam.PolicyStatement({
        actions: [
          'ecr:BatchCheckLayerAvailability',
          'ecr:BatchGetImage',
          'ecr:CompleteLayerUpload',
          'ecr:DescribeImages',
          'ecr:DescribeImageScanFindings',
          'ecr:GetDownloadUrlForLayer',
          'ecr:InitiateLayerUpload',
          'ecr:PutImage',
          'ecr:UploadLayerPart',
        ],
        resources: values.services.map(({ repository }) => this.arn('ecr', 'repository', repository)),
      }),
    ];
  }

  private addRelease(props: DeliveryStackProps): BuildProject {
    const { environment, network, cluster: clusterStack, kubectl } = props;
    const {
      config,
      values: { services },
    } = environment;
    const { vpc } = network;
    const name = environmentId(config.name);
    const imageParameters = this.imageParameters(environment);
    const securityGroup = this.releaseSecurityGroup(props);
    // The very Helm that the workloads stack runs: two versions of it at one release need not understand each other.
    const { kubectlLayer } = KUBERNETES_VERSIONS[config.kubernetes.version];
    const tools = kubectl.archive(this, 'Tools', kubectlLayer);
    return new BuildProject(this, 'Release', {
      config,
      logKey: network.logKey,
      artifactKey: this.artifactKey,
      projectName: `${name}-release`,
      description: `Upgrades the release of ${name}`,
      buildSpec: 'lib/platform/delivery/release.buildspec.yml',
      // The tools are programs for x86_64.
      image: codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5,
      computeType: codebuild.ComputeType.SMALL,
      timeout: cdk.Duration.minutes(45),
      network: { vpc, subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }, securityGroup },
      environment: {
        SERVICES: JSON.stringify(services.map((service) => ({ key: service.key, name: service.name }))),
        ENVIRONMENT: config.name,
        NAMESPACE: name,
        CLUSTER: clusterStack.cluster.clusterName,
        RELEASE: RELEASE_NAME,
        IMAGE_PARAMETERS: imageParameterFolder(config.name),
        TOOLS: `s3://${tools.bucketName}/${tools.objectKey}`,
      },
      statements: [
        ...this.useArtifacts(),
        new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: imageParameters }),
        new iam.PolicyStatement({ actions: ['ssm:PutParameter'], resources: imageParameters }),
        new iam.PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [`arn:${this.partition}:s3:::${tools.bucketName}/${tools.objectKey}`],
        }),
        new iam.PolicyStatement({
          actions: ['eks:DescribeCluster'],
          resources: [this.arn('eks', 'cluster', clusterStack.cluster.clusterName)],
        }),
      ],
    });
  }

  /** Reaches AWS and the cluster, and nothing reaches it. */
  private releaseSecurityGroup({ environment, network, cluster: clusterStack }: DeliveryStackProps): ec2.SecurityGroup {
    const securityGroup = new ec2.SecurityGroup(this, 'ReleaseSecurityGroup', {
      vpc: network.vpc,
      description: `Releases of ${environmentId(environment.config.name)}`,
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'AWS APIs and the cluster');
    ec2.SecurityGroup.fromSecurityGroupId(
      this,
      'ClusterSecurityGroup',
      clusterStack.cluster.clusterSecurityGroupId,
    ).connections.allowFrom(securityGroup, ec2.Port.HTTPS, 'Releases to the Kubernetes API');
    return securityGroup;
  }

  private allowRelease({ environment, cluster: { cluster } }: DeliveryStackProps, imported: eks.ICluster): void {
    const name = environmentId(environment.config.name);
    const group = `${name}-release`;
    new ReleaseAccess(this, 'Access', {
      cluster: imported,
      environment: name,
      xrayNamespace: environment.values.xrayNamespace,
      group,
    });
    new eks.CfnAccessEntry(this, 'AccessEntry', {
      clusterName: cluster.clusterName,
      principalArn: this.release.role.roleArn,
      type: 'STANDARD',
      kubernetesGroups: [group],
    });
  }

  private addPipeline(props: DeliveryStackProps): codepipeline.CfnPipeline {
    const { environment, delivery } = props;
    const { config, values } = environment;
    const name = environmentId(config.name);
    return new codepipeline.CfnPipeline(this, 'Pipeline', {
      name,
      pipelineType: 'V2',
      // A newer push overtakes one that waits: what has changed is told by what runs, not by the push before.
      executionMode: 'SUPERSEDED',
      roleArn: new iam.Role(this, 'PipelineRole', {
        description: `Pipeline of ${name}`,
        assumedBy: new iam.ServicePrincipal('codepipeline.amazonaws.com', {
          conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
        }),
        managedPolicies: [this.pipelinePermissions],
      }).roleArn,
      artifactStore: {
        type: 'S3',
        location: this.artifacts.bucketName,
        encryptionKey: { type: 'KMS', id: this.artifactKey.keyArn },
      },
      stages: this.stages(props),
      triggers: [
        trigger('Services', delivery, servicePatterns(delivery, values.services)),
        trigger('Platform', delivery, [
          'chart/Chart.yaml',
          'chart/templates/**',
          'chart/values.schema.json',
          'chart/values.yaml',
          `chart/values-${config.name}.yaml`,
        ]),
      ],
    });
  }

  private stages({ environment, delivery }: DeliveryStackProps): codepipeline.CfnPipeline.StageDeclarationProperty[] {
    return [
      {
        name: 'Source',
        actions: [
          // The whole history, to tell which commit changed a service last.
          sourceAction('Services', delivery, delivery.servicesRepository, 'CODEBUILD_CLONE_REF'),
          sourceAction('Platform', delivery, delivery.platformRepository, 'CODE_ZIP'),
        ],
      },
      { name: 'Images', actions: [buildAction('Images', this.images, ['Platform', 'Services'], ['Images'])] },
      ...(delivery.approval
        ? [
            {
              name: 'Approval',
              actions: [
                {
                  name: 'Approve',
                  actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
                  configuration: {
                    CustomData: `Release to ${environmentId(environment.config.name)}? The log of the stage before lists the images.`,
                  },
                },
              ],
            },
          ]
        : []),
      { name: 'Release', actions: [buildAction('Release', this.release, ['Platform', 'Images'], [])] },
    ];
  }
}

/** Both names of the service; which one is checked depends on the connection's age. */
function useConnection({ connectionArn }: DeliveryConfig): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['codeconnections:UseConnection', 'codestar-connections:UseConnection'],
    resources: [connectionArn],
  });
}

function sourceAction(
  name: string,
  { connectionArn, branch }: DeliveryConfig,
  repository: string,
  format: 'CODEBUILD_CLONE_REF' | 'CODE_ZIP',
): codepipeline.CfnPipeline.ActionDeclarationProperty {
  return {
    name,
    actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1' },
    configuration: {
      ConnectionArn: connectionArn,
      FullRepositoryId: repository,
      BranchName: branch,
      OutputArtifactFormat: format,
      // The triggers decide.
      DetectChanges: 'false',
    },
    outputArtifacts: [{ name }],
  };
}

function buildAction(
  name: string,
  { project }: BuildProject,
  [primary, ...others]: readonly [string, ...string[]],
  outputs: readonly string[],
): codepipeline.CfnPipeline.ActionDeclarationProperty {
  return {
    name,
    actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
    configuration: { ProjectName: project.projectName, PrimarySource: primary },
    inputArtifacts: [primary, ...others].map((artifact) => ({ name: artifact })),
    outputArtifacts: outputs.map((artifact) => ({ name: artifact })),
  };
}

/** Starts the pipeline on a push to the branch that touches one of the patterns. */
function trigger(
  sourceActionName: string,
  { branch }: DeliveryConfig,
  patterns: readonly string[],
): codepipeline.CfnPipeline.PipelineTriggerDeclarationProperty {
  const filters = Array.from({ length: Math.ceil(patterns.length / PATTERNS_PER_FILTER) }, (_, i) =>
    patterns.slice(i * PATTERNS_PER_FILTER, (i + 1) * PATTERNS_PER_FILTER),
  );
  return {
    providerType: 'CodeStarSourceConnection',
    gitConfiguration: {
      sourceActionName,
      push: filters.map((includes) => ({ branches: { includes: [branch] }, filePaths: { includes } })),
    },
  };
}
