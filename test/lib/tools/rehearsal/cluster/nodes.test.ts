import { addonPodsOf, nodesOf } from '../../../../../lib/tools/rehearsal/cluster/nodes';
import type { Assembly, AssemblyStack } from '../../../../../lib/assembly/assembly';
import { build } from '../../review/bench';

const dev = build();

/** The assembly with other properties of one resource. */
function changed(type: string, properties: (old: object) => object): Assembly {
  const stacks = dev.stacks.map((stack) => ({
    ...stack,
    resources: Object.fromEntries(
      Object.entries(stack.resources).map(([id, resource]) => [
        id,
        resource.Type === type ? { ...resource, Properties: properties(resource.Properties ?? {}) } : resource,
      ]),
    ),
  })) as AssemblyStack[];
  return { ...dev, stacks };
}

test('each zone gets a node of each group, with its label, its taint and the room of its type', () => {
  expect(nodesOf(dev, 'dev')).toEqual(
    ['2a', '2c']
      .flatMap((zone) => [
        expect.objectContaining({
          name: `service-${zone}-1`,
          zone: `ap-northeast-${zone}`,
          labels: expect.objectContaining({ workload: 'service', 'kubernetes.io/arch': 'amd64' }) as object,
          taints: [],
          allocatable: { cpu: '1930m', memory: '3246Mi', pods: '17' },
        }),
        expect.objectContaining({
          name: `kafka-${zone}-1`,
          zone: `ap-northeast-${zone}`,
          labels: expect.objectContaining({ workload: 'kafka' }) as object,
          taints: [{ key: 'workload', value: 'kafka', effect: 'NoSchedule' }],
          allocatable: { cpu: '1930m', memory: '6837Mi', pods: '35' },
        }),
      ])
      .sort((one, other) => order(one) - order(other)),
  );
});

const order = (node: unknown) => (/service/.test(JSON.stringify(node)) ? 0 : 1);

test('a group of more nodes has them all', () => {
  const larger = changed('AWS::EKS::Nodegroup', (group) => ({ ...group, ScalingConfig: { MinSize: 2, MaxSize: 3 } }));

  expect(nodesOf(larger, 'dev').map(({ name }) => name)).toContain('service-2c-2');
});

test('prefix delegation of the network add-on raises the pods of every node', () => {
  const prefixes = changed('AWS::EKS::Addon', (addon) => ({
    ...addon,
    ConfigurationValues: JSON.stringify({ env: { ENABLE_PREFIX_DELEGATION: 'true' } }),
  }));

  expect(nodesOf(prefixes, 'dev').map(({ allocatable }) => allocatable.pods)).toEqual(['110', '110', '110', '110']);
});

test('a type whose room nobody has written down is an error that says where', () => {
  const odd = changed('AWS::EKS::Nodegroup', (group) => ({ ...group, InstanceTypes: ['x9.huge'] }));

  expect(() => nodesOf(odd, 'dev')).toThrow('the room of a x9.huge is not known to lib/config/instance-types.ts');
});

test('the add-ons of the templates bring their pods, and no other', () => {
  const names = addonPodsOf(dev, 'dev').map(({ name }) => name);

  expect(names.sort()).toEqual([
    'aws-node',
    'coredns',
    'ebs-csi-controller',
    'ebs-csi-node',
    'eks-pod-identity-agent',
    'kube-proxy',
  ]);
});

test('an add-on whose pods nobody has written down is an error', () => {
  const odd = changed('AWS::EKS::Addon', (addon) => ({ ...addon, AddonName: 'other' }));

  expect(() => addonPodsOf(odd, 'dev')).toThrow('the pods of the add-on other are not known');
});
