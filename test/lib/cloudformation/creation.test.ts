import type { EnvironmentConfig } from '../../../lib/config/environment';
import { configsForRun } from '../../../lib/config/run';
import type { Template } from '../../../lib/assembly/assembly';
import { delivery } from '../platform/delivery/fixture';
import { CONFIGS, chartWith, config, synth } from '../synth';
import { Account, type ModelStack } from './account';

interface AppOptions {
  readonly configs?: readonly EnvironmentConfig[];
  readonly chart?: string;

  /** Value of `-c protection`. */
  readonly protection?: 'off';
}

function stacksOf({ configs = Object.values(CONFIGS), chart, protection }: AppOptions): ModelStack[] {
  return synth({ configs: configsForRun(configs, (key) => (key === 'protection' ? protection : undefined)), chart })
    .assembly()
    .stacks.map(({ stackName, template, terminationProtection = false }) => ({
      name: stackName,
      template: template as Template,
      terminationProtection,
    }));
}

/** An environment with both Kafkas, and the one that it uses. */
const kafka = (environment: 'dev' | 'prod', mode: string): AppOptions => ({
  configs: [
    config(environment, { msk: CONFIGS.prod.msk, kubernetes: { kafkaNodes: CONFIGS.dev.kubernetes.kafkaNodes } }),
  ],
  chart: chartWith(environment, { kafka: { mode } }),
});

const apps: readonly (readonly [name: string, options: AppOptions])[] = [
  ['as shipped', {}],
  [
    'with pipelines',
    { configs: [config('dev', { delivery }), config('prod', { delivery: { ...delivery, approval: true } })] },
  ],
  ['dev with MSK', kafka('dev', 'msk')],
  ['prod with Kafka in the cluster', kafka('prod', 'kraft')],
];

/** Every stack of every app once: most are the same in all of them. */
const stacks = [
  ...new Map(
    apps.flatMap(([app, options]) =>
      stacksOf({ ...options, protection: 'off' }).map(
        (stack) => [JSON.stringify(stack), [`${stack.name}, ${app}`, stack]] as const,
      ),
    ),
  ).values(),
] as (readonly [name: string, stack: ModelStack])[];

test.each(stacks)('%s, can be created again, whichever of its resources failed the first time', (_, stack) => {
  const logicalIds = Object.keys(stack.template.Resources ?? {});
  expect(logicalIds.length).toBeGreaterThan(0);
  for (const failAt of logicalIds) {
    const account = new Account();
    const first = account.create(stack, { failAt });
    const taken = account.takenNames;
    expect({ failAt, first, taken, second: account.create(stack) }).toEqual({
      failAt,
      first: { status: 'ROLLBACK_COMPLETE', reasons: [`${failAt}: failed`] },
      taken: [],
      second: { status: 'CREATE_COMPLETE', reasons: [] },
    });
  }
});

test('each stack that the command line can name is among them', () => {
  const names = new Set(stacks.map(([, { name }]) => name));
  expect(names).toEqual(
    new Set([
      'ErpRegistry',
      ...['ErpDev', 'ErpProd'].flatMap((prefix) =>
        ['', 'Network', 'Data', 'Cluster', 'Employee', 'Edge', 'Delivery'].map((stack) => `${prefix}${stack}`),
      ),
      'ErpProdFirewall',
      'ErpProdGlobal',
    ]),
  );
});

describe('without the switch', () => {
  const protectedStacks = new Map(stacksOf({}).map((stack) => [stack.name, stack]));

  test.each([
    ['ErpProdData', 'AWS::RDS::DBInstance'],
    ['ErpProdCluster', 'AWS::EKS::Cluster'],
    ['ErpProdEdge', 'AWS::Cognito::UserPool'],
    ['ErpProdEdge', 'AWS::ElasticLoadBalancingV2::LoadBalancer'],
  ])('a creation of %s that fails cannot be rolled back, for its %s', (name, type) => {
    const stack = protectedStacks.get(name)!;
    const [last] = Object.entries(stack.template.Resources!)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId]) => logicalId);
    const account = new Account();
    const { status, reasons } = account.create(stack, { failAt: last });
    expect(status).toBe('ROLLBACK_FAILED');
    expect(reasons).toContain(`${last}: is protected against deletion`);
    expect(account.create(stack).status).toBe('REFUSED');
  });

  test('even a stack that was rolled back stands in its own way', () => {
    const stack = protectedStacks.get('ErpProdNetwork')!;
    const account = new Account();
    const [failAt] = Object.keys(stack.template.Resources!);
    expect(account.create(stack, { failAt }).status).toBe('ROLLBACK_COMPLETE');
    expect(account.create(stack)).toEqual({
      status: 'REFUSED',
      reasons: ['ErpProdNetwork: is protected against termination'],
    });
  });

  test('dev can be created again all the same', () => {
    for (const [name, { terminationProtection }] of protectedStacks) {
      if (name.startsWith('ErpDev')) expect([name, terminationProtection]).toEqual([name, false]);
    }
  });
});
