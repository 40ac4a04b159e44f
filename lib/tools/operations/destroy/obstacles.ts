import type { EnvironmentConfig } from '../../../config/environment';
import { type AssemblyStack, resourcesOf } from '../../../assembly/assembly';
import type { Aws } from '../aws';
import { type DeployedStack, abandonedStacks, physicalIds } from '../deployed';
import { manualSnapshots } from './leftovers';

/** Something that would stop the removal half-way. */
export interface Obstacle {
  readonly what: string;

  /** Command that takes it out of the way. */
  readonly off: string;
}

/** Stacks that left the app: they hold what this removal does not know of, and perhaps what it is about to remove. */
export async function abandoned(
  aws: Aws,
  config: Pick<EnvironmentConfig, 'name' | 'region'>,
  stacks: readonly AssemblyStack[],
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
