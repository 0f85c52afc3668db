import type { Query } from "@tutti/query";
import type { Patient } from "@tutti/sql";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dataset, patients, queries } from "@tutti/query/trial";
import { inTheClear } from "../world/in-the-clear.ts";
import { World } from "../world/world.ts";

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
      const world = new World({ dataset, centres: named, seed, policy });
      const { releases, stops } = world.ask(query);
      expect([...stops.values()]).toEqual([]);
      const n = centres.length;
      const expected = inTheClear(query, dataset, centres.flat(), policy, { invited: n, contributed: n, finished: n });
      for (const made of releases.values()) expect(made).toEqual({ ...expected, roster: world.roster.hash });
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
