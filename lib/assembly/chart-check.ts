import * as path from 'path';
import { type EnvironmentConfig, environmentId } from '../config/environment';
import type { ChartValues } from '../config/values';
import { renderChart } from './kubernetes/render';
import { runsHere } from './kubernetes/tools';
import { RELEASE_NAME } from '../platform/workloads/workloads-stack';

const CHART = path.join(__dirname, '..', '..', 'chart');

/** One environment, as far as its chart is concerned. */
export interface CheckedChart {
  readonly config: Pick<EnvironmentConfig, 'name' | 'kubernetes'>;
  readonly values: Pick<ChartValues, 'overrides'>;
}

/**
 * Lets the chart judge the values of environments at synth. What it refuses would otherwise come out when the cluster
 * stands and the release fails. Where its helm does not run, the deployment stays the first to say it: a synth needs no
 * program beside Node.js.
 *
 * @throws Error with the chart's own words on all environments
 */
export function checkCharts(environments: readonly CheckedChart[]): void {
  if (!runsHere()) return;
  const refusals = environments.flatMap(({ config, values }) => {
    try {
      renderChart({
        chart: CHART,
        values: values.overrides,
        release: RELEASE_NAME,
        namespace: environmentId(config.name),
        kubeVersion: config.kubernetes.version,
      });
      return [];
    } catch (error) {
      return [`chart/values-${config.name}.yaml: ${(error as Error).message}`];
    }
  });
  if (refusals.length > 0) throw new Error(refusals.join('\n'));
}
