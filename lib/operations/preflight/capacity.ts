import { paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2';
import { paginateDescribeOrderableDBInstanceOptions } from '@aws-sdk/client-rds';
import { resourcesOf } from '../assembly';
import { type Outcome, allOk, failed, ok, enumerate } from '../findings';
import type { PreflightCheck } from './context';

/** The node groups' instance types exist in both zones. */
export const nodeTypes: PreflightCheck = {
  title: 'Node instance types',
  run: async ({ environment: { config }, stacks, aws }) => {
    const zones = config.network.availabilityZones;
    const types = [
      ...new Set(
        resourcesOf(stacks, 'AWS::EKS::Nodegroup').flatMap(({ properties }) => properties.InstanceTypes as string[]),
      ),
    ];
    const offered = new Set<string>();
    const pages = paginateDescribeInstanceTypeOfferings(
      { client: aws.ec2 },
      { LocationType: 'availability-zone', Filters: [{ Name: 'instance-type', Values: types }] },
    );
    for await (const { InstanceTypeOfferings = [] } of pages) {
      for (const { InstanceType, Location } of InstanceTypeOfferings) offered.add(`${InstanceType} ${Location}`);
    }
    const problems = types.flatMap((type) =>
      zones
        .filter((zone) => !offered.has(`${type} ${zone}`))
        .map((zone) =>
          failed(
            `EC2 has no ${type} in ${zone}`,
            `choose another type in kubernetes.serviceNodes or kafkaNodes of lib/config/${config.name}.ts`,
          ),
        ),
    );
    return allOk(problems, `${enumerate(types)} in ${enumerate(zones)}`);
  },
};

/** RDS sells the database's engine version on its instance class in both zones. */
export const databaseClass: PreflightCheck = {
  title: 'Database class',
  run: async ({ environment: { config }, stacks, aws }) => {
    const zones = config.network.availabilityZones;
    const outcomes = await Promise.all(
      resourcesOf(stacks, 'AWS::RDS::DBInstance').map(async ({ properties }): Promise<Outcome> => {
        const { Engine, EngineVersion, DBInstanceClass, MultiAZ } = properties as Record<string, string>;
        const what = `${Engine} ${EngineVersion} on ${DBInstanceClass}`;
        const offered = new Set<string>();
        let multiAz = false;
        const pages = paginateDescribeOrderableDBInstanceOptions(
          { client: aws.rds },
          { Engine, EngineVersion, DBInstanceClass, Vpc: true },
        );
        for await (const { OrderableDBInstanceOptions = [] } of pages) {
          for (const { AvailabilityZones = [], MultiAZCapable } of OrderableDBInstanceOptions) {
            for (const { Name } of AvailabilityZones) offered.add(Name ?? '');
            multiAz ||= MultiAZCapable ?? false;
          }
        }
        const missing = zones.filter((zone) => !offered.has(zone));
        const fix = `choose another database.instanceType in lib/config/${config.name}.ts, or another version in lib/data/database.ts (aws rds describe-orderable-db-instance-options --engine ${Engine})`;
        if (missing.length > 0) return failed(`RDS does not offer ${what} in ${enumerate(missing)}`, fix);
        if (String(MultiAZ) === 'true' && !multiAz) return failed(`RDS offers ${what} without a standby only`, fix);
        return ok(`${what} in ${enumerate(zones)}`);
      }),
    );
    return outcomes;
  },
};
