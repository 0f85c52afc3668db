import { Console } from "node:console";
import { Writable } from "node:stream";
import { format, inspect } from "node:util";
import { createBoxKeys, createIdentity, Secret, toBase64, toHex } from "@tutti/envelope";
import { expect, test } from "vitest";

const bytes = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i);
const secret = new Secret(bytes);
const identity = createIdentity("Necker", () => bytes);
const keys = createBoxKeys(() => bytes);

/** What a console writes for some arguments. */
function logged(...values: readonly unknown[]): string {
  let text = "";
  const stream = new Writable({ write: (chunk, _, done) => void ((text += String(chunk)), done()) });
  new Console({ stdout: stream, stderr: stream }).log(...values);
  return text;
}

const ways: readonly [string, (value: object) => string][] = [
  ["as JSON", (value) => JSON.stringify({ value, list: [value] })],
  ["inspected", (value) => inspect(value)],
  ["inspected to the last detail", (value) => inspect(value, { depth: null, showHidden: true, getters: true, customInspect: true })],
  ["inspected without its own word", (value) => inspect(value, { showHidden: true, customInspect: false })],
  ["on a console", (value) => logged(value, [value], new Map([["key", value]]), new Set([value]))],
  ["on a console by format", (value) => logged("%s %o %O %j", value, value, value, value)],
  ["formatted", (value) => format("%s %d %i %f %o %j", value, value, value, value, value, value)],
  ["as an error's cause", (value) => inspect(new Error("failed", { cause: value }))],
  ["spread", (value) => inspect({ ...value }, { showHidden: true })],
  [
    "by its members",
    (value) => inspect([Object.entries(value), Reflect.ownKeys(value), Object.values(Object.getOwnPropertyDescriptors(value))]),
  ],
  ["cloned", (value) => inspect(structuredClone(value), { showHidden: true })],
  ["assigned", (value) => JSON.stringify(Object.assign({}, value))],
];

test.each(ways)("a secret does not print %s", (_, print) => {
  expect(print(secret)).not.toMatch(marks(bytes));
});

test.each(ways)("the secret of an identity and of box keys does not print %s", (_, print) => {
  for (const holder of [identity, keys]) {
    // What is public may print; the secret half of a pair may not.
    expect(print(holder.secretKey)).not.toMatch(marks(holder.secretKey.reveal()));
    expect(print({ secretKey: holder.secretKey, name: "" })).not.toMatch(marks(holder.secretKey.reveal()));
  }
});

test("a secret says that it is one", () => {
  expect([
    `${secret}`,
    secret.toString(),
    String(secret),
    secret + "",
    JSON.stringify(secret),
    inspect(secret),
    format("%s", secret),
  ]).toEqual(["[secret]", "[secret]", "[secret]", "[secret]", '"[secret]"', "[secret]", "[secret]"]);
  expect(Number(secret)).toBeNaN();
});

test("a clone of a secret is empty", () => {
  expect(Reflect.ownKeys(structuredClone(secret))).toEqual([]);
});

test("what was erased is zeros", () => {
  const erased = new Secret(bytes.slice());
  erased.erase();
  expect(erased.reveal()).toEqual(new Uint8Array(32));
  expect(secret.reveal()).toBe(bytes);
});

/** The first bytes in the ways in which bytes are printed. */
function marks(some: Uint8Array): RegExp {
  const start = some.subarray(0, 6);
  const decimals = [...start].slice(0, 3).join(",\\s*");
  return new RegExp([toHex(start), toBase64(start).replaceAll("+", "\\+"), decimals].join("|"), "i");
}
