import { readEnvironments } from '../../lib/config';
import { stackPrefix } from '../../lib/config/environment';
import { CHART } from '../../lib/config/values';
import { appOf } from '../lib/cloudformation/apps';
import { failFirst } from '../lib/cloudformation/failures';

test.each(readEnvironments().map(({ config }) => [config.name, config] as const))(
  'the first deployment of %s can be run again, whichever resource failed',
  (name, config) => {
    const stacks = appOf({ configs: [config], chart: CHART, protection: 'off' });
    const workloads = stackPrefix(name);
    const pipeline = config.delivery && `${workloads}Delivery`;
    failFirst(stacks, workloads, pipeline);
  },
);
