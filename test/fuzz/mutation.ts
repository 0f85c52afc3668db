import type { Draw } from "./draw.ts";

// Inputs that are almost right: examples with a few changes, of the kinds that have broken parsers before.

/** A value as JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A copy of a JSON value with one to four changes somewhere in it. */
export function mutatedJson(draw: Draw, example: unknown): Json {
  const root: { value: Json } = { value: structuredClone(example) as Json };
  for (let changes = 1 + draw.below(4); changes > 0; changes--) change(draw, root);
  return root.value;
}

/** JSON text of a changed example; sometimes the text is changed too, or is nested too deep for most readers. */
export function mutatedText(draw: Draw, example: unknown): string {
  if (draw.once(400)) return nested(draw);
  const text = JSON.stringify(mutatedJson(draw, example));
  return draw.once(6) ? mutatedString(draw, text) : text;
}

/** Bytes of an example with one to four changes. */
export function mutatedBytes(draw: Draw, example: Uint8Array): Uint8Array {
  let bytes = Uint8Array.from(example);
  for (let changes = 1 + draw.below(4); changes > 0; changes--) bytes = changedBytes(draw, bytes);
  return bytes;
}

/** A text with one change. */
export function mutatedString(draw: Draw, text: string): string {
  const at = draw.below(text.length + 1);
  const to = at + draw.below(text.length - at + 1);
  switch (draw.below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, to) + text.slice(at);
    case 2:
      return text.slice(0, at) + draw.of(PIECES) + text.slice(at);
    case 3:
      return text.slice(0, at) + draw.of(PIECES) + text.slice(at + 1);
    case 4:
      return text.slice(0, at) + String.fromCharCode(draw.below(0x1_0000)) + text.slice(at + 1);
    case 5:
      return draw.once(2) ? text.toUpperCase() : [...text].toReversed().join("");
    default:
      return draw.once(40) ? text.padEnd(50_000, text || "x") : text.length > 10_000 ? text : `${text}${text}`;
  }
}

/** Bytes, or text, that resemble nothing. */
export function noise(draw: Draw): Uint8Array {
  return draw.bytes(draw.below(draw.once(50) ? 5_000 : 80));
}

/** What means something to some reader. */
const PIECES = [
  ..."\"'{}[](),:;=\\/.@%&?#+-*<>\0\n\r\t ",
  "\uD800",
  "\uDFFF",
  "\u{1F9EC}",
  "\u202E",
  "\uFEFF",
  "é",
  "é",
  "ﬀ",
  "null",
  "NaN",
  "Infinity",
  "1e999",
  "-0",
  "0x10",
  "__proto__",
  "constructor",
  "../",
  "%00",
  "%2e%2e",
  "${1}",
  "{{1}}",
  "' OR 1=1 --",
  "\r\n\r\n",
  "sha256:",
  "tutti/1/",
  "://",
  "==",
  "=2+3",
];

const VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e308,
  5e-324,
  "",
  " ",
  "0",
  "\0",
  "\uD800",
  "__proto__",
  [],
  {},
  [[]],
  [null],
  "constructor",
  "toString",
];
const KEYS = ["__proto__", "constructor", "prototype", "toString", "toJSON", "then", "length", "", "\uD800", "0", "hasOwnProperty"];

/** Where a value stands. */
interface Place {
  readonly get: () => Json;
  readonly set: (value: Json) => void;
}

function change(draw: Draw, root: { value: Json }): void {
  const place = placeIn(draw, root);
  // A copy: what stands in two places may be changed in one.
  place.set(structuredClone(changed(draw, place.get(), root)));
}

function changed(draw: Draw, value: Json, root: { value: Json }): Json {
  if (draw.once(5)) return draw.of(VALUES);
  // Something else of the same document, of whatever kind.
  if (draw.once(5)) return placeIn(draw, root).get();
  if (Array.isArray(value)) return changedList(draw, value);
  if (typeof value === "object" && value !== null) return changedRecord(draw, value);
  if (typeof value === "number")
    return draw.of([value + 1, value - 1, -value, value * 1e9, value + 0.5, String(value), 2 ** draw.below(64)]);
  if (typeof value === "string") return draw.once(4) ? draw.of(PIECES) : mutatedString(draw, value);
  return typeof value === "boolean" ? !value : draw.of(VALUES);
}

function changedList(draw: Draw, list: readonly Json[]): Json {
  const at = draw.below(list.length + 1);
  switch (draw.below(6)) {
    case 0:
      return list.toSpliced(at, 1);
    case 1:
      return list.toSpliced(at, 0, list[at] ?? draw.of(VALUES));
    case 2:
      return list.toReversed();
    case 3:
      return list.slice(0, at);
    case 4:
      return draw.once(30)
        ? Array.from({ length: 5_000 }, () => (typeof list[0] === "object" ? {} : (list[0] ?? 0)))
        : [...list, ...list.slice(0, 20)];
    default:
      return Object.fromEntries(list.map((value, i) => [String(i), value]));
  }
}

function changedRecord(draw: Draw, record: { readonly [key: string]: Json }): Json {
  const entries = Object.entries(record);
  const at = draw.below(Math.max(1, entries.length));
  const [key = "", value = null] = entries[at] ?? [];
  switch (draw.below(6)) {
    case 0:
      return ownEntries(entries.toSpliced(at, 1));
    case 1:
      return ownEntries([...entries, [draw.of(KEYS), draw.of([...VALUES, value])]]);
    case 2:
      return ownEntries(entries.toSpliced(at, 1, [draw.once(2) ? draw.of(KEYS) : mutatedString(draw, key), value]));
    case 3: {
      const [other = "", others = null] = entries[draw.below(Math.max(1, entries.length))] ?? [];
      return ownEntries([...entries, [key, others], [other, value]]);
    }
    case 4:
      return ownEntries(entries.toReversed());
    default:
      return entries.map(([, one]) => one);
  }
}

/** A record whose members are its own, `__proto__` too: as JSON.parse makes it. */
function ownEntries(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries) as Json;
}

/** Some place in a document; upper ones are more likely in flat documents, lower ones in deep ones. */
function placeIn(draw: Draw, root: { value: Json }): Place {
  let place: Place = { get: () => root.value, set: (value) => (root.value = value) };
  while (!draw.once(4)) {
    const value = place.get();
    if (typeof value !== "object" || value === null) break;
    const keys = Object.keys(value);
    if (keys.length === 0) break;
    const key = draw.of(keys);
    const holder = value as { [key: string]: Json };
    place = {
      get: () => holder[key]!,
      set: (inner) => Object.defineProperty(holder, key, { value: inner, writable: true, enumerable: true, configurable: true }),
    };
  }
  return place;
}

function nested(draw: Draw): string {
  const depth = draw.of([50, 99, 100, 101, 1_000, 20_000]);
  const [open, close] = draw.of([
    ["[", "]"],
    ['{"not":', "}"],
    ['{"all":[', "]}"],
    ['{"a":', "}"],
  ] as const);
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}

function changedBytes(draw: Draw, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = draw.below(bytes.length + 1);
  const to = at + draw.below(bytes.length - at + 1);
  switch (draw.below(6)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return joined(bytes.subarray(0, to), bytes.subarray(at));
    case 2:
      return joined(bytes.subarray(0, at), draw.bytes(1 + draw.below(8)), bytes.subarray(at));
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(to));
    case 4: {
      // Lengths and counts are big-endian numbers of two or four bytes.
      const number = draw.of([0, 1, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff]);
      const width = draw.of([2, 4]);
      return joined(
        bytes.subarray(0, at),
        Uint8Array.from({ length: width }, (_, i) => number >>> (8 * (width - 1 - i))),
        bytes.subarray(at + width),
      );
    }
    default: {
      if (at < bytes.length) bytes[at]! ^= 1 << draw.below(8);
      return bytes;
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
