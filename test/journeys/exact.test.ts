import {
  openedFirst,
  openedQuantiles,
  type Policy,
  quantileRanks,
  type Release,
  release,
  revealOf,
  smallValues,
  suppress,
} from "@tutti/disclosure";
import { contentHash } from "@tutti/envelope";
import { layout, type Plan, plan, type Query } from "@tutti/query";
import { interpret, type Patient } from "@tutti/sql";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dataset, patients, queries } from "@tutti/query/trial";
import { World } from "../world/world.ts";

/** The release as one honest person would make it who holds all patients: counted in the clear, under the same rule. */
function inTheClear(query: Query, everybody: readonly Patient[], policy: Policy, centres: Release["centres"]): Release {
  const planned = plan(query, dataset);
  const { counts, sums } = interpret(planned, dataset, everybody);
  const { offsets } = layout(planned);
  const cell = (index: number): number => planned.cells[index]!.terms.reduce((sum, term) => sum + size(planned, counts, offsets, term), 0);
  const small = smallValues(policy);
  const values = planned.cells.map((_, index) => cell(index));
  const standing = suppress(
    planned,
    policy,
    values.map((value) => value >= small.from && value <= small.to),
  );
  const reveal = revealOf(planned, standing);
  const wide = reveal.means.flatMap((index) => {
    const result = planned.results[index]!;
    if (result.kind !== "mean") return [];
    return [result.sums, result.squares].map((inputs) => inputs.reduce((sum, input) => sum + sums[offsets[input]!]!, 0n));
  });
  const first = openedFirst(
    reveal,
    Uint32Array.from(reveal.cells, (index) => values[index]!),
    BigUint64Array.from(wide),
  );
  const searches = planned.results.flatMap((result, index) => {
    const n = result.kind === "quantiles" ? first.counts.get(result.known) : undefined;
    if (result.kind !== "quantiles" || n === undefined || n < policy.threshold) return [];
    const quantiles = result.at.filter(({ numerator, denominator }) => {
      return (n * Math.min(numerator, denominator - numerator)) / denominator >= policy.tail;
    });
    const ranks = quantiles.flatMap((quantile) => quantileRanks(quantile, n));
    const sorted = result.histograms.flatMap((input) =>
      Array.from({ length: result.grid.points }, (_, point) =>
        Array.from({ length: counts[offsets[input]! + point]! }, () => point),
      ).flat(),
    );
    sorted.sort((a, b) => a - b);
    return [
      { result: index, quantiles, search: { histogram: new Uint32Array(0), n, ranks }, found: ranks.map((rank) => sorted[rank - 1]!) },
    ];
  });
  const quantiles = openedQuantiles(
    searches,
    searches.map(({ found }) => found),
  );
  return release(
    planned,
    { ...first, quantiles },
    { query: contentHash(query), policy, centres, strength: centres.invited > 3 ? "malicious" : "passive" },
  );
}

function size({ inputs }: Plan, counts: Uint32Array, offsets: readonly number[], term: number): number {
  const input = inputs[term]!;
  const length = input.kind === "histogram" ? input.points : 1;
  return counts.subarray(offsets[term]!, offsets[term]! + length).reduce((sum, count) => sum + count, 0);
}

test("whatever is asked of whatever patients, the network releases what one who saw them all would", () => {
  const policies = fc.record({
    threshold: fc.integer({ min: 2, max: 6 }),
    zeros: fc.constantFrom("hide" as const, "show" as const),
    missing: fc.constantFrom("open" as const, "cell" as const),
    tail: fc.integer({ min: 1, max: 4 }),
    minimumCentres: fc.constant(3),
  });
  const run = fc.record({
    query: queries,
    at: fc.array(patients, { minLength: 3, maxLength: 6 }),
    copies: fc.constantFrom(1, 1, 3),
    policy: policies,
    seed: fc.nat(1_000_000),
  });
  fc.assert(
    fc.property(run, ({ query, at, copies, policy, seed }) => {
      const centres = at.map((some) => Array.from({ length: copies }, () => some).flat());
      const named = Object.fromEntries(centres.map((some, i) => [`centre ${i}`, some]));
      const { releases, stops } = new World({ dataset, centres: named, seed, policy }).ask(query);
      expect([...stops.values()]).toEqual([]);
      const n = centres.length;
      const expected = inTheClear(query, centres.flat(), policy, { invited: n, contributed: n, finished: n });
      for (const made of releases.values()) expect(made).toEqual(expected);
      expect(releases.size).toBe(n);
    }),
    { numRuns: 25 },
  );
});

test.each([16, 21])("%i centres answer through a committee, and all of them sign", (n) => {
  const everybody: readonly Patient[] = [
    { sex: "F", age: 2, dyspnea: true },
    { sex: "M", age: 0.5, dyspnea: false },
  ];
  const named = Object.fromEntries(Array.from({ length: n }, (_, i) => [`centre ${i}`, everybody]));
  const world = new World({ dataset, centres: named, seed: n });
  const query: Query = {
    dataset: "small@1",
    purpose: "",
    by: ["sex"],
    measures: [
      { id: "n", count: true },
      { id: "age", quantiles: "age", at: [0.5] },
    ],
  };
  const { releases, stops } = world.ask(query);
  expect([...stops.values()]).toEqual([]);
  expect(releases.size).toBe(n);
  for (const made of releases.values()) {
    expect(made.results.find(({ measure, stratum }) => measure === "n" && Object.keys(stratum).length === 0)).toMatchObject({
      count: 2 * n,
    });
    expect(made.results.find(({ measure, stratum }) => measure === "age" && stratum["sex"] === "F")).toMatchObject({
      quantiles: { "0.5": 2 },
    });
    expect(made.centres).toEqual({ invited: n, contributed: n, finished: n });
  }
});
