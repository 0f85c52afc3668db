import { difference, hadamard, join, sum } from "@tutti/field";
import { opening, type Protocol } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import type { Demand, Supply } from "./supply.ts";

/**
 * Products a[i] · b[i], again of degree t: the local product has degree 2t; opened behind a double sharing s as
 * a·b + s, and s subtracted at degree t. One exchange, one double sharing an element.
 */
export function* multiply(scheme: Scheme, a: Uint32Array, b: Uint32Array, supply: Supply): Protocol<Uint32Array> {
  const { low, high } = supply.doubles(a.length);
  const opened = yield* opening(sum(hadamard(a, b), high), scheme.productDegree);
  return difference(opened, low);
}

/** Opens products a[i] · b[i], each behind a fresh sharing of zero of degree 2t. One exchange, one zero an element. */
export function* openProduct(scheme: Scheme, a: Uint32Array, b: Uint32Array, supply: Supply): Protocol<Uint32Array> {
  return yield* opening(sum(hadamard(a, b), supply.zeros(a.length)), scheme.productDegree);
}

/**
 * Opens only whether a product vanishes: of leaves[0][i] · leaves[1][i] · … it tells, for each i, whether it is 0.
 * One leaf must be random; then the opened value is uniform unless it is 0. A random leaf that happens to be 0 (once in
 * 2³¹) makes the answer "yes". At least two leaves; ⌈log₂ leaves⌉ exchanges.
 */
export function* vanishes(scheme: Scheme, leaves: readonly Uint32Array[], supply: Supply): Protocol<boolean[]> {
  let level = leaves;
  const width = leaves[0]!.length;
  while (level.length > 2) {
    const pairs = Math.floor(level.length / 2);
    const left = join(level.slice(0, pairs));
    const right = join(level.slice(pairs, 2 * pairs));
    const products = yield* multiply(scheme, left, right, supply);
    level = [...level.slice(2 * pairs), ...Array.from({ length: pairs }, (_, i) => products.subarray(i * width, (i + 1) * width))];
  }
  const opened = yield* openProduct(scheme, level[0]!, level[1]!, supply);
  return Array.from(opened, (value) => value === 0);
}

/** What `vanishes` uses for `width` products of so many leaves. */
export function vanishesDemand(leaves: number, width: number): Demand {
  return { randoms: 0, zeros: width, doubles: Math.max(0, leaves - 2) * width };
}
