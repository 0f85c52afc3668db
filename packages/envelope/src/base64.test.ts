import { expect, test } from "vitest";
import * as fc from "fast-check";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "./base64.ts";
import { fromHex, toHex } from "./hex.ts";
import { fromUtf8, toUtf8 } from "./text.ts";

const codecs = [
  { name: "base64", to: toBase64, from: fromBase64 },
  { name: "base64url", to: toBase64Url, from: fromBase64Url },
  { name: "hex", to: toHex, from: fromHex },
];
const bytes = fc.uint8Array({ maxLength: 100 });

test.each(codecs)("$name: bytes come back", ({ to, from }) => {
  fc.assert(
    fc.property(bytes, (some) => {
      expect(from(to(some))).toEqual(some);
    }),
  );
});

test.each(codecs)("$name: a text that is read is the one that is written; any other is a RangeError", ({ to, from }) => {
  const text = fc.oneof(
    fc.string({ maxLength: 12, unit: fc.constantFrom(..."AQgwz059+/-_=af é😀\ud800 \n") }),
    fc.string({ maxLength: 12, unit: "binary" }),
  );
  fc.assert(
    fc.property(text, (some) => {
      let read: Uint8Array;
      try {
        read = from(some);
      } catch (error) {
        return error instanceof RangeError;
      }
      return to(read) === some;
    }),
    { numRuns: 5_000 },
  );
});

// RFC 4648 §10
test.each([
  ["", "", ""],
  ["f", "Zg==", "66"],
  ["fo", "Zm8=", "666f"],
  ["foo", "Zm9v", "666f6f"],
  ["foob", "Zm9vYg==", "666f6f62"],
  ["fooba", "Zm9vYmE=", "666f6f6261"],
  ["foobar", "Zm9vYmFy", "666f6f626172"],
])("%s", (text, base64, hex) => {
  expect(toBase64(toUtf8(text))).toBe(base64);
  expect(toBase64Url(toUtf8(text))).toBe(base64.replaceAll("=", ""));
  expect(toHex(toUtf8(text))).toBe(hex);
});

test.each(["Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8=Zg==", "=", "====", "Z g=", "Zg==\n", "-_8=", "Zé=="])("%j is not base64", (text) => {
  expect(() => fromBase64(text)).toThrow(RangeError);
});

test("the alphabets differ in two characters", () => {
  expect(toBase64(Uint8Array.of(251, 255, 191))).toBe("+/+/");
  expect(toBase64Url(Uint8Array.of(251, 255, 191))).toBe("-_-_");
  expect(() => fromBase64Url("+/+/")).toThrow(RangeError);
});

test("text comes back through UTF-8, and what is not UTF-8 is a RangeError", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => fromUtf8(toUtf8(text)) === text));
  expect(fromUtf8(toUtf8("\ufeffa"))).toBe("\ufeffa");
  expect(() => toUtf8("a\ud800")).toThrow(RangeError);
  expect(() => fromUtf8(Uint8Array.of(0xc0, 0x80))).toThrow(RangeError);
});
