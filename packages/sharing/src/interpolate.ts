import { add, fromInteger, inverse, mul, sub } from "@tutti/field";
import type { Shares } from "./open.ts";
import { MAX_HOLDERS } from "./scheme.ts";

/** The value at `target` of the polynomials through the points of `base` (holder indices; holder i is the point i + 1). */
export function lagrange(base: readonly number[], shares: Shares<Uint32Array>, target: number): Uint32Array {
  const values = new Uint32Array(shares[base[0]!]!.length);
  for (const i of base) {
    const weight = lagrangeWeight(base, i, target);
    const vector = shares[i]!;
    for (let j = 0; j < values.length; j++) values[j] = add(values[j]!, mul(weight, vector[j]!));
  }
  return values;
}

/** Whether the points of these holders lie on polynomials of at most that degree. */
export function agree(holders: readonly number[], shares: Shares<Uint32Array>, degree: number): boolean {
  const base = holders.slice(0, degree + 1);
  return holders.slice(degree + 1).every((i) => {
    const weights = Uint32Array.from(base, (k) => lagrangeWeight(base, k, i + 1));
    return shares[i]!.every((share, j) => base.reduce((sum, k, at) => add(sum, mul(weights[at]!, shares[k]![j]!)), 0) === share);
  });
}

function lagrangeWeight(base: readonly number[], i: number, target: number): number {
  let weight = 1;
  for (const k of base) {
    if (k === i) continue;
    const quotient = mul(fromInteger(target - k - 1), INVERSES[Math.abs(i - k)]!);
    weight = mul(weight, i > k ? quotient : sub(0, quotient));
  }
  return weight;
}

/** The inverses of 0 (none: it stays 0) … 15, the distances between points. */
const INVERSES: readonly number[] = Array.from({ length: MAX_HOLDERS + 1 }, (_, i) => (i === 0 ? 0 : inverse(i)));
