import { add, fromInteger, inverse, mul } from "@tutti/field";
import type { Shares } from "./open.ts";

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

/** The Lagrange basis polynomial of holder i among `base`, at `target`. */
export function lagrangeWeight(base: readonly number[], i: number, target: number): number {
  let above = 1;
  let below = 1;
  for (const k of base) {
    if (k === i) continue;
    above = mul(above, fromInteger(target - k - 1));
    below = mul(below, fromInteger(i - k));
  }
  return mul(above, inverse(below));
}

/**
 * Reed–Solomon decoding by trial: the fewest holders, at most ⌊(points − degree − 1)/2⌋, without whom all points agree.
 * Up to that number they are the only such set. Null when there is none. Runs only when a lie has been seen, with
 * n ≤ 15: a few thousand trials at most.
 */
export function decodeErrors(present: readonly number[], shares: Shares<Uint32Array>, degree: number): number[] | null {
  const most = Math.floor((present.length - degree - 1) / 2);
  for (let size = 1; size <= most; size++) {
    for (const out of subsets(present, size)) {
      const rest = present.filter((i) => !out.includes(i));
      if (agree(rest, shares, degree)) return out;
    }
  }
  return null;
}

function agree(present: readonly number[], shares: Shares<Uint32Array>, degree: number): boolean {
  const base = present.slice(0, degree + 1);
  return present.slice(degree + 1).every((i) => lagrange(base, shares, i + 1).every((x, j) => x === shares[i]![j]));
}

function* subsets(items: readonly number[], size: number, from = 0): Generator<number[]> {
  if (size === 0) return yield [];
  for (let k = from; k <= items.length - size; k++) {
    for (const rest of subsets(items, size - 1, k + 1)) yield [items[k]!, ...rest];
  }
}
