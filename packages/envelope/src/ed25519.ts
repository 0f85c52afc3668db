import { fromHex } from "./hex.ts";

/** p = 2²⁵⁵ − 19, the field, and L, the order of the base point; little-endian. */
const FIELD = fromHex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
const ORDER = fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

/** The y coordinates of the eight points of small order, without the sign bit of x: 0, 1, p − 1 and the two of order eight. */
const SMALL_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
].map(fromHex);

/**
 * Whether bytes have the form of a signature: 64 of them, with S < L (RFC 8032 §5.1.7). Without this anybody can turn one valid signature
 * into another; implementations differ in asking for it.
 */
export function isSoundSignature(signature: Uint8Array): boolean {
  return signature.length === 64 && isBelow(signature.subarray(32), ORDER);
}

/**
 * Whether bytes may be a public key: 32 of them, y < p, and not a point of small order, under which one signature holds for many messages.
 * Whether it is a point of the curve at all shows on verifying.
 */
export function isSoundPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const y = publicKey.slice();
  y[31]! &= 0x7f;
  return isBelow(y, FIELD) && !SMALL_ORDER.some((small) => small.every((byte, i) => byte === y[i]));
}

/** Numbers of 32 bytes, little-endian. */
function isBelow(number: Uint8Array, bound: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) if (number[i] !== bound[i]) return number[i]! < bound[i]!;
  return false;
}
