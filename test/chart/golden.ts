import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Expects a generated file to be what is checked in. `npm run golden` writes the files anew, for a reviewer to read the
 * difference.
 */
export function expectFresh(path: string, content: string): void {
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, content);
  expect(content).toBe(readFileSync(path, 'utf8'));
}
