import { add, fold, mul, P, sub } from "./prime.ts";

/** A vector of field elements. */
export type Vector = Uint32Array;

/** target[i] += source[i], for i < source.length. */
export function addInto(target: Vector, source: Vector): void {
  for (let i = 0; i < source.length; i++) target[i] = add(target[i]!, source[i]!);
}

/** a[i] + b[i]. */
export function sum(a: Vector, b: Vector): Vector {
  return a.map((x, i) => add(x, b[i]!));
}

/** a[i] − b[i]. */
export function difference(a: Vector, b: Vector): Vector {
  return a.map((x, i) => sub(x, b[i]!));
}

/** a[i] · b[i]. */
export function hadamard(a: Vector, b: Vector): Vector {
  const result = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = mul(a[i]!, b[i]!);
  return result;
}

/** Σ a[i] · b[i]. */
export function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total = add(total, mul(a[i]!, b[i]!));
  return total;
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
