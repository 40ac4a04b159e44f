import type { Pod } from 'kubernetes-types/core/v1';
import { readyToServe, requiredConfig, terminationSeconds } from '../../../../../lib/tools/rehearsal/cluster/kubelet';

const container = { name: 'app', image: 'app:1' };

function pod(spec: object, status: object = {}): Pod {
  return { metadata: { name: 'app' }, spec: { containers: [container], ...spec }, status } as Pod;
}

const sleeping = (seconds: number) => ({ ...container, lifecycle: { preStop: { sleep: { seconds } } } });

test.each([
  ['hook and shutdown', { containers: [sleeping(35)], terminationGracePeriodSeconds: 65 }, 40],
  ['the longest hook', { containers: [sleeping(10), sleeping(35)], terminationGracePeriodSeconds: 65 }, 40],
  ['no more than the grace period', { containers: [sleeping(35)], terminationGracePeriodSeconds: 20 }, 20],
  ['shutdown alone without a hook', { terminationGracePeriodSeconds: 180 }, 5],
])('a pod that ends keeps its place for %s', (_, spec, seconds) => {
  expect(terminationSeconds(pod(spec))).toBe(seconds);
});

test('a pod that is deleted with another grace period keeps to that', () => {
  const deleted = pod({ containers: [sleeping(35)], terminationGracePeriodSeconds: 65 });
  expect(terminationSeconds({ ...deleted, metadata: { deletionGracePeriodSeconds: 0 } })).toBe(0);
});

test('a pod needs what its environment and volumes name, once, and not what is optional', () => {
  const env = [
    { name: 'URI', valueFrom: { secretKeyRef: { name: 'mongodb-secret', key: 'uri' } } },
    { name: 'USER', valueFrom: { secretKeyRef: { name: 'mongodb-secret', key: 'user' } } },
    { name: 'NOT', valueFrom: { secretKeyRef: { name: 'other', key: 'x', optional: true } } },
  ];
  const volumes = [{ name: 'config', configMap: { name: 'app-config' } }];
  expect(requiredConfig(pod({ containers: [{ ...container, env }], volumes }))).toEqual([
    { kind: 'secret', name: 'mongodb-secret' },
    { kind: 'configmap', name: 'app-config' },
  ]);
});

test('a pod serves once its containers are ready and every gate is open', () => {
  const gated = { readinessGates: [{ conditionType: 'target-health/app' }] };
  const ready = { type: 'ContainersReady', status: 'True' };
  const open = { type: 'target-health/app', status: 'True' };
  expect(readyToServe(pod(gated, { conditions: [ready] }))).toBe(false);
  expect(readyToServe(pod(gated, { conditions: [open] }))).toBe(false);
  expect(readyToServe(pod(gated, { conditions: [ready, open] }))).toBe(true);
  expect(readyToServe(pod({}, { conditions: [ready] }))).toBe(true);
});
