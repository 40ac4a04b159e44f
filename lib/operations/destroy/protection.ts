import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { DescribeLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import type { Aws } from '../aws';
import { type DeployedStack, physicalIds } from '../deployed';

/** A protection that is switched on. */
export interface Protection {
  readonly what: string;

  /** Command that switches it off. */
  readonly off: string;
}

/**
 * Every protection that would stop the removal half-way. Each is switched off by hand and on purpose; this app never does it.
 */
export async function protections(aws: Aws, deployed: readonly DeployedStack[]): Promise<Protection[]> {
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
