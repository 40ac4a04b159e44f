const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * A Kubernetes quantity as a number: `500m` is 0.5, `256Mi` is 268435456.
 *
 * @returns undefined for anything that is no quantity
 */
export function parseQuantity(quantity: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-zA-Z]{0,2})$/.exec(typeof quantity === 'object' ? '' : String(quantity));
  const factor = match && FACTORS[match[2] ?? ''];
  return match && factor ? Number(match[1]) * factor : undefined;
}
