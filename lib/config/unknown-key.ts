import { closest, distance } from 'fastest-levenshtein';

/** What is allowed in the place of a key that is not known: the known one that it is like, or all. */
export function unknownKey(key: string, known: readonly string[]): string {
  // Distance takes time by the product of both lengths.
  const meant = known.length > 0 && key.length <= 100 ? closest(key, known) : undefined;
  const isLike = meant && distance(key.toLowerCase(), meant.toLowerCase()) <= Math.max(1, Math.floor(meant.length / 3));
  return `no such key; ${isLike ? `did you mean ${meant}?` : `known here: ${known.join(', ')}`}`;
}
