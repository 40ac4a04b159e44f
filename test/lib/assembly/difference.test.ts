import { differences } from '../../../lib/assembly/difference';

test('the order of keys and of named elements is no difference', () => {
  const before = { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }, { name: 'b' }] };
  const after = { containers: [{ name: 'b' }, { env: [{ value: '1', name: 'X' }], name: 'a' }] };

  expect(differences(before, after)).toEqual([]);
});

test('an element of a list is known by its name, wherever it stands', () => {
  const before = {
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
  };
  const after = {
    env: [
      { name: 'B', value: '3' },
      { name: 'C', value: '4' },
    ],
  };

  expect(differences(before, after)).toEqual([
    { path: 'env[A]', before: { name: 'A', value: '1' } },
    { path: 'env[B].value', before: '2', after: '3' },
    { path: 'env[C]', after: { name: 'C', value: '4' } },
  ]);
});

test('two ports of one number are told apart by their names', () => {
  const before = {
    ports: [
      { containerPort: 80, name: 'http' },
      { containerPort: 80, name: 'udp' },
    ],
  };
  const after = {
    ports: [
      { containerPort: 80, name: 'http' },
      { containerPort: 81, name: 'udp' },
    ],
  };

  expect(differences(before, after)).toEqual([{ path: 'ports[udp].containerPort', before: 80, after: 81 }]);
});

test('the order of arguments is a difference, the order of other plain values is none', () => {
  expect(differences({ args: ['a', 'b'] }, { args: ['b', 'a'] })).toHaveLength(2);
  expect(differences({ cidrs: ['a', 'b'] }, { cidrs: ['b', 'a'] })).toEqual([]);
});

test('elements without a name differ where one side has no equal', () => {
  const rule = (port: number) => ({ from: [{ ip: '10.0.0.0/8' }], ports: [{ port }] });

  expect(differences({ ingress: [rule(1), rule(2)] }, { ingress: [rule(2), rule(3)] })).toEqual([
    { path: 'ingress[0].ports[1]', before: { port: 1 } },
    { path: 'ingress[0].ports[3]', after: { port: 3 } },
  ]);
});

test('a key with dots stands in brackets', () => {
  expect(differences({ labels: { 'helm.sh/chart': 'a-1' } }, { labels: { 'helm.sh/chart': 'a-2' } })).toEqual([
    { path: 'labels[helm.sh/chart]', before: 'a-1', after: 'a-2' },
  ]);
});

test('a list that becomes something else is one difference', () => {
  expect(differences({ a: [1] }, { a: 'text' })).toEqual([{ path: 'a', before: [1], after: 'text' }]);
  expect(differences({}, { a: [{ name: 'x' }] })).toEqual([{ path: 'a', after: [{ name: 'x' }] }]);
});
