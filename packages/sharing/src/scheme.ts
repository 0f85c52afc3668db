/** The largest number of holders of one sharing; larger networks draw a committee. */
export const MAX_HOLDERS = 15;

/**
 * Who holds the points of a secret: holder i (0 … n − 1) holds the value at i + 1 of a random polynomial of degree
 * `degree` whose value at 0 is the secret. Shamir, "How to share a secret", 1979.
 */
export interface Scheme {
  /** n, 3 … 15 */
  readonly holders: number;
  /** t: any t holders learn nothing, and with `malicious` strength up to t wrong shares are always detected. */
  readonly degree: number;
  /** 2t, the degree of a product of two sharings. */
  readonly productDegree: number;
  /**
   * `malicious`: n ≥ 3t + 1, a product opened by all holders has t points to spare. `passive`: n = 3, t = 1,
   * a product needs all three points, so a lie in one of them is not seen.
   */
  readonly strength: "malicious" | "passive";
}

/** The scheme of n holders: t = ⌊(n − 1)/3⌋, and t = 1 for n = 3. Throws a RangeError outside 3 … 15. */
export function schemeFor(holders: number): Scheme {
  if (!Number.isInteger(holders) || holders < 3 || holders > MAX_HOLDERS) {
    throw new RangeError(`a sharing has 3 to ${MAX_HOLDERS} holders`);
  }
  const degree = Math.max(1, Math.floor((holders - 1) / 3));
  return { holders, degree, productDegree: 2 * degree, strength: holders > 3 * degree ? "malicious" : "passive" };
}

/** How many points an opening of that degree needs: degree + 1 to know it, t more so that t lies show. */
export function pointsNeeded(scheme: Scheme, degree: number): number {
  return Math.min(scheme.holders, degree + 1 + scheme.degree);
}
