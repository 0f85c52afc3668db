import { dataset } from "@tutti/query/trial";
import { check } from "@tutti/query";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// Minimum, maximum, a 99th percentile: the value of one patient.

const NAMES = ["a", "b", "c", "d"];
const patients = [...alike(19, { age: 1 }), { age: 4 }];

test.each([
  [{ id: "x", minimum: "age" }],
  [{ id: "x", maximum: "age" }],
  [{ id: "x", range: "age" }],
  [{ id: "x", quantiles: "age", at: [0] }],
  [{ id: "x", quantiles: "age", at: [0.99] }],
  [{ id: "x", quantiles: "age", at: [1] }],
  [{ id: "x", mean: "age", trim: 0.1 }],
])("%j can't be said, and a coordinator that says it all the same is refused by every centre", (measure) => {
  const query = { dataset: "small@1", purpose: "", measures: [measure] };
  expect(check(query, dataset).ok).toBe(false);
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 11 });
  const offer = { ...world.offerOf(world.query([{ id: "n", count: true }])), query };
  const { refusals, exchanges } = world.ask(offer.query as never, {}, offer as never);
  expect({ refused: refusals.size, exchanges }).toEqual({ refused: 4, exchanges: 0 });
});

test("the highest quantile of the list hides when few are beyond it; the attack is real where the rule on tails is off", () => {
  const highest = [{ id: "x", quantiles: "age", at: [0.95] }];
  const ask = (tail: number): unknown => {
    const world = new World({ dataset, centres: spread(patients, NAMES), seed: 11, policy: { tail } });
    return rowOf(releaseOf(world.ask(world.query(highest))), "x")["quantiles"];
  };
  expect(ask(5)).toEqual({ "0.95": null });
  // Halfway between 1 and the oldest, who is 4.
  expect(ask(1)).toEqual({ "0.95": 2.5 });
});
