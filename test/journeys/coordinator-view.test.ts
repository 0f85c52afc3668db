import { fromBase64 } from "@tutti/envelope";
import type { Query } from "@tutti/query";
import type { Patient } from "@tutti/sql";
import { expect, test } from "vitest";
import { dataset } from "@tutti/query/trial";
import { type Ended, World } from "../world/world.ts";

// Invariant 9: what the coordinator saw can be rebuilt from the release alone. Two networks with very different patients make the
// same release; their coordinators see messages of the same kinds and lengths, and in everything sealed nothing but noise.

const query: Query = {
  dataset: "small@1",
  purpose: "",
  measures: [
    { id: "n", count: true },
    { id: "dyspnea", proportion: "dyspnea" },
    { id: "age", quantiles: "age", at: [0.5] },
    { id: "mean", mean: "weight" },
  ],
};
const well: Patient = { sex: "F", age: 2, dyspnea: false, weight: 3 };
const ill: Patient = { sex: "M", age: 2, dyspnea: true, weight: 3 };
const some = (n: number, patient: Patient): Patient[] => Array.from({ length: n }, () => patient);

/** One who is ill or four are the same to the reader: a number below five. */
const few = { a: [...some(8, well), ill], b: some(6, well), c: some(8, well), d: [], e: some(3, well) };
const moved = { a: [], b: some(21, well), c: [ill, ill], d: [ill, ill], e: some(1, well) };

function coordinatorOf(centres: Readonly<Record<string, readonly Patient[]>>, seed: number): Ended {
  return new World({ dataset, centres, seed }).ask(query);
}
const one = coordinatorOf(few, 1);
const other = coordinatorOf(moved, 2);

test("the two networks make one release, each under its own roster", () => {
  const made = [one, other].map(({ releases }) => ({ ...releases.get("a"), roster: "" }));
  expect(made[1]).toEqual(made[0]);
  expect(one.stops.size + other.stops.size).toBe(0);
});

test("messages have the same number, order and lengths", () => {
  expect(other.seen.map((bytes) => bytes.length)).toEqual(one.seen.map((bytes) => bytes.length));
});

test("signed messages differ in what is random, and in nothing else", () => {
  const random = new Set(["nonce", "epochKey", "offer", "id", "roster", "boxKey"]);
  const fixed = ({ seen }: Ended): unknown[] =>
    payloads(seen).map((payload) => JSON.parse(JSON.stringify(payload, (key, value: unknown) => (random.has(key) ? "" : value))));
  expect(fixed(other)).toEqual(fixed(one));
});

test.each([
  ["few ill, in one place", one],
  ["more of them, and elsewhere", other],
])("sealed bytes are uniform: %s", (_, { seen }) => {
  const times = new Float64Array(256);
  for (const bytes of sealed(seen)) for (const byte of bytes) times[byte]! += 1;
  const expected = times.reduce((sum, n) => sum + n, 0) / 256;
  const chiSquare = times.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  expect(expected).toBeGreaterThan(100);
  // 255 degrees of freedom: mean 255, and above 380 once in a million.
  expect(chiSquare).toBeLessThan(380);
});

test("the lengths tell of the question, not of the patients: another question has others", () => {
  const asked = new World({ dataset, centres: few, seed: 1 }).ask({ ...query, by: ["sex"] });
  expect(asked.seen.map((bytes) => bytes.length)).not.toEqual(one.seen.map((bytes) => bytes.length));
});

function payloads(seen: readonly Uint8Array[]): unknown[] {
  return seen.flatMap((bytes) => {
    const text = new TextDecoder().decode(bytes);
    if (!text.startsWith('{"payloadType"')) return [];
    return [JSON.parse(new TextDecoder().decode(fromBase64((JSON.parse(text) as { payload: string }).payload)))];
  });
}

/** What follows the head of each bundle: broadcast and parts. */
function sealed(seen: readonly Uint8Array[]): Uint8Array[] {
  return seen.flatMap((bytes) => (bytes[0] === 0x7b ? [] : [bytes.subarray(32 + 8 + 36 * 6)]));
}
