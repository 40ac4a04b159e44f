import { environmentId } from '../../../config/environment';
import { allOk, failed } from '../../../report/findings';
import type { ClusterCheck } from './context';
import { list } from './objects';

/** Every volume claim has its volume. */
export const volumeClaims: ClusterCheck = {
  title: 'Volume claims',
  run: async ({ environment: { config }, cluster }) => {
    const namespace = environmentId(config.name);
    const claims = await list(cluster, 'api/v1/persistentvolumeclaims', namespace);
    const problems = claims
      .filter(({ status }) => status?.phase !== 'Bound')
      .map(({ metadata, status }) =>
        failed(
          `${metadata?.name} is ${status?.phase}`,
          `kubectl describe pvc -n ${namespace} ${metadata?.name}; docs/runbook.md#kafka`,
        ),
      );
    return allOk(problems, `${claims.length} bound`);
  },
};
