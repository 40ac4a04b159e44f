import type { Pod } from 'kubernetes-types/core/v1';
import {
  type Sight,
  type Workload,
  misplaced,
  quorums,
  stacked,
  unsettled,
  wrongQuorums,
} from '../../../../../lib/tools/rehearsal/capacity/findings';
import type { GroupNode } from '../../../../../lib/tools/rehearsal/cluster/nodes';

const node = (name: string): GroupNode => ({
  name,
  group: name,
  zone: name.includes('2a') ? 'ap-northeast-2a' : 'ap-northeast-2c',
  instanceType: 't3.medium',
  labels: { workload: name.replace(/-.*/, '') },
  taints: name.startsWith('kafka') ? [{ key: 'workload', value: 'kafka', effect: 'NoSchedule' }] : [],
  allocatable: { cpu: '1930m', memory: '3246Mi', pods: '17' },
  volumes: 24,
  room: { cpu: 1930, memory: 3246, pods: 17 },
});
const NODES = ['service-2a', 'service-2c', 'kafka-2a', 'kafka-2c'].map(node);

const pod = (app: string, nodeName?: string, more: Partial<Pod> = {}): Pod => ({
  spec: { nodeName, containers: [] },
  ...more,
  metadata: { name: `${app}-0`, namespace: 'erp-dev', labels: { app }, ...more.metadata },
});

const workload = (kind: Workload['kind'], app: string, replicas: number, ready = replicas): Workload => ({
  kind,
  metadata: { name: app, namespace: 'erp-dev', generation: 1 },
  spec: { replicas, selector: { matchLabels: { app } } },
  status: { observedGeneration: 1, replicas, readyReplicas: ready, updatedReplicas: replicas },
});

const sight = (more: Partial<Sight>): Sight => ({ nodes: NODES, away: new Set(), pods: [], workloads: [], ...more });

test('a pod without a node is told with the scheduler’s words', () => {
  const why = {
    status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/4 nodes are available' }] },
  };

  expect(unsettled(sight({ pods: [pod('notification', undefined, why)] }))).toEqual([
    'notification-0 is Pending: 0/4 nodes are available',
  ]);
});

test('pods without a node for the same reason are one line', () => {
  expect(unsettled(sight({ pods: ['notification', 'approval', 'coredns'].map((app) => pod(app)) }))).toEqual([
    'notification-0 and 2 more are Pending: not looked at yet',
  ]);
});

test('a workload is whole when all its pods are ready and of one revision', () => {
  expect(unsettled(sight({ workloads: [workload('Deployment', 'notification', 2)] }))).toEqual([]);
  expect(unsettled(sight({ workloads: [workload('Deployment', 'notification', 2, 1)] }))).toEqual([
    'notification has 1 of 2 pods ready, 2 of them of its last revision',
  ]);
});

test('a pod that ends keeps its place, but on a lost node nobody waits for it', () => {
  const ending = pod('notification', 'service-2a', { metadata: { deletionTimestamp: '2026-11-25T00:00:00Z' } });

  expect(unsettled(sight({ pods: [ending] }))).toHaveLength(1);
  expect(unsettled(sight({ pods: [ending], away: new Set(['service-2a']) }))).toEqual([]);
});

test('brokers of a lost zone wait for it, services do not', () => {
  const lost = { away: new Set(['kafka-2c', 'service-2c']) };
  const pods = [pod('kafka', 'kafka-2c'), pod('notification', 'service-2c')];

  expect(unsettled(sight({ ...lost, pods, workloads: [workload('StatefulSet', 'kafka', 3, 2)] }))).toEqual([]);
  expect(unsettled(sight({ ...lost, pods, workloads: [workload('Deployment', 'notification', 2, 1)] }))).toHaveLength(
    1,
  );
});

test('two replicas on one node are told while there is another', () => {
  const both = {
    pods: [pod('coredns', 'service-2a'), pod('coredns', 'service-2a')],
    workloads: [workload('Deployment', 'coredns', 2)],
  };

  expect(stacked(sight(both))).toEqual(['2 of coredns stand on service-2a']);
  expect(stacked(sight({ ...both, away: new Set(['service-2c']) }))).toEqual([]);
});

describe('quorums', () => {
  const pods = [pod('kafka', 'kafka-2a'), pod('kafka', 'kafka-2a'), pod('kafka', 'kafka-2c')];
  const after = (lost: string) =>
    quorums(sight({ pods, workloads: [workload('StatefulSet', 'kafka', 3)], away: new Set([lost]) }));

  test('one that lost its majority is told', () => {
    expect(wrongQuorums(after('kafka-2c'), false)).toEqual([]);
    expect(wrongQuorums(after('kafka-2a'), false)).toEqual(['kafka has 1 of 3 members left']);
  });

  test('where the zone of the majorities is gone, one that goes on shows that they were elsewhere', () => {
    expect(wrongQuorums(after('kafka-2a'), true)).toEqual([]);
    expect(wrongQuorums(after('kafka-2c'), true)).toEqual([
      'kafka has 2 of 3 members left, so its majority was not in the zone that config names',
    ]);
  });
});

test('the table of places: services off the Kafka nodes and over both zones, Kafka on its own', () => {
  const services = ['notification'];

  expect(
    misplaced(sight({ pods: [pod('notification', 'service-2a'), pod('notification', 'service-2c')] }), services),
  ).toEqual([]);
  expect(misplaced(sight({ pods: [pod('notification', 'kafka-2a')] }), services)).toEqual([
    'notification-0 stands on a Kafka node',
  ]);
  expect(misplaced(sight({ pods: [pod('kafka', 'service-2a')] }), services)).toEqual([
    'kafka-0 stands on a service node',
  ]);
  expect(
    misplaced(sight({ pods: [pod('notification', 'service-2a'), pod('notification', 'service-2a')] }), services),
  ).toEqual(['notification stands 2 to 0 over the zones']);
});
