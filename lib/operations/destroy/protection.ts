import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { DescribeLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import type { EnvironmentConfig } from '../../config/environment';
import { type AssembledStack, resourcesOf } from '../assembly';
import type { Aws } from '../aws';
import { type DeployedStack, abandonedStacks, physicalIds } from '../deployed';
import { manualSnapshots } from './leftovers';

/** Something that would stop the removal half-way. */
export interface Obstacle {
  readonly what: string;

  /** Command that takes it out of the way. */
  readonly off: string;
}

/**
 * Every protection that would stop the removal half-way. Each is switched off by hand and on purpose; this app never does it.
 */
export async function protections(aws: Aws, deployed: readonly DeployedStack[]): Promise<Obstacle[]> {
  const { region } = aws;
  const stacks = deployed
    .filter(({ terminationProtection }) => terminationProtection)
    .map(({ stack }) => ({
      what: `termination protection of stack ${stack.name}`,
      off: `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stack.name} --region ${stack.region}`,
    }));
  const clusters = physicalIds(deployed, 'AWS::EKS::Cluster').map(async (name) => {
    const { cluster } = await aws.eks.send(new DescribeClusterCommand({ name }));
    return cluster?.deletionProtection
      ? [
          {
            what: `deletion protection of cluster ${name}`,
            off: `aws eks update-cluster-config --no-deletion-protection --name ${name} --region ${region}`,
          },
        ]
      : [];
  });
  const databases = physicalIds(deployed, 'AWS::RDS::DBInstance').map(async (DBInstanceIdentifier) => {
    const { DBInstances = [] } = await aws.rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    return DBInstances[0]?.DeletionProtection
      ? [
          {
            what: `deletion protection of database ${DBInstanceIdentifier}`,
            off: `aws rds modify-db-instance --no-deletion-protection --apply-immediately --db-instance-identifier ${DBInstanceIdentifier} --region ${region}`,
          },
        ]
      : [];
  });
  const loadBalancers = physicalIds(deployed, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map(
    async (LoadBalancerArn) => {
      const { Attributes = [] } = await aws.loadBalancing.send(
        new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }),
      );
      return Attributes.some(({ Key, Value }) => Key === 'deletion_protection.enabled' && Value === 'true')
        ? [
            {
              what: `deletion protection of load balancer ${LoadBalancerArn.split('/').at(-2)}`,
              off: `aws elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false --load-balancer-arn ${LoadBalancerArn} --region ${region}`,
            },
          ]
        : [];
    },
  );
  return [...stacks, ...(await Promise.all([...clusters, ...databases, ...loadBalancers])).flat()];
}

/** Stacks that left the app: they hold what this removal does not know of, and perhaps what it is about to remove. */
export async function abandoned(
  aws: Aws,
  config: Pick<EnvironmentConfig, 'name' | 'region'>,
  stacks: readonly AssembledStack[],
): Promise<Obstacle[]> {
  return (await abandonedStacks(aws, config, stacks)).map(
    ({ StackName = '', region, EnableTerminationProtection, StackStatus }) => {
      const of = `--stack-name ${StackName} --region ${region}`;
      return {
        what: `stack ${StackName} in ${region}, ${StackStatus}`,
        off: [
          ...(EnableTerminationProtection
            ? [`aws cloudformation update-termination-protection --no-enable-termination-protection ${of}`]
            : []),
          `aws cloudformation delete-stack ${of}`,
        ].join(' && '),
      };
    },
  );
}

/** Snapshots that somebody made of a database whose option group goes with its stack: RDS deletes none that one names. */
export async function snapshotsInTheWay(aws: Aws, deployed: readonly DeployedStack[]): Promise<Obstacle[]> {
  const holding = deployed.filter(({ stack }) =>
    resourcesOf([stack], 'AWS::RDS::OptionGroup').some(({ DeletionPolicy = 'Delete' }) => DeletionPolicy === 'Delete'),
  );
  const found = await Promise.all(
    physicalIds(holding, 'AWS::RDS::DBInstance').map((identifier) => manualSnapshots(aws, identifier)),
  );
  return found.flat().map(({ DBSnapshotIdentifier, AllocatedStorage }) => ({
    what: `snapshot ${DBSnapshotIdentifier}, ${AllocatedStorage} GiB, which holds the option group of the database`,
    off: `aws rds delete-db-snapshot --db-snapshot-identifier ${DBSnapshotIdentifier} --region ${aws.region}`,
  }));
}
