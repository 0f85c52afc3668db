import { add, fold, mul, P, sub } from "./prime.ts";

/** A vector of field elements. */
export type Vector = Uint32Array;

/** target[i] += source[i], for i < source.length. */
export function addInto(target: Vector, source: Vector): void {
  for (let i = 0; i < source.length; i++) target[i] = add(target[i]!, source[i]!);
}

/** a[i] + b[i]. */
export function sum(a: Vector, b: Vector): Vector {
  const result = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = add(a[i]!, b[i]!);
  return result;
}

/** a[i] − b[i]. */
export function difference(a: Vector, b: Vector): Vector {
  const result = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = sub(a[i]!, b[i]!);
  return result;
}

/** a[i] · b[i]. */
export function hadamard(a: Vector, b: Vector): Vector {
  const result = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = mul(a[i]!, b[i]!);
  return result;
}

/**
 * Of each a[i] the w with w² · a[i] = 1 that is a square itself; null when some a[i] is 0 or not a square. Because P ≡ 3 mod 4 it is one power,
 * a^(2²⁹ − 1), and of the two inverse roots ±w exactly one is a square, so that everybody takes the same. All go through the powers together: a
 * product waits for the one before it, but not for its neighbours.
 */
export function inverseSquareRoots(a: Vector): Vector | null {
  // powers a^(2ᵏ − 1): raising one to 2ʲ and multiplying by that of j gives that of k + j
  const two = hadamard(squared(a, 1), a);
  const four = hadamard(squared(two, 2), two);
  const eight = hadamard(squared(four, 4), four);
  const sixteen = hadamard(squared(eight, 8), eight);
  const twentyEight = hadamard(squared(hadamard(squared(sixteen, 8), eight), 4), four);
  const roots = hadamard(squared(twentyEight, 1), a);
  return hadamard(hadamard(roots, roots), a).every((one) => one === 1) ? roots : null;
}

function squared(a: Vector, times: number): Vector {
  const powers = a.slice();
  for (let time = 0; time < times; time++) for (let i = 0; i < powers.length; i++) powers[i] = mul(powers[i]!, powers[i]!);
  return powers;
}

/** Products of an element with half an element are below 2⁴⁷: so many add up exactly, beside what was folded before. */
const PRODUCTS_BETWEEN_FOLDS = 32;

/** Σ a[i] · b[i], for i < a.length. Each b is split at bit 16 and the two sums are folded once every 32 products. */
export function dot(a: Vector, b: Vector): number {
  let low = 0;
  let high = 0;
  for (let from = 0; from < a.length; from += PRODUCTS_BETWEEN_FOLDS) {
    const to = Math.min(from + PRODUCTS_BETWEEN_FOLDS, a.length);
    for (let i = from; i < to; i++) {
      low += a[i]! * (b[i]! & 0xffff);
      high += a[i]! * (b[i]! >>> 16);
    }
    low = fold(low);
    high = fold(high);
  }
  return add(low, mul(high, 0x10000));
}

/** scalar · a[i] for a small scalar 0 ≤ scalar < 2²¹, in place: one fold an element. */
export function scaleBySmall(a: Vector, scalar: number): void {
  for (let i = 0; i < a.length; i++) a[i] = fold(a[i]! * scalar);
}

/** True when every number is an element. */
export function areElements(a: Vector): boolean {
  for (let i = 0; i < a.length; i++) if (a[i]! >= P) return false;
  return true;
}

/** The vectors end to end. */
export function join(parts: readonly Vector[]): Vector {
  const whole = new Uint32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
