// For the tests: parties and randomness from a seed.
import { sha256 } from "@noble/hashes/sha2.js";
import { createIdentity, type Identity } from "./identity.ts";
import type { Random } from "./random.ts";
import { toUtf8 } from "./text.ts";

/** The same bytes for the same seed, each time. */
export function seeded(seed: string): Random {
  let drawn = 0;
  return (bytes) => {
    const out = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += 32) out.set(sha256(toUtf8(`${seed} ${drawn++}`)).subarray(0, Math.min(32, bytes - at)), at);
    return out;
  };
}

/** A party whose keys come from its name. */
export function party(name: string): Identity {
  return createIdentity(name, seeded(name));
}

/** The same bytes with one bit turned over. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const other = bytes.slice();
  other[(bit >> 3) % other.length]! ^= 1 << (bit & 7);
  return other;
}
