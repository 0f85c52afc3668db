import { areElements } from "./vector.ts";
import { areWideElements } from "./wide.ts";

/** Bytes of one element on the wire. */
export const ELEMENT_BYTES = 4;
/** Bytes of one wide element on the wire. */
export const WIDE_ELEMENT_BYTES = 8;

/** The elements, 4 bytes each, little-endian. */
export function encode(vector: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(vector.length * ELEMENT_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < vector.length; i++) view.setUint32(i * ELEMENT_BYTES, vector[i]!, true);
  return bytes;
}

/** Reads `length` elements. Throws a RangeError when the bytes are not exactly that many elements below P. */
export function decode(bytes: Uint8Array, length: number): Uint32Array {
  if (bytes.length !== length * ELEMENT_BYTES) throw new RangeError(`expected ${length} field elements`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = new Uint32Array(length);
  for (let i = 0; i < length; i++) vector[i] = view.getUint32(i * ELEMENT_BYTES, true);
  if (!areElements(vector)) throw new RangeError("a number is not a field element");
  return vector;
}

/** The wide elements, 8 bytes each, little-endian. */
export function encodeWide(vector: BigUint64Array): Uint8Array {
  const bytes = new Uint8Array(vector.length * WIDE_ELEMENT_BYTES);
  const view = new DataView(bytes.buffer);
  vector.forEach((x, i) => view.setBigUint64(i * WIDE_ELEMENT_BYTES, x, true));
  return bytes;
}

/** Reads `length` wide elements. Throws a RangeError when the bytes are not exactly that many elements below 2⁶¹ − 1. */
export function decodeWide(bytes: Uint8Array, length: number): BigUint64Array {
  if (bytes.length !== length * WIDE_ELEMENT_BYTES) throw new RangeError(`expected ${length} wide field elements`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = BigUint64Array.from({ length }, (_, i) => view.getBigUint64(i * WIDE_ELEMENT_BYTES, true));
  if (!areWideElements(vector)) throw new RangeError("a number is not a wide field element");
  return vector;
}
