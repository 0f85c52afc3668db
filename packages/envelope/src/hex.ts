import { hexToBytes } from "@noble/hashes/utils.js";

const DIGITS = "0123456789abcdef";
/** The bytes of a digest become one text; longer ones are put together of such. */
const PIECE_BYTES = 32;

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) text += pieceOf(bytes.subarray(at, at + PIECE_BYTES));
  return text;
}

/** Made at once: a text that grows digit by digit keeps all its beginnings in memory for as long as it is held, some fifteen times its size. */
function pieceOf(bytes: Uint8Array): string {
  const codes: number[] = [];
  for (const byte of bytes) codes.push(DIGITS.charCodeAt(byte >> 4), DIGITS.charCodeAt(byte & 15));
  return String.fromCharCode(...codes);
}

/** Bytes from lower-case hexadecimal digits, two a byte. Throws a RangeError for anything else. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new RangeError("expected pairs of the digits 0-9 and a-f");
  return hexToBytes(text);
}
