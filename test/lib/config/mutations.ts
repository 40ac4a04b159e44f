import * as fc from 'fast-check';
import type { Values } from '../../../lib/config/values';

type Path = readonly (string | number)[];

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  NaN,
  '',
  ' ',
  '1',
  '한국어',
  'nul\0',
  'two\nlines',
  '../..',
  '/etc/passwd',
  'x'.repeat(100_000),
  [],
  [null],
  [['x']],
  {},
  { toString: 1 },
  Array.from({ length: 1000 }, (_, i) => `x${i}`),
];

const KEYS = [
  '',
  'x',
  '한국어',
  'nul\0',
  'two\nlines',
  '__proto__',
  'constructor',
  'toString',
  '0',
  '../..',
  'x'.repeat(1000),
];

/** A tree with one thing changed: a key deleted, added, misspelt, or another value in its place. */
export function mutations(tree: Values): fc.Arbitrary<Values> {
  const paths = fc.constantFrom(...pathsOf(tree));
  return fc.oneof(
    paths.map((path) => changed(tree, path, remove)),
    fc
      .tuple(paths, fc.constantFrom(...STRANGE))
      .map(([path, value]) => changed(tree, path, (parent, key) => set(parent, key, value))),
    fc
      .tuple(paths, fc.constantFrom(...KEYS), fc.constantFrom(...STRANGE))
      .map(([path, added, value]) => changed(tree, path, (parent) => set(parent, added, value))),
    fc.tuple(paths, fc.nat()).map(([path, at]) =>
      changed(tree, path, (parent, key) => {
        const value = (parent as Values)[key];
        remove(parent, key);
        set(parent, swapped(String(key), at), value);
      }),
    ),
  );
}

/** A name with two letters in each other's place. */
function swapped(name: string, at: number): string {
  const i = at % Math.max(1, name.length - 1);
  return name.slice(0, i) + (name[i + 1] ?? '') + (name[i] ?? '') + name.slice(i + 2);
}

function remove(parent: object, key: string | number): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

function set(parent: object, key: string | number, value: unknown): void {
  // Not an assignment, which would take __proto__ for something else.
  Object.defineProperty(parent, Array.isArray(parent) && typeof key === 'string' ? parent.length : key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function changed(tree: Values, path: Path, change: (parent: object, key: string | number) => void): Values {
  const copy = structuredClone(tree);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Values)[key], copy) as object;
  change(parent, path.at(-1) ?? '');
  return copy;
}

function pathsOf(node: unknown, path: Path = []): Path[] {
  const keys = Array.isArray(node) ? [...node.keys()] : Object.keys(node instanceof Object ? node : {});
  return keys.flatMap((key) => [[...path, key], ...pathsOf((node as Values)[key], [...path, key])]);
}
