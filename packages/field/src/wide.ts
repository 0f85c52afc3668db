/**
 * The prime of the wide field, 2⁶¹ − 1. Sums that may pass 2³¹ (of values, of squares) are shared in it: it is
 * only ever added in, so speed does not matter, and a sum opened in one piece tells no more than the sum.
 */
export const WIDE_P: bigint = (1n << 61n) - 1n;

/** a + b mod 2⁶¹ − 1. */
export function wideAdd(a: bigint, b: bigint): bigint {
  const sum = a + b;
  return sum >= WIDE_P ? sum - WIDE_P : sum;
}

/** a − b mod 2⁶¹ − 1. */
export function wideSub(a: bigint, b: bigint): bigint {
  return a >= b ? a - b : a - b + WIDE_P;
}

/** a · b mod 2⁶¹ − 1. */
export function wideMul(a: bigint, b: bigint): bigint {
  return (a * b) % WIDE_P;
}

/** True when every number is an element of the wide field. */
export function areWideElements(a: BigUint64Array): boolean {
  return a.every((x) => x < WIDE_P);
}
