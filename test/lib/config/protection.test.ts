import { configsForRun } from '../../../lib/config/run';
import { replacementOf } from '../../../lib/tools/review/schema';
import { type Resource, CONFIGS, synth } from '../synth';

const configs = Object.values(CONFIGS);

test.each([undefined, 'on'])('%s leaves it to the config', (value) => {
  expect(configsForRun(configs, (key) => (key === 'protection' ? value : undefined))).toMatchObject(configs);
});

test.each(['of', 'false', '', true, false])('%p is refused', (value) => {
  expect(() => configsForRun(configs, (key) => (key === 'protection' ? value : undefined))).toThrow(
    `command line: -c protection is ${JSON.stringify(value)}; allowed: on, off`,
  );
});

test('what outlives its stacks cannot go without protection by config, only for one run', () => {
  const unprotected = { ...CONFIGS.prod, protection: false };
  expect(() => configsForRun([unprotected], () => undefined)).toThrow(
    'prod.ts: protection is false; allowed: true while removal is retain; -c protection=off leaves it out of the run that creates the environment',
  );
  expect(configsForRun([{ ...unprotected, removal: 'destroy' }], () => undefined)).toHaveLength(1);
});

describe('off', () => {
  const stacksOf = (value?: string) =>
    synth({ configs: configsForRun(configs, (key) => (key === 'protection' ? value : undefined)) })
      .assembly()
      .stacks.map(({ stackName, template, terminationProtection = false }) => ({
        stackName,
        terminationProtection,
        ...(template as { Resources: Record<string, Resource> }),
      }));
  const [on, off] = [stacksOf(), stacksOf('off')];
  const changes = on.flatMap((stack, i) =>
    Object.entries(stack.Resources).flatMap(([logicalId, resource]) => {
      const other = off[i]!.Resources[logicalId]!;
      const names = [...new Set([...Object.keys(resource.Properties ?? {}), ...Object.keys(other.Properties ?? {})])];
      return names
        .filter((name) => JSON.stringify(resource.Properties[name]) !== JSON.stringify(other.Properties[name]))
        .map((name) => ({ type: resource.Type, name, stack: stack.stackName, logicalId }));
    }),
  );
  test('takes away termination protection, and nothing of what makes the stacks', () => {
    expect(off.map(({ stackName }) => stackName)).toEqual(on.map(({ stackName }) => stackName));
    expect(off.filter(({ terminationProtection }) => terminationProtection)).toEqual([]);
    expect(on.map(({ Resources }) => Object.keys(Resources))).toEqual(
      off.map(({ Resources }) => Object.keys(Resources)),
    );
  });

  test('changes deletion protection alone, of prod alone, so that the next run adds it and replaces nothing', () => {
    expect(changes.map(({ stack, type, name }) => `${stack} ${type}.${name}`).sort()).toEqual([
      'ErpProdCluster AWS::EKS::Cluster.DeletionProtection',
      'ErpProdData AWS::RDS::DBInstance.DeletionProtection',
      'ErpProdEdge AWS::Cognito::UserPool.DeletionProtection',
      'ErpProdEdge AWS::ElasticLoadBalancingV2::LoadBalancer.LoadBalancerAttributes',
      'ErpProdEdge AWS::ElasticLoadBalancingV2::LoadBalancer.LoadBalancerAttributes',
    ]);
    for (const { type, name } of changes) expect([type, replacementOf(type, [name])]).toEqual([type, 'no']);
  });

  test('changes no other attribute of the load balancers', () => {
    for (const { stack, logicalId } of changes.filter(({ name }) => name === 'LoadBalancerAttributes')) {
      const attributes = (stacks: typeof on) =>
        (
          stacks.find(({ stackName }) => stackName === stack)!.Resources[logicalId]!.Properties
            .LoadBalancerAttributes as { Key: string }[]
        ).filter(({ Key }) => !/protection/.test(Key));
      expect(attributes(off)).toEqual(attributes(on));
    }
  });
});
