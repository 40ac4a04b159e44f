import { environmentId } from '../../../config/environment';
import { type Outcome, allOk, failed } from '../../../report/findings';
import type { ClusterCheck } from './context';
import { list } from './objects';

/** The External Secrets Operator has copied every secret. */
export const externalSecrets: ClusterCheck = {
  title: 'External secrets',
  run: async ({ environment: { config }, cluster }) => {
    const namespace = environmentId(config.name);
    const found = await list(cluster, 'apis/external-secrets.io/v1/externalsecrets', namespace);
    if (found.length === 0) return failed(`none in ${namespace}`, 'see the Helm releases above');
    const problems = found.flatMap(({ metadata, status }): Outcome[] => {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'True'
        ? []
        : [failed(`${metadata.name}: ${ready?.message ?? 'not synced yet'}`, 'docs/runbook.md#external-secrets')];
    });
    return allOk(problems, `${found.map(({ metadata }) => metadata.name).join(', ')} synced`);
  },
};
