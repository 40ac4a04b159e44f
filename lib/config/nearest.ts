import { closest, distance } from 'fastest-levenshtein';

/** The known name that a misspelt one must have meant, unless there is none that is like it. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  // Distance takes time by the product of both lengths.
  if (known.length === 0 || name.length > 100) return undefined;
  const meant = closest(name, known);
  return distance(name.toLowerCase(), meant.toLowerCase()) <= Math.max(1, Math.floor(meant.length / 3))
    ? meant
    : undefined;
}
