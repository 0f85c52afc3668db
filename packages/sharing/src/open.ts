import { fromInteger, P } from "@tutti/field";
import { explanations } from "./decode.ts";
import { SharingFault } from "./fault.ts";
import { agree, lagrange } from "./interpolate.ts";
import { agreeWide, lagrangeWide } from "./interpolate-wide.ts";
import { pointsNeeded, type Scheme } from "./scheme.ts";

/** The shares that arrived, by holder; null for a holder that is gone. */
export type Shares<V> = readonly (V | null)[];

/**
 * The secrets behind a vector of sharings of at most the given degree, checked against **all** points received.
 * @throws SharingFault `missing` when fewer than `pointsNeeded` holders are there; `opening` when the points of some
 * element do not lie on one polynomial, naming the holders where that is proven (see `explanations`).
 */
export function open(scheme: Scheme, shares: Shares<Uint32Array>, degree: number): Uint32Array {
  const present = presentOf(scheme, shares, degree);
  const all = shares.filter((share) => share !== null);
  const values = all.length === scheme.holders ? openByDifferences(all, degree) : openByLagrange(present, shares, degree);
  if (values !== null) return values;
  throw wrongShare(explanations(scheme, present, (holders) => agree(holders, shares, degree)));
}

/** The same for wide sharings. */
export function openWide(scheme: Scheme, shares: Shares<BigUint64Array>, degree: number): BigUint64Array {
  const present = presentOf(scheme, shares, degree);
  if (agreeWide(present, shares, degree)) return lagrangeWide(present.slice(0, degree + 1), shares, 0);
  throw wrongShare(explanations(scheme, present, (holders) => agreeWide(holders, shares, degree)));
}

function presentOf(scheme: Scheme, shares: Shares<{ readonly length: number }>, degree: number): number[] {
  const present = shares.flatMap((share, i) => (share === null ? [] : [i]));
  if (present.length < pointsNeeded(scheme, degree)) {
    throw new SharingFault("missing", "too few holders are left to open this and to see a lie; ask again with those who are there");
  }
  if (present.some((i) => shares[i]!.length !== shares[present[0]!]!.length)) throw wrongShare([]);
  return present;
}

/**
 * All points 1 … n are there: Newton's forward differences. A polynomial of degree d has vanishing differences of
 * order d + 1, and its value at 0 is Σ (−1)^k Δ^k f(1): additions only, and exact in doubles because a difference
 * of order k ≤ 15 is below 2^(31 + k).
 */
function openByDifferences(shares: readonly Uint32Array[], degree: number): Uint32Array | null {
  const n = shares.length;
  const values = new Uint32Array(shares[0]!.length);
  const difference = new Float64Array(n);
  for (let j = 0; j < values.length; j++) {
    for (let i = 0; i < n; i++) difference[i] = shares[i]![j]!;
    let value = difference[0]!;
    let sign = -1;
    for (let order = 1; order <= degree + 1; order++) {
      for (let i = 0; i < n - order; i++) difference[i] = difference[i + 1]! - difference[i]!;
      if (order <= degree) value += sign * difference[0]!;
      sign = -sign;
    }
    for (let i = 0; i < n - degree - 1; i++) if (difference[i]! % P !== 0) return null;
    values[j] = fromInteger(value);
  }
  return values;
}

function openByLagrange(present: readonly number[], shares: Shares<Uint32Array>, degree: number): Uint32Array | null {
  return agree(present, shares, degree) ? lagrange(present.slice(0, degree + 1), shares, 0) : null;
}

function wrongShare(liars: readonly number[][]): SharingFault {
  const blame = liars.length === 1 ? liars[0]! : [];
  return new SharingFault("opening", "the points of an opened value do not lie on one polynomial: a holder sent a wrong share", blame);
}
