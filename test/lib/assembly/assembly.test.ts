import { environmentOf, stacksOf } from '../../../lib/assembly/assembly';
import { assemblyStack } from './stack';

test('the tag tells the environment, and a stack without it is shared', () => {
  expect(environmentOf({ tags: { project: 'erp', environment: 'devel' } })).toBe('devel');
  expect(environmentOf({ tags: { project: 'erp' } })).toBe('shared');
});

test('stacks of an environment come upstream first, whatever their names begin with', () => {
  const stacks = [
    assemblyStack('ErpDev', {}, { dependencies: ['ErpDevZone', 'ErpRegistry'] }),
    assemblyStack('ErpDevZone'),
    assemblyStack('ErpDevelNetwork', {}, { environment: 'devel' }),
    assemblyStack('ErpRegistry', {}, { environment: 'shared' }),
  ];

  expect(stacksOf({ stacks }, 'dev').map(({ name }) => name)).toEqual(['ErpDevZone', 'ErpDev']);
});

test('stacks that need each other are an error', () => {
  const stacks = [
    assemblyStack('A', {}, { dependencies: ['B'] }),
    assemblyStack('B', {}, { dependencies: ['A'] }),
    assemblyStack('C'),
  ];

  expect(() => stacksOf({ stacks }, 'dev')).toThrow('Stacks need each other: A, B');
});
