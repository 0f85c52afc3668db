import type { Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// A rare combination is asked for. What the coordinator sees of it: test/journeys/coordinator-view.test.ts, test/live/trace.test.ts.

const patients = [...alike(22, { sex: "F", age: 3, anca: false }), ...alike(3, { sex: "M", age: 0.5, anca: true })];
const network = (threshold: number): World =>
  new World({ dataset, centres: spread(patients, ["a", "b", "c", "d"]), seed: 1, policy: { threshold } });

const rare: Pick<Query, "where"> = {
  where: {
    all: [
      { variable: "sex", is: "M" },
      { variable: "age", below: 1 },
      { variable: "anca", is: true },
    ],
  },
};
const measures: Query["measures"] = [
  { id: "n", count: true },
  { id: "sex", distribution: "sex" },
  { id: "age", quantiles: "age", at: [0.5] },
  { id: "mean", mean: "age" },
];

test("three patients: nothing that is asked of them opens, and no centre has it either", () => {
  const world = network(5);
  const { releases, records } = world.ask(world.query(measures, rare));
  for (const { results } of releases.values()) {
    expect(results).toMatchObject([
      { count: null },
      { known: null, counts: { F: null, M: null } },
      { known: null, quantiles: { "0.5": null } },
      { known: null, mean: null, sd: null },
    ]);
  }
  // What each centre wrote down before it revealed anything: no cell.
  expect([...records.values()]).toEqual(world.names.map(() => []));
});

test("five of them would be told", () => {
  const more = [...patients, ...alike(2, patients.at(-1)!)];
  const world = new World({ dataset, centres: spread(more, ["a", "b", "c", "d"]), seed: 1 });
  expect(rowOf(releaseOf(world.ask(world.query(measures, rare))), "n")).toMatchObject({ count: 5 });
});

test("the attack is real: with a threshold of 2 the three are told", () => {
  const world = network(2);
  expect(rowOf(releaseOf(world.ask(world.query(measures, rare))), "n")).toMatchObject({ count: 3 });
});
