import { WIDE_P } from "@tutti/field";
import type { Shares } from "./open.ts";

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
  return holders.slice(degree + 1).every((i) => lagrangeWide(base, shares, i + 1).every((x, j) => x === shares[i]![j]));
}

function lagrangeWeight(base: readonly number[], i: number, target: number): bigint {
  let above = 1n;
  let below = 1n;
  for (const k of base) {
    if (k === i) continue;
    above = (above * (BigInt(target - k - 1) + WIDE_P)) % WIDE_P;
    below = (below * (BigInt(i - k) + WIDE_P)) % WIDE_P;
  }
  return (above * power(below, WIDE_P - 2n)) % WIDE_P;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % WIDE_P) {
    if (rest & 1n) result = (result * square) % WIDE_P;
  }
  return result;
}
