import * as fs from 'fs';
import * as path from 'path';
import type { Assembly } from '../../assembly/assembly';

/** A file of an asset that differs. */
export interface FileChange {
  readonly file: string;
  readonly effect: 'added' | 'removed' | 'changed';
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Files that differ between two assets.
 *
 * @param before beginning of the asset's hash
 * @returns undefined unless both are folders that are there
 */
export function changedFiles(base: Assembly, before: string, head: Assembly, after: string): FileChange[] | undefined {
  const [left, right] = [folder(base, before), folder(head, after)];
  if (!left || !right) return undefined;
  const [old, now] = [files(left), files(right)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((file): FileChange[] => {
    const [a, b] = [old.get(file), now.get(file)];
    if (a && b && a.equals(b)) return [];
    const effect = !a ? 'added' : !b ? 'removed' : 'changed';
    return [{ file, effect, bytesBefore: a?.length ?? 0, bytesAfter: b?.length ?? 0 }];
  });
}

function folder({ assets }: Assembly, prefix: string): string | undefined {
  const [, location] = [...assets].find(([hash]) => hash.startsWith(prefix)) ?? [];
  return location && fs.existsSync(location) && fs.statSync(location).isDirectory() ? location : undefined;
}

function files(root: string): Map<string, Buffer> {
  const entries = fs.readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(root, file), fs.readFileSync(file)];
    }),
  );
}
