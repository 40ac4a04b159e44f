import { CONTROLLER_CHARTS, chartProblems } from '../../../../lib/platform/workloads/controller-charts';
import { type Values, mergeValues } from '../../../../lib/config/values';
import { CONFIGS, helmValues, synth } from '../../synth';

const both = synth({ configs: Object.values(CONFIGS) });
const charts = Object.values(CONTROLLER_CHARTS);
const deployed = (name: string, stack = 'ErpDev'): Values => helmValues(both.template(stack), name);

describe.each(charts)('$name $version', (chart) => {
  test.each(['ErpDev', 'ErpProd'])('takes every value that %s passes', (stack) => {
    expect(chartProblems(chart, deployed(chart.name, stack))).toEqual([]);
  });

  test('was read in the version that is installed', () => {
    expect(chart.source).toContain(chart.version);
  });
});

test.each<[keyof typeof CONTROLLER_CHARTS, Values, string]>([
  [
    'externalSecrets',
    { processClusterPushSecret: true },
    'processPushSecret: false demands processClusterPushSecret: false',
  ],
  [
    'externalSecrets',
    { processClusterPushSecret: null },
    'processPushSecret: false demands processClusterPushSecret: false',
  ],
  ['externalSecrets', { leaderElect: false }, 'replicaCount above 1 demands leaderElect: true'],
  ['externalSecrets', { webhook: { podDisruptionBudget: { minAvailable: 2 } } }, 'minAvailable is below replicaCount'],
  ['externalSecrets', { webhook: { leaderElect: true } }, 'webhook.leaderElect is not among the values that are known'],
  ['externalSecrets', { certController: 'off' }, 'certController is not among the values that are known'],
  ['externalSecrets', { installCRDs: 'true' }, 'installCRDs is "true"; crds takes a value of kind boolean'],
  ['loadBalancerController', { clusterName: '' }, 'clusterName is required'],
  ['loadBalancerController', { replicas: 2 }, 'replicas is not among the values that are known'],
  ['loadBalancerController', { replicaCount: 1 }, 'podDisruptionBudget needs a replicaCount above 1'],
  [
    'loadBalancerController',
    { podDisruptionBudget: { minAvailable: 1 } },
    'has one of minAvailable and maxUnavailable',
  ],
  ['loadBalancerController', { podDisruptionBudget: { enabled: true } }, 'podDisruptionBudget.enabled is not among'],
  ['metricsServer', { podDisruptionBudget: { maxUnavailable: 1 } }, 'has one of minAvailable and maxUnavailable'],
  ['metricsServer', { podDisruptionBudget: { minAvailable: 0 } }, 'minAvailable is from 1 to below replicas'],
  ['metricsServer', { replicaCount: 2 }, 'replicaCount is not among the values that are known'],
])('%s with %j is refused', (key, change, problem) => {
  const chart = CONTROLLER_CHARTS[key];
  expect(chartProblems(chart, mergeValues(deployed(chart.name), change))).toEqual([
    expect.stringContaining(`${chart.name} ${chart.version}: `),
  ]);
  expect(chartProblems(chart, mergeValues(deployed(chart.name), change)).join()).toContain(problem);
});

test('the secrets operator looks at the namespace of its environment only and may not act as anybody else', () => {
  for (const [stack, namespace] of [
    ['ErpDev', 'erp-dev'],
    ['ErpProd', 'erp-prod'],
  ] as const) {
    expect(deployed('external-secrets', stack)).toMatchObject({
      scopedNamespace: namespace,
      processClusterStore: false,
      processClusterExternalSecret: false,
      processClusterGenerator: false,
      processClusterPushSecret: false,
      rbac: { serviceAccountTokenCreate: false, aggregateToEdit: false },
    });
  }
});
