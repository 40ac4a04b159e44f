import { loadEnvironments } from '../../../lib/config';
import { checkCharts } from '../../../lib/assembly/chart-check';
import { CONFIGS, chartWith } from '../synth';

const { dev, prod } = CONFIGS;
const environments = [
  loadEnvironments([dev], chartWith('dev', { services: { notification: { env: { REDIS_URL: 'redis' } } } })),
  loadEnvironments([prod]),
].flat();
const broken = [
  loadEnvironments(
    [dev],
    chartWith('dev', {
      services: {
        notification: {
          uses: { kafka: null },
          env: { KAFKA_BOOTSTRAP_SERVERS: 'kafka.erp-dev.svc.cluster.local:9092' },
        },
      },
    }),
  ),
  loadEnvironments([prod], chartWith('prod', { services: { approvalRequest: { calls: { payroll: ['http'] } } } })),
].flat();

test('values that the chart takes pass the synth', () => {
  expect(() => checkCharts(environments)).not.toThrow();
});

test('what the chart refuses fails the synth, of every environment at once', () => {
  const run = () => checkCharts(broken);
  expect(run).toThrow('chart/values-dev.yaml: helm cannot render erp-microservices: ');
  expect(run).toThrow('add to services.notification:\n    uses: {kafka: true}');
  expect(run).toThrow('chart/values-prod.yaml: helm cannot render erp-microservices: ');
  expect(run).toThrow('services.approvalRequest.calls: there is no service "payroll"');
});

test('a machine that the helm of the layer is not made for leaves it to the deployment', () => {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
  Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
  try {
    expect(() => checkCharts(broken)).not.toThrow();
  } finally {
    Object.defineProperty(process, 'platform', platform);
  }
});
