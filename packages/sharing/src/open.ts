import { fromInteger, P, WIDE_P } from "@tutti/field";
import { SharingFault } from "./fault.ts";
import { decodeErrors, lagrange } from "./interpolate.ts";
import { pointsNeeded, type Scheme } from "./scheme.ts";

/** The shares that arrived, by holder; null for a holder that is gone. */
export type Shares<V> = readonly (V | null)[];

/**
 * The secrets behind a vector of sharings of at most the given degree, checked against **all** points received.
 * @throws SharingFault `missing` when fewer than `pointsNeeded` holders are there; `opening` when the points of some
 * element do not lie on one polynomial, naming the holders where decoding names them.
 */
export function open(scheme: Scheme, shares: Shares<Uint32Array>, degree: number): Uint32Array {
  const present = presentOf(scheme, shares, degree);
  const values =
    present.length === scheme.holders
      ? openByDifferences(
          present.map((i) => shares[i]!),
          degree,
        )
      : openByLagrange(present, shares, degree);
  if (values === null) throw wrongOpening(present, shares, degree);
  return values;
}

/** The same for wide sharings. */
export function openWide(scheme: Scheme, shares: Shares<BigUint64Array>, degree: number): BigUint64Array {
  const present = presentOf(scheme, shares, degree);
  const base = present.slice(0, degree + 1);
  const length = shares[present[0]!]!.length;
  const at = (target: number): BigUint64Array => {
    const weights = base.map((i) => wideWeight(base, i, target));
    return BigUint64Array.from({ length }, (_, j) => base.reduce((sum, i, k) => (sum + weights[k]! * shares[i]![j]!) % WIDE_P, 0n));
  };
  for (const i of present.slice(degree + 1)) {
    const expected = at(i + 1);
    if (expected.some((x, j) => x !== shares[i]![j]))
      throw new SharingFault("opening", "the points of an opened sum do not agree: a holder sent a wrong share");
  }
  return at(0);
}

function presentOf(scheme: Scheme, shares: Shares<unknown>, degree: number): number[] {
  const present = shares.flatMap((share, i) => (share === null ? [] : [i]));
  if (present.length < pointsNeeded(scheme, degree)) {
    throw new SharingFault("missing", "too few holders are left to open this and to see a lie");
  }
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
  const base = present.slice(0, degree + 1);
  for (const i of present.slice(degree + 1)) {
    const expected = lagrange(base, shares, i + 1);
    if (expected.some((x, j) => x !== shares[i]![j])) return null;
  }
  return lagrange(base, shares, 0);
}

function wrongOpening(present: readonly number[], shares: Shares<Uint32Array>, degree: number): SharingFault {
  const blame = decodeErrors(present, shares, degree) ?? [];
  return new SharingFault("opening", "the points of an opened value do not lie on one polynomial: a holder sent a wrong share", blame);
}

function wideWeight(base: readonly number[], i: number, target: number): bigint {
  let above = 1n;
  let below = 1n;
  for (const k of base) {
    if (k === i) continue;
    above = (above * (BigInt(target - k - 1) + WIDE_P)) % WIDE_P;
    below = (below * (BigInt(i - k) + WIDE_P)) % WIDE_P;
  }
  return (above * widePower(below, WIDE_P - 2n)) % WIDE_P;
}

function widePower(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % WIDE_P) {
    if (rest & 1n) result = (result * square) % WIDE_P;
  }
  return result;
}
