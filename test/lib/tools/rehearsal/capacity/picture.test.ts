import type { Pod } from 'kubernetes-types/core/v1';
import { type Scene, nodePicture } from '../../../../../lib/tools/rehearsal/capacity/picture';
import type { GroupNode } from '../../../../../lib/tools/rehearsal/cluster/nodes';

const NODE: GroupNode = {
  name: 'service-2a-1',
  group: 'service-2a',
  zone: 'ap-northeast-2a',
  instanceType: 't3.medium',
  labels: { workload: 'service' },
  taints: [],
  allocatable: { cpu: '2000m', memory: '3246Mi', pods: '17' },
  volumes: 24,
  room: { cpu: 2000, memory: 3246, pods: 17 },
};

const pod = (app: string, cpu: string, nodeName?: string): Pod => ({
  metadata: { name: `${app}-0`, labels: { app } },
  spec: { nodeName, containers: [{ name: app, resources: { requests: { cpu } } }] },
});

function markup(pods: readonly Pod[], away: readonly string[] = []): string {
  const scene: Scene = {
    what: 'steady <state>',
    verdict: 'ok',
    sight: { nodes: [NODE], away: new Set(away), pods, workloads: [] },
  };
  return nodePicture([scene], ['notification']).markup;
}

test('a node shows its pods, each as wide as the CPU that it asks for, and how full it is', () => {
  const drawn = markup([pod('notification', '500m', NODE.name), pod('coredns', '100m', NODE.name)]);

  expect(drawn).toContain('style="width: 25.0%" title="notification-0: 500m"');
  expect(drawn).toContain('style="width: 5.0%" title="coredns-0: 100m"');
  expect(drawn).toContain('0.6 of 2.0 cores, 2 of 17 pods');
  expect(drawn).toContain('1 notification, 1 others');
  expect(drawn).toContain('steady &lt;state&gt;: <span class="good">ok</span>');
});

test('a native sidecar counts, an init container that ends does not', () => {
  const { metadata, spec } = pod('notification', '400m', NODE.name);
  const initContainers = [
    { name: 'xray', restartPolicy: 'Always', resources: { requests: { cpu: '100m' } } },
    { name: 'once', resources: { requests: { cpu: '1' } } },
  ];

  expect(markup([{ metadata, spec: { ...spec!, initContainers } }])).toContain('notification-0: 500m');
});

test('a pod without a node stands apart, and a node that is gone is told', () => {
  expect(markup([pod('notification', '500m')])).toContain('no place</b> 1 pods');
  expect(markup([pod('notification', '500m', NODE.name)])).not.toContain('no place');
  expect(markup([], [NODE.name])).toContain('<div class="node away">');
});
