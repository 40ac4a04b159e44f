import { paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2';
import {
  DescribeReservedCacheNodesOfferingsCommand,
  paginateDescribeCacheEngineVersions,
} from '@aws-sdk/client-elasticache';
import { paginateDescribeOrderableDBInstanceOptions } from '@aws-sdk/client-rds';
import { resourcesOf } from '../../../assembly/assembly';
import { configFile } from '../../../config/environment';
import { type Outcome, allOk, failed, ok, enumerate, warning } from '../../../report/findings';
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
            `choose another type in kubernetes.serviceNodes or kafkaNodes of ${configFile(config.name)}`,
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
        const fix = `choose another database.instanceType in ${configFile(config.name)}, or another version in lib/platform/data/database.ts (aws rds describe-orderable-db-instance-options --engine ${Engine})`;
        if (missing.length > 0) return failed(`RDS does not offer ${what} in ${enumerate(missing)}`, fix);
        if (String(MultiAZ) === 'true' && !multiAz) return failed(`RDS offers ${what} without a standby only`, fix);
        return ok(`${what} in ${enumerate(zones)}`);
      }),
    );
    return outcomes;
  },
};

/** ElastiCache has the cache's engine version, and sells its node type, in the region. */
export const cacheNodes: PreflightCheck = {
  title: 'Cache',
  run: async ({ environment: { config }, stacks, aws }) => {
    const caches = resourcesOf(stacks, 'AWS::ElastiCache::ReplicationGroup');
    if (caches.length === 0) return ok('no service uses one');
    return Promise.all(
      caches.map(async ({ properties }): Promise<Outcome> => {
        const { Engine, EngineVersion = '', CacheNodeType } = properties as Record<string, string>;
        const what = `${Engine} ${EngineVersion} on ${CacheNodeType}`;
        const versions = new Set<string>();
        const pages = paginateDescribeCacheEngineVersions({ client: aws.cache }, { Engine });
        for await (const { CacheEngineVersions = [] } of pages) {
          // They carry a patch level, which nobody chooses.
          for (const { EngineVersion: found = '' } of CacheEngineVersions)
            versions.add(found.split('.').slice(0, 2).join('.'));
        }
        if (!versions.has(EngineVersion)) {
          return failed(
            `ElastiCache has no ${Engine} ${EngineVersion} in ${config.region}, but ${enumerate([...versions])}`,
            `set cache.version in ${configFile(config.name)} to one of them`,
          );
        }
        // No call tells what node types there are, but whatever can be had can be reserved.
        const { ReservedCacheNodesOfferings: offerings = [] } = await aws.cache.send(
          new DescribeReservedCacheNodesOfferingsCommand({ CacheNodeType }),
        );
        return offerings.length > 0
          ? ok(what)
          : warning(
              `${CacheNodeType} cannot be reserved in ${config.region}, so it may not exist there`,
              `choose another cache.nodeType in ${configFile(config.name)} if https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html does not list it`,
            );
      }),
    );
  },
};
