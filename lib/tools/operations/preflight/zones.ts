import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import { configFile } from '../../../config/environment';
import { type Outcome, allOk, failed, warning, enumerate } from '../../../report/findings';
import { errorName } from '../aws';
import type { PreflightCheck } from './context';

/**
 * Zones in which a VPC Link of an HTTP API may stand, by region. The names of zones differ between accounts, their ids do
 * not: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vpc-links.html
 */
const VPC_LINK_ZONES: Readonly<Record<string, readonly string[]>> = {
  'ap-northeast-2': ['apne2-az1', 'apne2-az2', 'apne2-az3'],
};

/** The zones of the config exist for this account and take a VPC Link. */
export const zones: PreflightCheck = {
  title: 'Availability zones',
  run: async ({ environment: { config }, aws }) => {
    const file = `network.availabilityZones in ${configFile(config.name)}`;
    const wanted = config.network.availabilityZones;
    const found = new Map<string, { id: string; state: string }>();
    try {
      const { AvailabilityZones = [] } = await aws.ec2.send(
        new DescribeAvailabilityZonesCommand({ ZoneNames: [...wanted] }),
      );
      for (const { ZoneName, ZoneId, State } of AvailabilityZones) {
        found.set(ZoneName ?? '', { id: ZoneId ?? '', state: State ?? '' });
      }
    } catch (error) {
      // The call fails as a whole when one name is unknown.
      if (errorName(error) !== 'InvalidParameterValue') throw error;
      return failed(
        `this account has not all of ${enumerate(wanted)}`,
        `change ${file}; aws ec2 describe-availability-zones lists yours`,
      );
    }
    const allowed = VPC_LINK_ZONES[config.region];
    const problems = wanted.flatMap((name): Outcome[] => {
      const zone = found.get(name);
      if (!zone || zone.state !== 'available')
        return [failed(`${name} is ${zone?.state ?? 'missing'}`, `change ${file}`)];
      if (allowed && !allowed.includes(zone.id)) {
        return [
          failed(
            `${name} is ${zone.id} in this account, where API Gateway has no VPC Links`,
            `change ${file} to zones that are ${enumerate(allowed)} here (aws ec2 describe-availability-zones)`,
          ),
        ];
      }
      return [];
    });
    const named = wanted.map((name) => `${name} is ${found.get(name)?.id}`);
    if (!allowed && problems.length === 0) {
      return warning(
        `${enumerate(named)}; whether API Gateway has VPC Links there is not known here`,
        `look them up in the API Gateway guide and add ${config.region} to lib/tools/operations/preflight/zones.ts`,
      );
    }
    return allOk(problems, enumerate(named));
  },
};
