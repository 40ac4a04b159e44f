import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cached, cachedAsync } from '../../lib/cache';

const folder = `test-${randomUUID()}`;
let root: string;

beforeAll(() => {
  root = dirname(cached(join(folder, 'first'), (path) => writeFileSync(path, '')));
});
afterAll(() => rmSync(root, { recursive: true }));

test('makes a thing once', () => {
  const make = jest.fn((path: string) => writeFileSync(path, 'made'));
  const path = cached(join(folder, 'once'), make);
  expect([cached(join(folder, 'once'), make), readFileSync(path, 'utf8')]).toEqual([path, 'made']);
  expect(make).toHaveBeenCalledTimes(1);
});

test('keeps nothing of a thing that could not be made, and says why', () => {
  const fail = (path: string) => {
    writeFileSync(path, 'half');
    throw new Error('no space left');
  };
  expect(() => cached(join(folder, 'broken'), fail)).toThrow('no space left');
  expect(readdirSync(root).filter((name) => name.startsWith('broken'))).toEqual([]);
});

test.each(['file', 'folder'])('takes the %s that another process has made meanwhile', (kind) => {
  const write = (path: string, content: string) => {
    if (kind === 'folder') mkdirSync(path);
    writeFileSync(kind === 'folder' ? join(path, 'content') : path, content);
  };
  const name = join(folder, kind);
  const path = cached(name, (own) => {
    cached(name, (theirs) => write(theirs, 'same'));
    write(own, 'same');
  });
  expect(readFileSync(kind === 'folder' ? join(path, 'content') : path, 'utf8')).toBe('same');
  expect(readdirSync(root).filter((entry) => entry.startsWith(`${kind}.`))).toEqual([]);
});

test('keeps what takes minutes in the folder that it is given, and makes it again where that failed', async () => {
  const make = jest.fn((path: string) => Promise.resolve(writeFileSync(join(path, 'program'), 'built')));
  await expect(cachedAsync('programs', () => Promise.reject(new Error('no compiler')), root)).rejects.toThrow(
    'no compiler',
  );
  const path = await cachedAsync('programs', make, root);
  expect([path, await cachedAsync('programs', make, root)]).toEqual([join(root, 'programs'), join(root, 'programs')]);
  expect(readFileSync(join(path, 'program'), 'utf8')).toBe('built');
  expect(make).toHaveBeenCalledTimes(1);
});
