import { configFile, environmentId, stackPrefix } from '../../../config/environment';
import { child } from '../../../config/values';
import { ok, warning } from '../../../report/findings';
import type { ClusterCheck } from './context';
import { list } from './objects';

/** The services run their own images: everything else can be green while stand-ins answer for them. */
export const standIns: ClusterCheck = {
  title: 'Stand-ins',
  run: async ({ environment: { config, values }, cluster }) => {
    const repository = String(child(child(values.merged, 'standIn'), 'image').repository);
    const deployments = await list(cluster, 'apis/apps/v1/deployments', environmentId(config.name));
    const found = deployments.flatMap(({ metadata, spec }) =>
      (spec?.template.spec?.containers ?? []).some(({ image = '' }) => image.includes(`/${repository}`))
        ? [metadata?.name]
        : [],
    );
    return found.length === 0
      ? ok('none: every service runs its own image')
      : warning(
          `stand-ins run in place of ${found.join(', ')}`,
          `push the images, then npx cdk deploy ${stackPrefix(config.name)} without -c standIn and with standIns off in ${configFile(config.name)}`,
        );
  },
};
