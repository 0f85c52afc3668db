import type { Scheme } from "./scheme.ts";

/**
 * How many liars so many points of a polynomial of that degree prove: two polynomials agree in at most `degree` points, so that s ≤ t wrong points
 * could not be the work of t other liars as long as s + t < points − degree.
 */
export function provable(scheme: Scheme, points: number, degree: number): number {
  return Math.max(0, Math.min(scheme.degree, points - degree - 1 - scheme.degree));
}

/**
 * Reed–Solomon decoding by trial: the holders, at most `provable`, without whom all points agree; there is one such set
 * at most as long as no more than t lie. Null when there is none. Runs only when a lie has been seen, with n ≤ 15: a few hundred trials.
 * @param agrees whether the points of these holders lie on one polynomial
 */
export function decodeErrors(
  scheme: Scheme,
  present: readonly number[],
  degree: number,
  agrees: (rest: readonly number[]) => boolean,
): number[] | null {
  for (let size = 1; size <= provable(scheme, present.length, degree); size++) {
    for (const out of subsets(present, size)) {
      if (agrees(present.filter((i) => !out.includes(i)))) return out;
    }
  }
  return null;
}

function* subsets(items: readonly number[], size: number, from = 0): Generator<number[]> {
  if (size === 0) return yield [];
  for (let k = from; k <= items.length - size; k++) {
    for (const rest of subsets(items, size - 1, k + 1)) yield [items[k]!, ...rest];
  }
}
