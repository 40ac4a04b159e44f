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
    const name = environmentId(config.name);
    this.role = new iam.Role(this, 'Role', {
      description: `Nodes of ${name}`,
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSWorkerNodePolicy'),
        iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEC2ContainerRegistryPullOnly'),
        iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore'),
      ],
    });

    const perZone = (parent: Construct, group: string, nodes: NodeGroupConfig, kafka: boolean) => {
      const kind = kafka ? KAFKA_NODES : SERVICE_NODES;
      const launchTemplate = new ec2.LaunchTemplate(parent, 'LaunchTemplate', {
        requireImdsv2: true,
        httpTokens: ec2.LaunchTemplateHttpTokens.REQUIRED,
        // Pods get their credentials from Pod Identity and never reach the node's.
        httpPutResponseHopLimit: 1,
        ebsOptimized: true,
        blockDevices: [
          {
            deviceName: '/dev/xvda',
            volume: ec2.BlockDeviceVolume.ebs(nodes.diskSize, {
              encrypted: true,
              volumeType: ec2.EbsDeviceVolumeType.GP3,
            }),
          },
        ],
      });
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
          tags: { Name: `${name}-${group}-${suffix}` },
        });
        nodegroup.node.addDependency(after);
        // Nodes follow the control plane's minor version in the same deployment.
        (nodegroup.node.findChild('Resource') as eks.CfnNodegroup).version = config.kubernetes.version;
      }
    };
    const { serviceNodes, kafkaNodes } = config.kubernetes;
    perZone(this.serviceNodes, 'service', serviceNodes, false);
    if (kafkaNodes) perZone(new Construct(this, 'Kafka'), 'kafka', kafkaNodes, true);
  }
}
