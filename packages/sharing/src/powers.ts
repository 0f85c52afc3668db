import { add, mul, sub } from "@tutti/field";
import { multiply } from "./product.ts";
import type { Protocol } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import type { Demand, Supply } from "./supply.ts";

/** Powers x¹, x², … of secrets, element by element: power i of element j is `[i − 1][j]`. */
export type Powers = readonly Uint32Array[];

/**
 * At most twice as many powers, up to `upTo`: those beyond x^d are x^d · x¹, x^d · x², … One exchange, and none when nothing is missing; one double
 * an element and power. The secrets and the supply must have passed their check.
 */
export function* morePowers(scheme: Scheme, powers: Powers, upTo: number, supply: Supply): Protocol<Powers> {
  const wanted = Math.min(powers.length, upTo - powers.length);
  const highest = powers.at(-1)!;
  if (wanted <= 0 || highest.length === 0) return powers;
  const width = highest.length;
  const repeated = new Uint32Array(wanted * width);
  const lower = new Uint32Array(wanted * width);
  for (let i = 0; i < wanted; i++) {
    repeated.set(highest, i * width);
    lower.set(powers[i]!, i * width);
  }
  const products = yield* multiply(scheme, repeated, lower, supply);
  return [...powers, ...Array.from({ length: wanted }, (_, i) => products.subarray(i * width, (i + 1) * width))];
}

/** The powers up to `upTo`, in ⌈log₂ upTo⌉ exchanges. */
export function* raise(scheme: Scheme, secrets: Uint32Array, upTo: number, supply: Supply): Protocol<Powers> {
  let powers: Powers = [secrets];
  while (powers.length < upTo && secrets.length > 0) powers = yield* morePowers(scheme, powers, upTo, supply);
  return powers;
}

/** What the powers up to `upTo` of `width` secrets use. */
export function powersDemand(upTo: number, width: number): Demand {
  return { randoms: 0, zeros: 0, doubles: Math.max(0, upTo - 1) * width };
}

/** The coefficients of ∏ (x − j) for j = from … to, the lowest first: linear in the powers of x, so that shares of it need no product. */
export function vanishingAt(from: number, to: number): Uint32Array {
  let coefficients = Uint32Array.of(1);
  for (let root = from; root <= to; root++) {
    const next = new Uint32Array(coefficients.length + 1);
    coefficients.forEach((coefficient, i) => {
      next[i + 1] = add(next[i + 1]!, coefficient);
      next[i] = sub(next[i]!, mul(coefficient, root));
    });
    coefficients = next;
  }
  return coefficients;
}

/** The shares of the polynomial with these coefficients, of the first `length` elements; powers beyond its degree are passed over. */
export function evaluate(coefficients: Uint32Array, powers: Powers, length: number): Uint32Array {
  const values = new Uint32Array(length).fill(coefficients[0]!);
  for (let i = 1; i < coefficients.length; i++) {
    const [coefficient, power] = [coefficients[i]!, powers[i - 1]!];
    for (let j = 0; j < length; j++) values[j] = add(values[j]!, mul(coefficient, power[j]!));
  }
  return values;
}
