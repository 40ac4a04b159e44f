import { randomUUID } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';

/** What is made of other files and kept; `npm ci` empties it. */
const CACHE = path.join(__dirname, '..', 'node_modules', '.cache', 'erp-platform');

/**
 * A file or folder that is made once and then kept.
 *
 * Several processes may make it at once: each at a path of its own, and the first to finish provides it.
 *
 * @param name path inside the cache; it changes with everything that the file or folder is made of
 * @param make writes the file or folder to the path that it gets, in a folder that exists
 * @param cache another folder than that of this checkout
 * @returns absolute path of the file or folder
 */
export function cached(name: string, make: (path: string) => void, cache = CACHE): string {
  const kept = path.join(cache, name);
  if (fs.existsSync(kept)) return kept;
  const making = `${kept}.${randomUUID()}`;
  fs.mkdirSync(path.dirname(kept), { recursive: true });
  try {
    make(making);
    fs.renameSync(making, kept);
  } catch (error) {
    fs.rmSync(making, { recursive: true, force: true });
    if (!fs.existsSync(kept)) throw error;
  }
  return kept;
}

/**
 * A folder that is made once and then kept, while the process goes on.
 *
 * @param name path inside the cache
 * @param make fills the folder that it gets
 * @param cache folder that outlives this checkout
 */
export async function cachedAsync(name: string, make: (path: string) => Promise<void>, cache: string): Promise<string> {
  const kept = path.join(cache, name);
  if (fs.existsSync(kept)) return kept;
  const making = `${kept}.${randomUUID()}`;
  fs.mkdirSync(making, { recursive: true });
  try {
    await make(making);
    fs.renameSync(making, kept);
  } catch (error) {
    fs.rmSync(making, { recursive: true, force: true });
    if (!fs.existsSync(kept)) throw error;
  }
  return kept;
}
