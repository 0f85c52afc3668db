import { P } from "./prime.ts";
import { WIDE_P } from "./wide.ts";

/** Gives that many random bytes. Of secrets: cryptographically strong; of tests: from a seed. */
export type Random = (bytes: number) => Uint8Array;

/** `length` uniform elements: 31 random bits each, drawn again in the one case in 2³¹ that they are P itself. */
export function randomVector(length: number, random: Random): Uint32Array {
  const vector = words(length, random);
  for (let i = 0; i < length; i++) {
    vector[i]! &= P;
    while (vector[i] === P) vector[i] = words(1, random)[0]! & P;
  }
  return vector;
}

/** `length` uniform wide elements. */
export function randomWideVector(length: number, random: Random): BigUint64Array {
  const one = (): bigint => {
    const [low = 0, high = 0] = words(2, random);
    const x = (BigInt(high & 0x1fffffff) << 32n) | BigInt(low);
    return x === WIDE_P ? one() : x;
  };
  return BigUint64Array.from({ length }, one);
}

function words(length: number, random: Random): Uint32Array {
  const bytes = random(length * 4);
  if (bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, length).slice();
  return new Uint32Array(bytes.slice().buffer, 0, length);
}
