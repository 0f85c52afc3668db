import fc from "fast-check";
import { expect, test } from "vitest";
import { rounded, roundedTotal } from "./rounding.ts";

const base = fc.constantFrom(3, 5, 10);

test.each([
  [7, 5, 5],
  [8, 5, 10],
  [5, 10, 10],
  [4, 10, 0],
  [25, 3, 24],
  [26, 3, 27],
  [25, 1, 25],
])("%i to %i is %i", (count, to, expected) => {
  expect(rounded(count, to)).toBe(expected);
});

test("what is rounded is a multiple, and at most half a base away", () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), base, (count, to) => {
      expect(rounded(count, to) % to).toBe(0);
      expect(Math.abs(rounded(count, to) - count)).toBeLessThanOrEqual(to / 2);
    }),
  );
});

test("a total is the sum of its rounded parts, and rounded itself where one of them hides", () => {
  expect(roundedTotal(16, [8, 8], 5)).toBe(20);
  expect(roundedTotal(16, [8, null], 5)).toBe(15);
  expect(roundedTotal(null, [8, 8], 5)).toBeNull();
  expect(roundedTotal(17, [8, 9], 1)).toBe(17);
});
