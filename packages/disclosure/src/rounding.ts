/** A number of patients as the nearest multiple of a base, halves upwards: what a policy with `rounding` releases. Base 1 leaves it as it is. */
export function rounded(count: number, base: number): number {
  return Math.floor((2 * count + base) / (2 * base)) * base;
}

/** The total that is released beside rounded parts: their sum where all are there, so that nothing can be told from a difference; else itself, rounded. */
export function roundedTotal(total: number | null, parts: readonly (number | null)[], base: number): number | null {
  if (total === null || base === 1) return total;
  const all = parts.length > 0 && parts.every((part) => part !== null);
  return all ? parts.reduce<number>((sum, part) => sum + rounded(part!, base), 0) : rounded(total, base);
}
