import { gridOf } from "@tutti/dataset";
import { ALLOWED_QUANTILES, type Quantile, quantileOf } from "@tutti/query";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_POLICY } from "./policy.ts";
import { decimalsBeyond, deviationOpens, mean, quantileOpens, quantileRanks, quantileValue, standardDeviation } from "./statistic.ts";

const quantiles = fc.constantFrom(...ALLOWED_QUANTILES).map((q): Quantile => quantileOf(q)!);
const grid = gridOf({ from: -2, to: 18, step: 0.1 });
const indices = fc.array(fc.integer({ min: 0, max: grid.points - 1 }), { minLength: 1, maxLength: 60 });

/** Type 2 as a definition: the middle of all x with at least np values at or below, and at least n(1 − p) at or above. */
function typeTwo(values: readonly number[], { numerator, denominator }: Quantile): number {
  const n = values.length;
  const least = values.filter((x) => values.filter((y) => y <= x).length * denominator >= n * numerator);
  const most = values.filter((x) => values.filter((y) => y >= x).length * denominator >= n * (denominator - numerator));
  return (Math.min(...least) + Math.max(...most)) / 2;
}

test("a quantile is the middle of its two ranks, as type 2 defines it", () => {
  fc.assert(
    fc.property(indices, quantiles, (values, quantile) => {
      const sorted = values.toSorted((a, b) => a - b);
      const [low, high] = quantileRanks(quantile, values.length);
      expect((sorted[low - 1]! + sorted[high - 1]!) / 2).toBe(typeTwo(values, quantile));
    }),
  );
});

test.each([
  [[0, 10], -1.5],
  [[0, 1], -1.95],
  [[62, 62], 4.2],
] as const)("the value between indices %j is %d", ([low, high], value) => {
  expect(quantileValue(grid, low, high)).toBe(value);
});

test.each([
  ["0.5", 9, false],
  ["0.5", 10, true],
  ["0.25", 19, false],
  ["0.25", 20, true],
  ["0.75", 19, false],
  ["0.75", 20, true],
  ["0.05", 99, false],
  ["0.95", 100, true],
])("with five on the shorter side: quantile %s of %i opens: %s", (text, n, opens) => {
  expect(quantileOpens(quantileOf(Number(text))!, n, DEFAULT_POLICY)).toBe(opens);
});

test("however short the tail may be, too few values have no quantile", () => {
  expect(quantileOpens(quantileOf(0.5)!, 4, { ...DEFAULT_POLICY, tail: 1 })).toBe(false);
  expect(quantileOpens(quantileOf(0.5)!, 5, { ...DEFAULT_POLICY, tail: 1 })).toBe(true);
});

/** Ten decimals more than the grid's: as good as exact. */
const FINE = 10;

test("mean and standard deviation are those of the values, worked out in whole units", () => {
  fc.assert(
    fc.property(indices, (values) => {
      const n = BigInt(values.length);
      const units = values.map((index) => BigInt(index) - 20n);
      const total = units.reduce((sum, x) => sum + x, 0n);
      const sum = values.reduce((all, x) => all + BigInt(x), 0n);
      const squares = values.reduce((all, x) => all + BigInt(x) ** 2n, 0n);
      const exact = Number(total) / Number(n) / 10;
      expect(mean(grid, values.length, sum, FINE)).toBeCloseTo(exact, 10);
      expect(Math.abs(mean(grid, values.length, sum, 0) - exact)).toBeLessThanOrEqual(0.05 + 1e-9);
      const spread = units.reduce((all, x) => all + (n * x - total) ** 2n, 0n);
      const expected = values.length < 2 ? null : Math.sqrt(Number(spread) / Number(n * n * (n - 1n))) / 10;
      const found = standardDeviation(grid, values.length, sum, squares, FINE);
      if (expected === null) expect(found).toBeNull();
      else expect(found).toBeCloseTo(expected, 10);
    }),
  );
});

test.each([
  [3n, 0, -1.9],
  [6n, 0, -1.8],
  [5n, 1, -1.87],
  [1n, 1, -1.97],
])("the mean of four whose steps add up to %d, with %i decimals more", (sum, decimals, value) => {
  expect(mean(grid, 4, sum, decimals)).toBe(value);
});

test("sums beyond what a double holds lose nothing but the last rounding", () => {
  const fine = gridOf({ from: 0, to: 1, step: 0.0001 });
  const n = 4_000_000_000;
  const sum = BigInt(n) * 5_000n + 1n;
  expect(mean(fine, n, sum, 11)).toBe(0.500000000000025);
  // Half the values one step below 5,000, half one step above: the squares differ from 5,000² in the last places only.
  const squares = (BigInt(n) / 2n) * (4_999n ** 2n + 5_001n ** 2n);
  expect(standardDeviation(fine, n, BigInt(n) * 5_000n, squares, 8)).toBeCloseTo(0.0001, 12);
});

const coarse = gridOf({ from: 0, to: 12, step: 0.5 });

test.each([
  [5, 0, false],
  [9, 0, false],
  [10, 0, true],
  [99, 0, true],
  [100, 1, true],
  [10_000, 3, true],
])("on a coarse grid a mean of %i values has %i decimals more than the grid; a deviation opens: %s", (n, decimals, opens) => {
  const spread = { n, sum: BigInt(n) * 12n, squares: BigInt(n) * 200n };
  expect(decimalsBeyond(coarse, spread, DEFAULT_POLICY)).toBe(decimals);
  expect(deviationOpens(n, DEFAULT_POLICY)).toBe(opens);
});

const EXACT = 15;

test.each([
  ["ten spread over the grid", [10, 30, 40, 60, 90, 100, 110, 150, 160, 180], true, EXACT],
  ["five of ten off the lower end, alike", [0, 0, 0, 0, 0, 40, 40, 40, 40, 40], true, EXACT],
  ["four of ten off the lower end", [0, 0, 0, 0, 0, 0, 40, 40, 40, 40], true, 0],
  ["one of ten off the lower end", [0, 0, 0, 0, 0, 0, 0, 0, 0, 40], true, 0],
  ["five off the lower end, one of which outweighs the others", [0, 0, 0, 0, 0, 2, 2, 2, 2, 100], true, 0],
  ["one of ten off the upper end", [200, 200, 200, 200, 200, 200, 200, 200, 200, 160], true, 0],
  ["all at the lower end", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], true, 0],
  ["one of five off the lower end, its deviation hidden", [0, 0, 0, 0, 40], false, EXACT],
  ["five that have four steps between them, their deviation hidden", [0, 0, 0, 0, 4], false, 0],
  ["five that have four steps between them and the upper end, their deviation hidden", [200, 200, 200, 200, 196], false, 0],
])("on a fine grid, %s", (_, values, squared, decimals) => {
  const sum = BigInt(values.reduce((total, x) => total + x, 0));
  const squares = squared ? BigInt(values.reduce((total, x) => total + x * x, 0)) : null;
  expect(decimalsBeyond(grid, { n: values.length, sum, squares }, DEFAULT_POLICY)).toBe(decimals);
});
