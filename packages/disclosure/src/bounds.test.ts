import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Bound, tightened } from "./bounds.ts";

const K = 5;
const relations = [
  { total: 0, parts: [1, 2] },
  { total: 1, parts: [3, 4, 5] },
  { total: 2, parts: [6, 7] },
];

/** What verdicts say of a number where zeros show. */
const verdictOf = (n: number): Bound => (n > 0 && n < K ? { low: 1, high: K - 1, gap: 0 } : { low: 0, high: Infinity, gap: K });

test("bounds hold for every table that gives these verdicts", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 })), { minLength: 5, maxLength: 5 }), (parts) => {
      const [a, b, c, d, e] = parts as [number, number, number, number, number];
      const values = [a + b + c + d + e, a + b + c, d + e, a, b, c, d, e];
      tightened(values.map(verdictOf), relations).forEach(({ low, high, gap }, cell) => {
        expect(low).toBeLessThanOrEqual(values[cell]!);
        expect(high).toBeGreaterThanOrEqual(values[cell]!);
        expect(low === 0 || low >= gap).toBe(true);
      });
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["a total that contains somebody and isn't small is at least k", [9, 9, 0, 3, 6, 0, 0, 0], 1, [K, Infinity]],
  ["so is what a small part leaves of such a total", [7, 7, 0, 2, 5, 0, 0, 0], 0, [K, Infinity]],
  ["a part of a small total that isn't small is 0", [3, 3, 0, 3, 0, 0, 0, 0], 4, [0, 0]],
] as const)("%s", (_, values, cell, [low, high]) => {
  expect(tightened(values.map(verdictOf), relations)[cell]).toMatchObject({ low, high });
});
