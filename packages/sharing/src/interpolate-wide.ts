import { WIDE_P } from "@tutti/field";
import type { Shares } from "./open.ts";
import { MAX_HOLDERS } from "./scheme.ts";

/** The value at `target` of the polynomials through the wide points of `base` (holder indices; holder i is the point i + 1). */
export function lagrangeWide(base: readonly number[], shares: Shares<BigUint64Array>, target: number): BigUint64Array {
  const values = new BigUint64Array(shares[base[0]!]!.length);
  for (const i of base) {
    const weight = lagrangeWeight(base, i, target);
    const vector = shares[i]!;
    for (let j = 0; j < values.length; j++) values[j] = (values[j]! + weight * vector[j]!) % WIDE_P;
  }
  return values;
}

/** Whether the wide points of these holders lie on polynomials of at most that degree. */
export function agreeWide(holders: readonly number[], shares: Shares<BigUint64Array>, degree: number): boolean {
  const base = holders.slice(0, degree + 1);
  return holders.slice(degree + 1).every((i) => {
    const weights = base.map((k) => lagrangeWeight(base, k, i + 1));
    return shares[i]!.every((share, j) => base.reduce((sum, k, at) => sum + weights[at]! * shares[k]![j]!, 0n) % WIDE_P === share);
  });
}

function lagrangeWeight(base: readonly number[], i: number, target: number): bigint {
  let weight = 1n;
  for (const k of base) {
    if (k === i) continue;
    const quotient = (BigInt(target - k - 1) * INVERSES[Math.abs(i - k)]!) % WIDE_P;
    weight = (weight * (i > k ? quotient : -quotient)) % WIDE_P;
  }
  return weight < 0n ? weight + WIDE_P : weight;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % WIDE_P) {
    if (rest & 1n) result = (result * square) % WIDE_P;
  }
  return result;
}

/** The inverses of 0 (none: it stays 0) … 15, the distances between points. */
const INVERSES: readonly bigint[] = Array.from({ length: MAX_HOLDERS + 1 }, (_, i) => power(BigInt(i), WIDE_P - 2n));
