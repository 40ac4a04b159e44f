import { environmentId } from '../../../config/environment';
import { type Outcome, allOk, failed } from '../../../report/findings';
import type { ClusterCheck } from './context';
import { list } from './objects';

/** Autoscalers see the load of what they scale. */
export const autoscalers: ClusterCheck = {
  title: 'Autoscalers',
  run: async ({ environment: { config, values }, cluster }) => {
    const namespace = environmentId(config.name);
    const found = await list(cluster, 'apis/autoscaling/v2/horizontalpodautoscalers', namespace);
    const problems = found.flatMap(({ metadata, status }): Outcome[] => {
      const active = status?.conditions?.find(({ type }) => type === 'ScalingActive');
      return active?.status === 'True' && (status?.currentMetrics ?? []).length > 0
        ? []
        : [failed(`${metadata?.name}: ${active?.message ?? 'has no metrics yet'}`, 'docs/runbook.md#hpa')];
    });
    if (found.length === 0 && values.services.length > 0) {
      return failed(`none in ${namespace}`, 'is hpa.enabled off in the values? see the Helm releases above');
    }
    return allOk(problems, `${found.length}, all with metrics`);
  },
};
