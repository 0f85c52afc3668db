import { add, fold, sub } from "@tutti/field";
import { type Masks, MASK_BITS, xorPublic } from "./mask.ts";
import { vanishes, vanishesDemand } from "./product.ts";
import type { Protocol } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import { type Demand, demandOf, type Supply } from "./supply.ts";

/** Whether the secret behind mask `mask` is at least the public `threshold`. */
export interface Comparison {
  readonly mask: number;
  readonly threshold: number;
}

/** Bits that hold 0 … n. */
export function bitsFor(n: number): number {
  return Math.max(1, 32 - Math.clz32(n));
}

/**
 * Opens, for secrets x with 0 ≤ x ≤ n that were opened masked as c = x + R mod P, only whether x ≥ threshold.
 *
 * All c are above n, so that nothing wrapped and c − R = x as integers, even if R is 2³¹ − 1. With 2^L > n, y = x − threshold + 2^L lies in
 * 0 … 2^(L+1) − 1 and its bit L is the answer: bit L of c' = c − threshold + 2^L, bit L of R and the borrow
 * [c' mod 2^L < R mod 2^L], exclusive-ored. The borrow is Damgård–Geisler–Krøigaard's comparison (ACISP 2007) of a
 * public with a shared number: of the L + 1 linear terms c_i − r_i + s + 3·Σ_{j>i} (c_j ⊕ r_j) at most one is 0, and
 * one is exactly when the comparison that the sign s = ±1 selects holds. Choosing s by bit L folds the exclusive or in
 * for nothing; a last bit appended to both numbers makes equality impossible.
 *
 * All L + 1 terms are multiplied together and with a random secret before anything opens, so that which of them was 0, the
 * place of the highest bit that differs, stays hidden.
 *
 * @param opened c of each mask
 * @param n the bound, below 2³⁰
 * @param comparisons any number of thresholds 1 … n, several a mask
 * @throws RangeError when n is too large, a threshold is not in 1 … n, or a c is not above n (`hide` masks those anew)
 */
export function* atLeast(
  scheme: Scheme,
  opened: Uint32Array,
  masks: Masks,
  n: number,
  comparisons: readonly Comparison[],
  supply: Supply,
): Protocol<boolean[]> {
  if (comparisons.length === 0) return [];
  if (bitsFor(n) >= MASK_BITS) throw new RangeError("secrets are compared up to 2³⁰ − 1; ask for fewer");
  if (comparisons.some(({ mask, threshold }) => opened[mask]! <= n || threshold < 1 || threshold > n)) {
    throw new RangeError("a comparison has a threshold 1 … n and a masked secret that opened above n");
  }
  const rho = supply.randoms(comparisons.length);
  return yield* vanishes(scheme, [...terms(opened, masks, n, comparisons), rho], supply);
}

/** What `atLeast` uses. */
export function atLeastDemand(n: number, comparisons: number): Demand {
  return demandOf({ randoms: comparisons, zeros: 0, doubles: 0 }, vanishesDemand(bitsFor(n) + 2, comparisons));
}

function terms(opened: Uint32Array, masks: Masks, n: number, comparisons: readonly Comparison[]): Uint32Array[] {
  const length = bitsFor(n);
  const result = Array.from({ length: length + 1 }, () => new Uint32Array(comparisons.length));
  comparisons.forEach(({ mask, threshold }, k) => {
    const shifted = opened[mask]! - threshold + 2 ** length;
    const bitOf = (i: number): number => Math.floor(shifted / 2 ** i) % 2;
    const flip = xorPublic(masks.bits[length]![mask]!, bitOf(length));
    const sign = sub(1, add(flip, flip));
    let higher = 0;
    for (let i = length - 1; i >= 0; i--) {
      const shared = masks.bits[i]![mask]!;
      result[i]![k] = add(add(sub(bitOf(i), shared), sign), higher);
      const differs = xorPublic(shared, bitOf(i));
      higher = add(higher, fold(3 * differs));
    }
    result[length]![k] = add(add(1, sign), higher);
  });
  return result;
}
