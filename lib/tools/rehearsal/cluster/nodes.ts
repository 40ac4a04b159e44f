import { type Assembly, type FoundResource, resourcesOf, stacksOf } from '../../../assembly/assembly';
import { Resolver } from '../../../assembly/resolver';
import { type NodeRoom, roomOf } from '../../../config/instance-types';
import { ADDON_PODS, type SystemPods } from '../../../config/system-pods';

/** A machine of a cluster as its kubelet reports it. */
export interface NodeSpec {
  readonly name: string;

  /** Availability zone, such as `ap-northeast-2a`. */
  readonly zone: string;

  /** Labels beside those that every node has. */
  readonly labels: Readonly<Record<string, string>>;

  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];

  /** What is left to pods, as quantities of Kubernetes. */
  readonly allocatable: { readonly cpu: string; readonly memory: string; readonly pods: string };

  /** EBS volumes that can be attached beside the root volume and the network interfaces. */
  readonly volumes: number;
}

/** A node out of a node group. */
export interface GroupNode extends NodeSpec {
  /** Purpose and zone, such as `service-2a`. */
  readonly group: string;

  readonly instanceType: string;
  readonly room: NodeRoom;
}

/**
 * Of the 28 attachments of a Nitro instance, what root volume and up to three network interfaces leave:
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-limits.html
 */
const VOLUMES = 24;

/** Of a template, in the words of EKS. */
const EFFECTS: Readonly<Record<string, string>> = {
  NO_SCHEDULE: 'NoSchedule',
  NO_EXECUTE: 'NoExecute',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
};

/** Pods of an EKS add-on. */
export interface AddonPods extends SystemPods {
  readonly addon: string;
}

/**
 * Nodes of an environment when its node groups have the size that they start with.
 *
 * @throws Error that names a group of an instance type whose room is not known
 */
export function nodesOf(assembly: Pick<Assembly, 'stacks'>, environment: string): GroupNode[] {
  const stacks = stacksOf(assembly, environment);
  const prefixes = delegatesPrefixes(addonsOf(assembly, environment));
  const zoneOf = zonesOfSubnets(assembly, environment);
  return resourcesOf(stacks, 'AWS::EKS::Nodegroup').flatMap((group) => {
    const { InstanceTypes, Labels, Taints, ScalingConfig, Subnets } =
      group.properties as unknown as NodegroupProperties;
    const [instanceType = ''] = InstanceTypes;
    const room = roomOf(instanceType, prefixes);
    if (!room)
      throw new Error(`${group.logicalId}: the room of a ${instanceType} is not known to lib/config/instance-types.ts`);
    const zones = Subnets.map((subnet) => zoneOf(subnet, group));
    const name = `${Object.values(Labels)[0] ?? 'node'}-${zones.map((zone) => zone.replace(/^.*-/, '')).join('-')}`;
    return Array.from({ length: ScalingConfig.DesiredSize ?? ScalingConfig.MinSize }, (_, i) => {
      // An autoscaling group goes round its zones.
      const zone = zones[i % zones.length] ?? '';
      const node = `${name}-${i + 1}`;
      return {
        name: node,
        group: name,
        zone,
        instanceType,
        labels: {
          'kubernetes.io/arch': /ARM/.test(String(group.properties.AmiType)) ? 'arm64' : 'amd64',
          'node.kubernetes.io/instance-type': instanceType,
          'eks.amazonaws.com/nodegroup': name,
          ...Labels,
        },
        taints: (Taints ?? []).map(({ Key, Value, Effect }) => ({
          key: Key,
          value: Value,
          effect: EFFECTS[Effect] ?? Effect,
        })),
        allocatable: { cpu: `${room.cpu}m`, memory: `${room.memory}Mi`, pods: String(room.pods) },
        volumes: VOLUMES,
        room,
      };
    });
  });
}

/** What the add-ons of an environment run, as they publish it. */
export function addonPodsOf(assembly: Pick<Assembly, 'stacks'>, environment: string): AddonPods[] {
  return [...addonsOf(assembly, environment).keys()].flatMap((addon) => {
    const pods = ADDON_PODS[addon];
    if (!pods) throw new Error(`the pods of the add-on ${addon} are not known to lib/config/system-pods.ts`);
    return pods.map((each) => ({ ...each, addon }));
  });
}

interface NodegroupProperties {
  readonly InstanceTypes: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly Taints?: readonly { readonly Key: string; readonly Value?: string; readonly Effect: string }[];
  readonly ScalingConfig: { readonly DesiredSize?: number; readonly MinSize: number };
  readonly Subnets: readonly unknown[];
}

/** Configuration of each add-on, by its name. */
function addonsOf(assembly: Pick<Assembly, 'stacks'>, environment: string): Map<string, AddonConfiguration> {
  return new Map(
    resourcesOf(stacksOf(assembly, environment), 'AWS::EKS::Addon').map(({ properties }) => [
      String(properties.AddonName),
      typeof properties.ConfigurationValues === 'string'
        ? (JSON.parse(properties.ConfigurationValues) as AddonConfiguration)
        : {},
    ]),
  );
}

interface AddonConfiguration {
  readonly env?: Readonly<Record<string, string>>;
}

function delegatesPrefixes(addons: ReadonlyMap<string, AddonConfiguration>): boolean {
  return addons.get('vpc-cni')?.env?.ENABLE_PREFIX_DELEGATION === 'true';
}

/** A function that finds the zone of a subnet, whichever stack holds it. */
function zonesOfSubnets(
  assembly: Pick<Assembly, 'stacks'>,
  environment: string,
): (subnet: unknown, reader: FoundResource) => string {
  const subnets = resourcesOf(stacksOf(assembly, environment), 'AWS::EC2::Subnet');
  const key = (stack: string, logicalId: string) => `${stack}.${logicalId}`;
  const resolver = new Resolver(assembly.stacks, {
    reference: ({ stack, name }) => key(stack.name, name),
    result: (words) => words,
  });
  return (subnet, { stack }) => {
    const found = resolver.text(subnet, stack);
    const { properties } = subnets.find((each) => key(each.stack.name, each.logicalId) === found) ?? {};
    return String(properties?.AvailabilityZone);
  };
}
