import { plan } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { Totals } from "./totals.ts";

const made = plan(
  {
    dataset: "small@1",
    purpose: "",
    measures: [
      { id: "q", quantiles: "age", at: [0.5] },
      { id: "m", mean: "age" },
    ],
  },
  dataset,
);
const totals = new Totals(
  made,
  Uint32Array.from({ length: 11 }, (_, i) => 100 + i),
  BigUint64Array.of(7n, 9n),
);

test("totals can't be encoded, alone or inside anything, and don't print", () => {
  expect(() => JSON.stringify(totals)).toThrow(TypeError);
  expect(() => JSON.stringify({ release: [totals] })).toThrow("secret");
  expect(Object.keys(totals)).toEqual([]);
  expect(String(totals)).toBe("[object Object]");
});

test("a cell of a histogram is the sum of its points; others are their inputs", () => {
  const known = made.cells.findIndex(({ role }) => role === "known");
  const histogram = Array.from({ length: 9 }, (_, i) => 101 + i);
  expect([...totals.cells([known, 0])]).toEqual([histogram.reduce((sum, n) => sum + n, 0), 100]);
  const [quantiles, mean] = made.results;
  if (quantiles?.kind !== "quantiles" || mean?.kind !== "mean") throw new TypeError("the plan has other rows");
  expect([...totals.histogram(quantiles)]).toEqual(histogram);
  expect([...totals.sums([mean.sums, mean.squares])]).toEqual([7n, 9n]);
});
