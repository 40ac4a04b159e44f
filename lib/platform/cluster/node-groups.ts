import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IDependable } from 'constructs';
import { type EnvironmentConfig, type NodeGroupConfig, environmentId } from '../../config/environment';
import { KAFKA_NODES, SERVICE_NODES } from '../../config/placement';
import { isArm } from '../../config/validate';

export interface NodeGroupsProps {
  /** Cluster of the environment. */
  readonly cluster: eks.Cluster;

  /** The environment. */
  readonly config: EnvironmentConfig;

  /** What nodes need to become ready. */
  readonly after: IDependable;
}

interface GroupsProps extends NodeGroupsProps {
  /** Part of the nodes' names. */
  readonly group: string;

  readonly nodes: NodeGroupConfig;

  /** Whether the nodes are tainted and labelled for Kafka. */
  readonly kafka: boolean;
}

/**
 * One managed node group per zone and role. A group over two zones balances them only by best effort, and an EBS volume
 * stays in its zone: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
 */
export class NodeGroups extends Construct {
  /** Groups that run services, controllers and add-ons. */
  readonly serviceNodes = new Construct(this, 'Service');

  /** What every node may do. */
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, { cluster, config, after }: NodeGroupsProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Role', {
      description: `Nodes of ${environmentId(config.name)}`,
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSWorkerNodePolicy'),
        iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEC2ContainerRegistryPullOnly'),
        iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore'),
      ],
    });

    const { serviceNodes, kafkaNodes } = config.kubernetes;
    const common = { cluster, config, after };
    this.addGroups(this.serviceNodes, { ...common, group: 'service', nodes: serviceNodes, kafka: false });
    if (kafkaNodes) {
      this.addGroups(new Construct(this, 'Kafka'), { ...common, group: 'kafka', nodes: kafkaNodes, kafka: true });
    }
  }

  /** One group per zone. */
  private addGroups(parent: Construct, { cluster, config, after, group, nodes, kafka }: GroupsProps): void {
    const kind = kafka ? KAFKA_NODES : SERVICE_NODES;
    const launchTemplate = addLaunchTemplate(parent, nodes);
    for (const zone of config.network.availabilityZones) {
      const suffix = zone.slice(config.region.lastIndexOf('-') + 1);
      // Without a name of ours: a new instance type makes a new group beside the old one, which one name would forbid.
      const nodegroup = new eks.Nodegroup(parent, suffix, {
        cluster,
        nodeRole: this.role,
        subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, availabilityZones: [zone] },
        instanceTypes: nodes.instanceTypes.map((type) => new ec2.InstanceType(type)),
        amiType: isArm(nodes.instanceTypes[0] ?? '')
          ? eks.NodegroupAmiType.AL2023_ARM_64_STANDARD
          : eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
        minSize: nodes.minSize,
        desiredSize: nodes.minSize,
        maxSize: nodes.maxSize,
        maxUnavailable: 1,
        enableNodeAutoRepair: true,
        launchTemplateSpec: {
          id: launchTemplate.launchTemplateId ?? '',
          version: launchTemplate.latestVersionNumber,
        },
        labels: { [kind.key]: kind.value },
        taints: kafka ? [{ ...KAFKA_NODES, effect: eks.TaintEffect.NO_SCHEDULE }] : undefined,
        tags: { Name: `${environmentId(config.name)}-${group}-${suffix}` },
      });
      nodegroup.node.addDependency(after);
      // Nodes follow the control plane's minor version in the same deployment.
      (nodegroup.node.findChild('Resource') as eks.CfnNodegroup).version = config.kubernetes.version;
    }
  }
}

function addLaunchTemplate(scope: Construct, { diskSize }: NodeGroupConfig): ec2.LaunchTemplate {
  return new ec2.LaunchTemplate(scope, 'LaunchTemplate', {
    requireImdsv2: true,
    httpTokens: ec2.LaunchTemplateHttpTokens.REQUIRED,
    // Pods get their credentials from Pod Identity and never reach the node's.
    httpPutResponseHopLimit: 1,
    ebsOptimized: true,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: ec2.BlockDeviceVolume.ebs(diskSize, {
          encrypted: true,
          volumeType: ec2.EbsDeviceVolumeType.GP3,
        }),
      },
    ],
  });
}
