import { roomOf } from '../../../lib/config/instance-types';

// What AWS and nodeadm publish: pods per type in eni-max-pods.txt, reservations by its formulas.
test.each([
  ['t3.medium', { cpu: 1930, pods: 17 }],
  ['t3.large', { cpu: 1930, pods: 35 }],
  ['t3.xlarge', { cpu: 3920, pods: 58 }],
  ['m6i.xlarge', { cpu: 3920, pods: 58 }],
  ['c6i.2xlarge', { cpu: 7910, pods: 58 }],
  ['m5.4xlarge', { cpu: 15890, pods: 234 }],
])('%s leaves the published room to pods', (type, room) => {
  expect(roomOf(type, false)).toMatchObject(room);
});

test('memory is what hypervisor, reservations and eviction leave', () => {
  // 4096 MiB, less 7.5 %, less 255 + 17 * 11, less 100.
  expect(roomOf('t3.medium', false)?.memory).toBe(3788 - 442 - 100);
});

test('prefixes raise the pods to 110 and change no reservation', () => {
  const single = roomOf('t3.medium', false);

  expect(roomOf('t3.medium', true)).toEqual({ ...single, pods: 110 });
});

test('a type of no table is unknown', () => {
  expect(roomOf('x9.huge', false)).toBeUndefined();
});
