import { loadEnvironments } from '../../../lib/config';
import { configsForRun, parseContext } from '../../../lib/config/run';
import { CONFIGS, config, helmValues, only, synth } from '../synth';

const both = Object.values(CONFIGS);
const given = (context: Record<string, unknown>) => (key: string) => context[key];

test('a run that asks for nothing is what the config says', () => {
  const configs = configsForRun(both, given({}));
  expect(configs).toEqual(both.map((shipped) => ({ ...shipped, standIns: false })));
});

test('-c kubernetes moves every environment, with the layer of that version', () => {
  const { template } = synth({ configs: configsForRun(both, given({ kubernetes: '1.36' })) });
  for (const stack of ['ErpDevCluster', 'ErpProdCluster'])
    expect(only(template(stack), 'AWS::EKS::Cluster').Properties.Version).toBe('1.36');
  expect(CONFIGS.dev.kubernetes.version).toBe('1.31');
});

test('-c standIn reaches the release of the environment that it names, and no other', () => {
  const { template } = synth({ configs: configsForRun(both, given({ standIn: 'dev' })) });
  expect(helmValues(template('ErpDev'), 'erp-microservices').standIn).toEqual({ enabled: true });
  expect(helmValues(template('ErpProd'), 'erp-microservices').standIn).toBeUndefined();
});

test('stand-ins of the config need no run that asks for them', () => {
  const [environment] = loadEnvironments(configsForRun([config('dev', { standIns: true })], given({})));
  expect(environment!.values.standIn).toBe('hashicorp/http-echo');
});

test.each([
  [{ kubernetes: '1.30' }, '-c kubernetes is "1.30"; allowed: 1.31, 1.32, 1.33, 1.34, 1.35, 1.36'],
  [{ kubernetes: 1.36 }, '-c kubernetes is 1.36; allowed: 1.31'],
  [{ kubernetes: '' }, '-c kubernetes is ""; allowed: 1.31'],
  [{ standIn: 'true' }, '-c standIn is "true"; allowed: dev, prod'],
])('%j is refused with what is allowed', (context, message) => {
  expect(() => configsForRun(both, given(context))).toThrow(`  command line: ${message}`);
});

test('everything that is wrong is said at once', () => {
  expect(() => configsForRun(both, given({ kubernetes: 'x', standIn: 'y' }))).toThrow('2 problems');
});

test('a running cluster still goes one minor at a time', () => {
  const configs = [config('dev', { kubernetes: { deployedVersion: '1.31' } }), CONFIGS.prod];
  expect(() => configsForRun(configs, given({ kubernetes: '1.36' }))).toThrow(
    'command line: -c kubernetes is "1.36"; allowed: 1.31 or 1.32: the cluster of dev runs 1.31, and EKS upgrades one minor at a time',
  );
  expect(configsForRun(configs, given({ kubernetes: '1.32' }))[0]!.kubernetes.version).toBe('1.32');
});

describe('-c of a command', () => {
  test('reads key=value', () => {
    expect(parseContext(['kubernetes=1.36', 'standIn=dev'])).toEqual({ kubernetes: '1.36', standIn: 'dev' });
    expect(parseContext()).toEqual({});
  });

  test.each(['kubernets=1.36', 'kubernetes', 'toString=x', ''])('%p sets nothing', (pair) => {
    expect(() => parseContext([pair])).toThrow(`-c ${pair}: allowed are kubernetes=<value>, standIn=<value>`);
  });
});
