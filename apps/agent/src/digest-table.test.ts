import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DigestTable } from "./digest-table.ts";

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => `sha256:${Buffer.from(bytes).toString("hex")}`);
/** Keys that begin alike, so that they want the same slot. */
const crowded = fc.integer({ min: 0, max: 40 }).map((n) => `sha256:${"00".repeat(31)}${n.toString(16).padStart(2, "0")}`);

test("a table answers as a Map does, also when keys crowd", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(hash, crowded), fc.option(hash)), { maxLength: 60 }), (entries) => {
      const table = new DigestTable();
      const map = new Map<string, string | null>();
      for (const [key, value] of entries) {
        table.set(key, value);
        map.set(key, value ?? map.get(key) ?? null);
      }
      expect(table.size).toBe(map.size);
      for (const [key, value] of map) expect([table.has(key), table.get(key)]).toEqual([true, value ?? undefined]);
      expect([...table.keys()]).toEqual([...map].flatMap(([key, value]) => (value === null ? [] : [key])));
      expect(table.has(`sha256:${"ff".repeat(32)}`)).toBe(map.has(`sha256:${"ff".repeat(32)}`));
    }),
  );
});

test("thousands are found again, and none that was not added", () => {
  const table = new DigestTable();
  const name = (i: number): string => `sha256:${createHash("sha256").update(String(i)).digest("hex")}`;
  for (let i = 0; i < 5_000; i++) table.set(name(i), i % 2 === 0 ? name(i + 1) : null);
  for (let i = 0; i < 5_000; i++) expect(table.get(name(i))).toBe(i % 2 === 0 ? name(i + 1) : undefined);
  expect([table.size, table.has(name(5_000)), [...table.keys()].length]).toEqual([5_000, false, 2_500]);
});

test("what is no content hash is not taken", () => {
  expect(() => new DigestTable().set("sha256:00", null)).toThrow(RangeError);
});
