import { fromUtf8, toUtf8 } from "./text.ts";

const STANDARD = alphabet("+/");
const URL_SAFE = alphabet("-_");
const PAD = 0x3d;

interface Alphabet {
  /** The character of six bits. */
  readonly codes: Uint8Array;
  /** The six bits of a character, or 255. */
  readonly values: Uint8Array;
}

/** Bytes as base64 with padding, RFC 4648 §4. */
export function toBase64(bytes: Uint8Array): string {
  return encode(bytes, STANDARD, true);
}

/**
 * Bytes from padded base64, RFC 4648 §4. Exactly one text stands for given bytes: white space, missing padding and leftover bits throw a
 * RangeError.
 */
export function fromBase64(text: string): Uint8Array {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (text.length % 4 !== 0) throw malformed();
  return decode(text, text.length - padding, STANDARD);
}

/** Bytes as base64url without padding, RFC 4648 §5 and §3.2. */
export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE, false);
}

/** Bytes from unpadded base64url, as strict as `fromBase64`. Throws a RangeError. */
export function fromBase64Url(text: string): Uint8Array {
  return decode(text, text.length, URL_SAFE);
}

function alphabet(last: string): Alphabet {
  const codes = toUtf8(`ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`);
  const values = new Uint8Array(256).fill(255);
  codes.forEach((code, value) => (values[code] = value));
  return { codes, values };
}

function encode(bytes: Uint8Array, { codes }: Alphabet, padded: boolean): string {
  const whole = Math.floor(bytes.length / 3);
  const rest = bytes.length - 3 * whole;
  const text = new Uint8Array(4 * whole + (rest === 0 ? 0 : padded ? 4 : rest + 1)).fill(PAD);
  let to = 0;
  let from = 0;
  for (let i = 0; i < whole; i++) {
    const group = (bytes[from++]! << 16) | (bytes[from++]! << 8) | bytes[from++]!;
    text[to++] = codes[group >> 18]!;
    text[to++] = codes[(group >> 12) & 63]!;
    text[to++] = codes[(group >> 6) & 63]!;
    text[to++] = codes[group & 63]!;
  }
  if (rest > 0) {
    const group = (bytes[from]! << 16) | ((bytes[from + 1] ?? 0) << 8);
    text[to++] = codes[group >> 18]!;
    text[to++] = codes[(group >> 12) & 63]!;
    if (rest === 2) text[to] = codes[(group >> 6) & 63]!;
  }
  return fromUtf8(text);
}

/** Reads the first `length` characters: all but the padding. */
function decode(text: string, length: number, { values }: Alphabet): Uint8Array {
  const rest = length % 4;
  if (rest === 1) throw malformed();
  const codes = toUtf8(text);
  const bytes = new Uint8Array(3 * Math.floor(length / 4) + (rest === 0 ? 0 : rest - 1));
  let seen = 0;
  let from = 0;
  let to = 0;
  for (const end = length - rest; from < end; from += 4) {
    const a = values[codes[from]!]!;
    const b = values[codes[from + 1]!]!;
    const c = values[codes[from + 2]!]!;
    const d = values[codes[from + 3]!]!;
    seen |= a | b | c | d;
    bytes[to++] = (a << 2) | (b >> 4);
    bytes[to++] = (b << 4) | (c >> 2);
    bytes[to++] = (c << 6) | d;
  }
  if (rest > 0) {
    const a = values[codes[from]!]!;
    const b = values[codes[from + 1]!]!;
    const c = rest === 3 ? values[codes[from + 2]!]! : 0;
    seen |= a | b | c;
    if ((rest === 2 ? b & 15 : c & 3) !== 0) throw malformed();
    bytes[to++] = (a << 2) | (b >> 4);
    if (rest === 3) bytes[to] = (b << 4) | (c >> 2);
  }
  // Values of the alphabet are below 64; every byte of a character outside ASCII has 255.
  if (seen > 63) throw malformed();
  return bytes;
}

function malformed(): RangeError {
  return new RangeError("the text is not base64 in its one strict form: encode the bytes again");
}
