import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { DescribeLoadBalancerAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import type { Environment } from '../../config';
import { PROTECTION } from '../../config/run';
import type { Aws } from './aws';
import { type DeployedStack, physicalIds } from './deployed';
import { type Outcome, ok, warning } from '../../report/findings';

/** A switch that keeps something from being deleted. */
export interface Protection {
  readonly what: string;
  readonly on: boolean;

  /** Command that switches it off. */
  readonly off: string;
}

/** Every protection of the given stacks. None is switched off but by hand and on purpose; this app never does it. */
export async function protections(aws: Aws, deployed: readonly DeployedStack[]): Promise<Protection[]> {
  const { region } = aws;
  const stacks = deployed
    .filter(({ status }) => status !== undefined)
    .map(({ stack, terminationProtection }) => ({
      what: `termination protection of stack ${stack.name}`,
      on: terminationProtection,
      off: `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stack.name} --region ${stack.region}`,
    }));
  const clusters = physicalIds(deployed, 'AWS::EKS::Cluster').map(async (name) => {
    const { cluster } = await aws.eks.send(new DescribeClusterCommand({ name }));
    return {
      what: `deletion protection of cluster ${name}`,
      on: cluster?.deletionProtection ?? false,
      off: `aws eks update-cluster-config --no-deletion-protection --name ${name} --region ${region}`,
    };
  });
  const databases = physicalIds(deployed, 'AWS::RDS::DBInstance').map(async (DBInstanceIdentifier) => {
    const { DBInstances = [] } = await aws.rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    return {
      what: `deletion protection of database ${DBInstanceIdentifier}`,
      on: DBInstances[0]?.DeletionProtection ?? false,
      off: `aws rds modify-db-instance --no-deletion-protection --apply-immediately --db-instance-identifier ${DBInstanceIdentifier} --region ${region}`,
    };
  });
  const loadBalancers = physicalIds(deployed, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map(
    async (LoadBalancerArn) => {
      const { Attributes = [] } = await aws.loadBalancing.send(
        new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }),
      );
      return {
        what: `deletion protection of load balancer ${LoadBalancerArn.split('/').at(-2)}`,
        on: Attributes.some(({ Key, Value }) => Key === 'deletion_protection.enabled' && Value === 'true'),
        off: `aws elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false --load-balancer-arn ${LoadBalancerArn} --region ${region}`,
      };
    },
  );
  return [...stacks, ...(await Promise.all([...clusters, ...databases, ...loadBalancers]))];
}

/** Command that deploys all the given stacks, with their protection: the last one brings those that it needs. */
export function turnOn(deployed: readonly DeployedStack[]): string {
  return `npx cdk deploy ${deployed.at(-1)?.stack.name}`;
}

export interface ProtectionContext {
  readonly environment: Environment;
  readonly deployed: readonly DeployedStack[];
  readonly aws: Aws;
}

/** Whether all is protected that the config wants protected. */
export async function protectionIsOn({ environment: { config }, deployed, aws }: ProtectionContext): Promise<Outcome> {
  if (!config.protection) return ok(`${config.name} goes without`);
  const all = await protections(aws, deployed);
  const off = all.filter(({ on }) => !on);
  return off[0]
    ? warning(
        `${off.length} of ${all.length} are off, ${off[0].what} among them`,
        `${turnOn(deployed)}, without -c ${PROTECTION}=off`,
      )
    : ok('on, of all stacks and of what they hold');
}
