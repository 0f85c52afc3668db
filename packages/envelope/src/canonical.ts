import canonicalize from "canonicalize";
import { fromUtf8, toUtf8 } from "./text.ts";

/** Lists and objects inside each other, at most; deeper values are refused. */
export const MAX_DEPTH = 100;

/** A value that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one JSON text of a value, RFC 8785: sorted keys, no white space, shortest numbers. Throws a RangeError for what JSON can't say:
 * undefined (also as a member: leave it out), NaN, infinities, bigints, functions, dates and other class instances, holes in lists, half
 * characters, cycles, anything nested deeper than 100.
 */
export function canonicalText(value: unknown): string {
  demandJson(value, MAX_DEPTH);
  try {
    const text = canonicalize(value);
    if (text !== undefined) return text;
  } catch {
    // The library's own words may quote the value.
  }
  throw refused("it holds half a character");
}

/** The UTF-8 bytes of `canonicalText`: what is hashed and signed. */
export function canonical(value: unknown): Uint8Array {
  return toUtf8(canonicalText(value));
}

/**
 * The value behind canonical bytes. Throws a RangeError for bytes that are not JSON, or not the canonical text of their value (other spacing
 * or order, a repeated key, 1.0 for 1), so that one meaning has one text.
 */
export function readCanonical(bytes: Uint8Array): Json {
  const text = fromUtf8(bytes);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw new RangeError("the bytes are not JSON: send the canonical JSON of RFC 8785");
  }
  if (canonicalText(value) !== text) throw new RangeError("the JSON is not canonical: send it in the form of RFC 8785");
  return value;
}

function demandJson(value: unknown, depth: number): void {
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "number":
      if (!Number.isFinite(value)) throw refused("a number is not finite");
      return;
    case "object":
      if (value === null) return;
      if (depth === 0) throw refused(`it is nested deeper than ${MAX_DEPTH}, or holds itself`);
      if (Array.isArray(value)) for (const item of value) demandJson(item, depth - 1);
      else if (isPlain(value)) for (const member of Object.values(value)) demandJson(member, depth - 1);
      else throw refused("it holds an object of a class: turn it into plain members, bytes into base64");
      return;
    default:
      throw refused(`it holds ${typeof value === "undefined" ? "undefined: leave the member out" : `a ${typeof value}`}`);
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function refused(why: string): RangeError {
  return new RangeError(`the value has no canonical JSON: ${why}`);
}
