import { fold, mul, P, WIDE_P } from "@tutti/field";
import { sha256 } from "@noble/hashes/sha2.js";

/** What is hashed before everything that the check draws from a challenge: ASCII, with the protocol's version. */
export const CHECK_LABEL = "tutti/1/sharing";

/** Random combinations opened of each dealer's parcels: a lie passes them with probability (2/P)^CHECKS, so to try challenges until one hides it costs 2¹²⁰ hashes. */
export const CHECKS = 4;
/** The same of wide sharings: (1/(2⁶¹ − 1))^WIDE_CHECKS. */
export const WIDE_CHECKS = 2;

/** Coefficients in a row that share one factor. */
const SIDE = 128;

/**
 * One row of coefficients for each of the CHECKS combinations: row c holds x[⌊j / 128⌋] · y[j mod 128], with
 * y = `expand(challenge, 2c, 128)` and x = `expand(challenge, 2c + 1, …)`. A combination of errors that are not all 0 is then a
 * polynomial of degree 2 in what was hashed and vanishes with probability at most 2/P (Schwartz, J. ACM 1980), for a hundredth of the hashing.
 */
export function coefficientRows(challenge: Uint8Array, length: number): Uint32Array[] {
  return Array.from({ length: CHECKS }, (_, c) => {
    const y = expand(challenge, 2 * c, SIDE);
    const x = expand(challenge, 2 * c + 1, Math.ceil(length / SIDE));
    const row = new Uint32Array(length);
    for (let j = 0; j < length; j++) row[j] = mul(x[Math.floor(j / SIDE)]!, y[j % SIDE]!);
    return row;
  });
}

/**
 * One row of wide coefficients for each of the WIDE_CHECKS combinations: from elements a, b that follow each other in
 * `expand(challenge, 2·CHECKS + c, …)`, (a · 2³⁰ ⊕ b) mod 2⁶¹ − 1.
 */
export function wideCoefficientRows(challenge: Uint8Array, length: number): bigint[][] {
  return Array.from({ length: WIDE_CHECKS }, (_row, c) => {
    const words = expand(challenge, 2 * CHECKS + c, 2 * length);
    return Array.from({ length }, (_, j) => ((BigInt(words[2 * j]!) << 30n) ^ BigInt(words[2 * j + 1]!)) % WIDE_P);
  });
}

/**
 * Field elements from a seed: block b of a stream is SHA-256(CHECK_LABEL ‖ seed ‖ stream ‖ b), stream and b as 4 bytes
 * little-endian; it gives eight elements, the low 31 bits of each little-endian word. The one pattern in 2³¹ that is P counts as 0.
 */
export function expand(seed: Uint8Array, stream: number, length: number): Uint32Array {
  const at = CHECK_LABEL.length + seed.length;
  const block = new Uint8Array(at + 8);
  for (let i = 0; i < CHECK_LABEL.length; i++) block[i] = CHECK_LABEL.charCodeAt(i);
  block.set(seed, CHECK_LABEL.length);
  const view = new DataView(block.buffer);
  view.setUint32(at, stream, true);
  const elements = new Uint32Array(length);
  for (let from = 0; from < length; from += 8) {
    view.setUint32(at + 4, from / 8, true);
    const hash = sha256(block);
    const words = new DataView(hash.buffer, hash.byteOffset);
    for (let k = 0; k < 8 && from + k < length; k++) elements[from + k] = fold(words.getUint32(4 * k, true) & P);
  }
  return elements;
}
