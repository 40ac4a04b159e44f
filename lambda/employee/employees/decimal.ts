/** A number of days as SQL text, `1.50`: exact, because a valid value is the double nearest to two decimals. */
export function toDecimal(days: number): string {
  return days.toFixed(2);
}

/** For people: `1 day`, `14.5 days`. */
export function inDays(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}

/** A DECIMAL column, which arrives as text, as the number that prints the same. */
export function fromDecimal(text: string): number {
  return Number(text);
}
