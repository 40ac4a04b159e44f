import { type Step, stepsFor } from '../../../../../lib/tools/rehearsal/capacity/scenarios';
import type { GroupNode } from '../../../../../lib/tools/rehearsal/cluster/nodes';

const node = (name: string, zone: string): GroupNode => ({
  name,
  group: name,
  zone,
  instanceType: 't3.medium',
  labels: { workload: name.replace(/-.*/, '') },
  taints: [],
  allocatable: { cpu: '1930m', memory: '3246Mi', pods: '17' },
  volumes: 24,
  room: { cpu: 1930, memory: 3246, pods: 17 },
});
const SERVICES = [node('service-2a-1', '2a'), node('service-2c-1', '2c')];
const KAFKA = [node('kafka-2a-1', '2a'), node('kafka-2c-1', '2c')];

const steps = (nodes: GroupNode[], majorityZone = '2a') => stepsFor({ nodes, majorityZone });
const lost = (all: readonly Step[]) =>
  all.filter(({ what }) => what.endsWith('lost')).map(({ what, stopsKafka }) => [what, stopsKafka]);

test('each zone is lost once, and Kafka stands still without that of its majorities alone', () => {
  expect(lost(steps([...SERVICES, ...KAFKA]))).toEqual([
    ['zone 2a lost', true],
    ['zone 2c lost', false],
  ]);
  expect(lost(steps([...SERVICES, ...KAFKA], '2c'))).toEqual([
    ['zone 2a lost', false],
    ['zone 2c lost', true],
  ]);
});

test('a zone that was lost comes back, and a release follows', () => {
  const all = steps(SERVICES).map(({ what }) => what);
  for (const zone of ['2a', '2c']) {
    const at = all.indexOf(`zone ${zone} lost`);
    expect(all.slice(at + 1, at + 3)).toEqual([`zone ${zone} back`, `a release after zone ${zone}`]);
  }
});

test('a full cluster exchanges a node where no other step needs it', () => {
  const isExchange = ({ what }: Step) => what.endsWith('at the maximum') && what.startsWith('node');
  const second = [node('service-2a-1', '2a'), node('service-2a-2', '2a'), node('service-2c-1', '2c')];

  expect(steps(SERVICES).some(isExchange)).toBe(false);
  expect(steps(second).find(isExchange)?.what).toBe('node service-2a-2 exchanged at the maximum');
});

test('a Kafka node is exchanged where there is one', () => {
  const isExchange = ({ what }: Step) => what.endsWith('exchanged');

  expect(steps(SERVICES).some(isExchange)).toBe(false);
  expect(steps([...SERVICES, ...KAFKA]).find(isExchange)?.what).toBe('node kafka-2a-1 exchanged');
});
