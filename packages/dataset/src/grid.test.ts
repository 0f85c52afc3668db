import * as fc from "fast-check";
import { expect, test } from "vitest";
import { gridOf, gridSchema } from "./grid.ts";

test("every value of a grid is exact and finds its own index", () => {
  const grids = fc.record({
    decimals: fc.nat(4),
    from: fc.integer({ min: -5000, max: 5000 }),
    step: fc.integer({ min: 1, max: 50 }),
    last: fc.integer({ min: 1, max: 2000 }),
  });
  fc.assert(
    fc.property(grids, ({ decimals, from, step, last }) => {
      const text = (units: number) => Number(`${units}e-${decimals}`);
      const grid = gridSchema.parse({ from: text(from), to: text(from + step * last), step: text(step) });
      const { points, valueAt, indexOf } = gridOf(grid);
      expect(points).toBe(last + 1);
      for (let index = 0; index < points; index += 1 + Math.floor(points / 50)) {
        expect(valueAt(index)).toBe(text(from + step * index));
        expect(indexOf(text(from + step * index))).toBe(index);
      }
    }),
  );
});

test("a value between two points, or beyond the ends, is not on the grid", () => {
  const { indexOf, valueAt } = gridOf({ from: 0, to: 18, step: 0.1 });
  expect([4.3, 4.35, -0.1, 18.1, Number.NaN, Infinity].map(indexOf)).toEqual([43, null, null, null, null, null]);
  expect(valueAt(42.5)).toBe(4.25);
});

test.each([
  [{ from: 5, to: 0, step: 1 }, /rises/],
  [{ from: 0, to: 1, step: 0.3 }, /whole number of steps/],
  [{ from: 0, to: 10_000, step: 1 }, /at most 10000 points/],
  [{ from: 0, to: 1e-12, step: 1e-12 }, /at most 9 decimals/],
  [{ from: 1e15, to: 1e15 + 2, step: 0.5 }, /counted exactly/],
])("%o is refused", (grid, message) => {
  expect(
    gridSchema
      .safeParse(grid)
      .error?.issues.map((issue) => issue.message)
      .join(),
  ).toMatch(message);
});
