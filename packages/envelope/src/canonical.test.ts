import { expect, test } from "vitest";
import * as fc from "fast-check";
import { canonical, canonicalText, readCanonical } from "./canonical.ts";
import { Secret } from "./secret.ts";
import { toUtf8 } from "./text.ts";

const json = fc.jsonValue({ noUnicodeString: false });

test("what is written reads back, whatever the order of the members", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(readCanonical(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalText(reversed(value))).toBe(canonicalText(value));
    }),
  );
});

test("text that is read is canonical; anything else is a RangeError", () => {
  const text = fc.oneof(
    json.map((value) => JSON.stringify(value)),
    json.map((value) => JSON.stringify(value, null, 1)),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (some) => {
      try {
        return canonicalText(readCanonical(toUtf8(some))) === some;
      } catch (error) {
        return error instanceof RangeError;
      }
    }),
  );
});

// RFC 8785 §3.2.2.3, §3.2.3 and appendix B
test.each<[string, unknown, string]>([
  [
    "numbers",
    [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0],
    "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]",
  ],
  ["escapes", '\u20ac$\u000f\nA\'B"\\\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
  [
    "members by UTF-16 code units",
    { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 },
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
  ],
  ["an object of no class", Object.assign(Object.create(null), { b: [], a: {} }), '{"a":{},"b":[]}'],
])("%s", (_, value, expected) => {
  expect(canonicalText(value)).toBe(expected);
});

test("a refusal says why", () => {
  expect(() => canonical([NaN])).toThrow("not finite");
  expect(() => canonical({ a: undefined })).toThrow("leave the member out");
  expect(() => canonical(["\ud800"])).toThrow("half a character");
});

const itself: unknown[] = [];
itself.push(itself);

test.each<[string, unknown]>([
  ["undefined", undefined],
  ["an undefined member", { a: undefined }],
  ["an undefined item", [undefined]],
  ["a hole", Array.from({ length: 2 }).fill(1, 1)],
  ["NaN", NaN],
  ["infinity", [-Infinity]],
  ["a bigint", { a: 1n }],
  ["a function", () => 1],
  ["a symbol", Symbol("a")],
  ["a date", new Date(0)],
  ["bytes", Uint8Array.of(1)],
  ["a map", new Map()],
  ["a boxed number", Object(1)],
  ["its own JSON", { toJSON: () => 1 }],
  ["a secret", new Secret(Uint8Array.of(1))],
  ["half a character", "\ud800"],
  ["half a character as a name", { "\udc00": 1 }],
  ["itself", itself],
])("%s can't be said", (_, value) => {
  expect(() => canonical(value)).toThrow(RangeError);
});

test.each([
  ["spaces", "[1, 2]"],
  ["order", '{"b":1,"a":2}'],
  ["a name twice", '{"a":1,"a":1}'],
  ["another number", "1.0"],
  ["another escape", '"\\u0041"'],
  ["a byte order mark", "\ufeff1"],
  ["more after it", "1 2"],
  ["too deep", `${"[".repeat(101)}${"]".repeat(101)}`],
  ["far too deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
  ["nothing", ""],
])("%s is not canonical", (_, text) => {
  expect(() => readCanonical(toUtf8(text))).toThrow(RangeError);
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
