import { DeleteLogGroupCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteVolumeCommand,
  type NetworkInterface,
  type SecurityGroup,
  type Volume,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  paginateDescribeVolumes,
} from '@aws-sdk/client-ec2';
import {
  type DBSnapshot,
  DeleteOptionGroupCommand,
  paginateDescribeDBSnapshots,
  paginateDescribeOptionGroups,
} from '@aws-sdk/client-rds';
import { DeleteSecretCommand, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { volumeTags } from '../../../platform/workloads/workloads-stack';
import { type Aws, errorName } from '../aws';
import type { RemovalPlan } from './plan';

/** Something that is still there. */
export interface Leftover {
  readonly what: string;

  /** How it goes. undefined where it may belong to somebody else. */
  readonly remove: (() => Promise<unknown>) | undefined;
}

/** Volumes that the EBS driver made for claims of the environment. */
export async function claimedVolumes({ ec2 }: Aws, { config }: RemovalPlan): Promise<Volume[]> {
  const volumes: Volume[] = [];
  const tags = { ...volumeTags(config), 'ebs.csi.aws.com/cluster': 'true' };
  const Filters = Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
  for await (const { Volumes = [] } of paginateDescribeVolumes({ client: ec2 }, { Filters })) volumes.push(...Volumes);
  return volumes.filter(({ State }) => State !== 'deleting' && State !== 'deleted');
}

/**
 * Network interfaces of a VPC that nothing uses any more and that nobody deletes: those of pods on nodes that have gone, and of
 * functions. They hold security groups and subnets.
 */
export async function strayInterfaces({ ec2 }: Aws, vpcId: string): Promise<Leftover[]> {
  const interfaces: NetworkInterface[] = [];
  const pages = paginateDescribeNetworkInterfaces(
    { client: ec2 },
    {
      Filters: [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'status', Values: ['available'] },
      ],
    },
  );
  for await (const { NetworkInterfaces = [] } of pages) interfaces.push(...NetworkInterfaces);
  return interfaces
    .filter(({ Description = '' }) => /^(aws-K8S-|Amazon EKS |AWS Lambda VPC ENI)/.test(Description))
    .map(({ NetworkInterfaceId = '', Description }) => ({
      what: `network interface ${NetworkInterfaceId} (${Description})`,
      remove: () => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
    }));
}

/** Groups that EKS made for a cluster and left in the VPC: it deletes none that something still used when the cluster went. */
export async function strayGroups({ ec2 }: Aws, vpcId: string): Promise<Leftover[]> {
  const groups: SecurityGroup[] = [];
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'group-name', Values: ['eks-cluster-sg-*'] },
  ];
  for await (const { SecurityGroups = [] } of paginateDescribeSecurityGroups({ client: ec2 }, { Filters }))
    groups.push(...SecurityGroups);
  return groups.map(({ GroupId = '', GroupName }) => ({
    what: `security group ${GroupId} (${GroupName})`,
    remove: () => ec2.send(new DeleteSecurityGroupCommand({ GroupId })),
  }));
}

/** Snapshots that outlive a database: those of people, and the one that its stack takes at the end. */
export async function manualSnapshots({ rds }: Aws, DBInstanceIdentifier: string): Promise<DBSnapshot[]> {
  const found: DBSnapshot[] = [];
  const pages = paginateDescribeDBSnapshots({ client: rds }, { DBInstanceIdentifier, SnapshotType: 'manual' });
  for await (const { DBSnapshots = [] } of pages) found.push(...DBSnapshots);
  return found;
}

/** Interfaces of Kafka brokers that outlive their stack, and hold its network with them. */
export async function kafkaInterfaces({ ec2 }: Aws, vpcId: string): Promise<number> {
  let count = 0;
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'description', Values: ['*Amazon MSK network interface*'] },
  ];
  for await (const { NetworkInterfaces = [] } of paginateDescribeNetworkInterfaces({ client: ec2 }, { Filters })) {
    count += NetworkInterfaces.length;
  }
  return count;
}

/**
 * What the services leave behind when all stacks are gone.
 *
 * @param seen stacks that this removal found: what bears a name of any other stack may be somebody else's
 */
export async function leftovers(aws: Aws, plan: RemovalPlan, seen: ReadonlySet<string>): Promise<Leftover[]> {
  const volumes = (await claimedVolumes(aws, plan)).map(({ VolumeId = '', Size, State }) => ({
    what: `volume ${VolumeId}, ${Size} GiB, ${State}`,
    remove: () => aws.ec2.send(new DeleteVolumeCommand({ VolumeId })),
  }));
  const snapshots = await Promise.all(
    plan.databases.map(async ({ name }) =>
      (await manualSnapshots(aws, name)).map(({ DBSnapshotIdentifier, AllocatedStorage }) => ({
        what: `snapshot ${DBSnapshotIdentifier}, ${AllocatedStorage} GiB`,
        remove: undefined,
      })),
    ),
  );
  const named = plan.logGroups.map(async ({ stack, name }) =>
    (await logGroups(aws.in(stack.region), name))
      .filter(({ logGroupName }) => logGroupName === name)
      .map((group) => ({ what: group.what, remove: seen.has(stack.name) ? group.remove : undefined })),
  );
  const ofFunctions = plan.logGroupPrefixes.map(({ region, prefix }) => logGroups(aws.in(region), prefix));
  const groups = (await Promise.all([...named, ...ofFunctions])).flat();
  return [
    ...volumes,
    ...snapshots.flat(),
    ...(await optionGroups(aws, plan, seen)),
    ...(await secrets(aws, plan, seen)),
    ...groups.map(({ what, remove }) => ({ what, remove })),
  ];
}

async function optionGroups({ rds }: Aws, plan: RemovalPlan, seen: ReadonlySet<string>): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for await (const { OptionGroupsList = [] } of paginateDescribeOptionGroups({ client: rds }, {})) {
    for (const { OptionGroupName = '', OptionGroupDescription } of OptionGroupsList) {
      // CloudFormation names it after its stack, in lower case.
      const owner = plan.optionGroups.find(
        ({ stack, name }) =>
          name === OptionGroupDescription && OptionGroupName.startsWith(`${stack.name.toLowerCase()}-`),
      );
      if (!owner) continue;
      found.push({
        what: `option group ${OptionGroupName}, free, and needed to restore a snapshot`,
        remove: seen.has(owner.stack.name)
          ? () => rds.send(new DeleteOptionGroupCommand({ OptionGroupName }))
          : undefined,
      });
    }
  }
  return found;
}

async function secrets(aws: Aws, plan: RemovalPlan, seen: ReadonlySet<string>): Promise<Leftover[]> {
  const found = await Promise.all(
    plan.secrets.map(async ({ stack, name: SecretId }): Promise<Leftover[]> => {
      try {
        const { DeletedDate } = await aws.secrets.send(new DescribeSecretCommand({ SecretId }));
        // One that nobody deleted is none of ours: ours went with their stack.
        const ours = DeletedDate !== undefined && seen.has(stack.name);
        return [
          {
            what: `secret ${SecretId}${DeletedDate ? ', in its recovery window' : ''}`,
            remove: ours
              ? () => aws.secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
              : undefined,
          },
        ];
      } catch (error) {
        if (errorName(error) === 'ResourceNotFoundException') return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

async function logGroups({ logs }: Aws, logGroupNamePrefix: string) {
  const found: { logGroupName: string; what: string; remove: () => Promise<unknown> }[] = [];
  for await (const page of paginateDescribeLogGroups({ client: logs }, { logGroupNamePrefix })) {
    for (const { logGroupName = '' } of page.logGroups ?? []) {
      found.push({
        logGroupName,
        what: `log group ${logGroupName}`,
        remove: () => logs.send(new DeleteLogGroupCommand({ logGroupName })),
      });
    }
  }
  return found;
}
