import {
  asTexts,
  dependenciesWithin,
  handlerError,
  inOrder,
  reversed,
} from '../../../../../lib/tools/rehearsal/cluster/stack';

const RESOURCES = {
  Namespace: {},
  Policy: { DependsOn: 'Namespace' },
  Chart: { DependsOn: ['Policy', 'Controller'] },
  Controller: {},
};
const dependencies = dependenciesWithin(RESOURCES, ['Namespace', 'Chart', 'Controller']);

async function order(of: ReturnType<typeof dependenciesWithin> | ReturnType<typeof reversed>, failing?: string) {
  const done: string[] = [];
  await inOrder(of, async (id) => {
    if (id === failing) throw new Error(`${id} failed`);
    done.push(id);
  }).catch((error: Error) => done.push(error.message));
  return done;
}

test('what stands between two resources in the cluster keeps their order', () => {
  expect([...dependencies.get('Chart')!].sort()).toEqual(['Controller', 'Namespace']);
});

test('a resource comes after all that it depends on, and goes before them', async () => {
  expect(await order(dependencies)).toEqual(['Namespace', 'Controller', 'Chart']);
  expect(await order(reversed(dependencies))).toEqual(['Chart', 'Namespace', 'Controller']);
});

test('nothing that depends on a failure begins, and the failure is told', async () => {
  expect(await order(dependencies, 'Namespace')).toEqual(['Controller', 'Namespace failed']);
});

test('what does not depend on each other is made at once', async () => {
  const begun: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const running = inOrder(dependenciesWithin(RESOURCES, ['Namespace', 'Controller']), async (id) => {
    begun.push(id);
    if (begun.length === 2) release();
    await held;
  });
  await running;
  expect(begun).toEqual(['Namespace', 'Controller']);
});

test('a custom resource gets every leaf as text', () => {
  expect(asTexts({ Wait: true, Count: 2, List: [false, 'a'], Map: { deep: 1 } })).toEqual({
    Wait: 'true',
    Count: '2',
    List: ['false', 'a'],
    Map: { deep: '1' },
  });
});

test('of the handler, the words of Helm or kubectl are told', () => {
  const output =
    'Traceback (most recent call last):\n  File "index.py"\nException: b\'Error: no\\nmatches for kind\'\n';
  expect(handlerError(output)).toBe('Error: no\nmatches for kind');
});
