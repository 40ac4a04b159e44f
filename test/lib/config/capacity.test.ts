import { capacityWarning } from '../../../lib/config/capacity';
import { type Values } from '../../../lib/config/values';
import { STUB_KUBECTL, type EnvironmentName, chartWith, config, loadEnvironments, synth } from '../synth';

/** What is said about nodes of a type and number, and values. */
function warning(name: EnvironmentName, instanceTypes: string[], minSize: number, values: Values = {}) {
  const changed = config(name, { kubernetes: { serviceNodes: { instanceTypes, minSize, maxSize: 20 } } });
  const [environment] = loadEnvironments([changed], chartWith(name, values));
  return capacityWarning(environment!);
}

test('four small nodes hold nine pods of 250m', () => {
  expect(warning('dev', ['t3.medium'], 2)).toBeUndefined();
});

const busy = { serviceDefaults: { hpa: { maxReplicas: 5 } } };

test('two small nodes do not hold fifteen, and the field, the size that would do and the other way out are named', () => {
  expect(warning('dev', ['t3.medium'], 1, busy)).toBe(
    'The autoscalers of chart/values-dev.yaml may ask for 15 pods, and 5 of them find no place on 2 nodes of type t3.medium; nothing adds nodes by itself. kubernetes.serviceNodes.minSize in lib/config/environments/dev.ts is 1: set it to 2 or choose a larger type, or lower hpa.maxReplicas.',
  );
});

test('a service that asks for more asks for more nodes', () => {
  const hungry = { serviceDefaults: { resources: { requests: { cpu: '1' }, limits: { cpu: '1' } } } };

  expect(warning('dev', ['t3.medium'], 2, hungry)).toContain('set it to 5');
});

test('memory counts as well', () => {
  const hungry = { serviceDefaults: { resources: { requests: { memory: '2Gi' }, limits: { memory: '2Gi' } } } };

  expect(warning('dev', ['t3.medium'], 2, hungry)).toContain('find no place');
});

test('of several types the smallest counts', () => {
  expect(warning('dev', ['t3.xlarge', 't3.medium'], 1, busy)).toContain('find no place');
  expect(warning('dev', ['t3.xlarge'], 1, busy)).toBeUndefined();
});

test('sixty pods of 550m need six nodes of eight cores', () => {
  expect(warning('prod', ['m6i.2xlarge'], 3)).toBeUndefined();
  expect(warning('prod', ['m6i.2xlarge'], 2)).toContain('set it to 3');
});

test('of a type that nobody has written down nothing is said', () => {
  expect(warning('dev', ['x9.large'], 1)).toBeUndefined();
});

test.each(['dev', 'prod'] as const)(
  'a synth of %s says so at the stack that people name, and not where all fit',
  (name) => {
    const said = (minSize: number) =>
      synth({
        configs: [
          config(name, { kubernetes: { serviceNodes: { instanceTypes: ['m6i.xlarge'], minSize, maxSize: 20 } } }),
        ],
        chart: chartWith(name, { serviceDefaults: { hpa: { maxReplicas: 20 } } }),
        kubectl: STUB_KUBECTL,
      })
        .assembly()
        .stacks.flatMap(({ id, messages }) => messages.map(({ entry }) => `${id}: ${String(entry.data)}`))
        .filter((message) => message.includes('find no place'));

    expect(said(1)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Erp${name === 'dev' ? 'Dev' : 'Prod'}: .*serviceNodes\\.minSize in .*/${name}\\.ts is 1: .*hpa\\.maxReplicas`,
        ),
      ),
    ]);
    expect(said(8)).toEqual([]);
  },
);
