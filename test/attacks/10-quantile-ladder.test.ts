import { check } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { ClearNetwork, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// Quantiles at every 1/n, of few patients, of nested cohorts.

const NAMES = ["a", "b", "c", "d"];

test.each([[[0.5, 0.52]], [[1 / 7]], [[0]], [[1]], [[0.99]]])("the quantiles %j are not on the list", (at) => {
  const checked = check({ dataset: "small@1", purpose: "", measures: [{ id: "q", quantiles: "age", at }] }, dataset);
  expect(checked.ok).toBe(false);
});

test("the quartiles of eight hide: two patients would lie on the shorter side", () => {
  const world = new World({ dataset, centres: spread(alike(8, { age: 2 }), NAMES), seed: 10 });
  const quartiles = releaseOf(world.ask(world.query([{ id: "q", quantiles: "age", at: [0.25, 0.5, 0.75] }])));
  expect(rowOf(quartiles, "q")).toMatchObject({ known: 8, quantiles: { "0.25": null, "0.5": null, "0.75": null } });
});

test("ten have a median and no quartiles", () => {
  const world = new World({ dataset, centres: spread([...alike(5, { age: 1 }), ...alike(5, { age: 2 })], NAMES), seed: 10 });
  const quartiles = releaseOf(world.ask(world.query([{ id: "q", quantiles: "age", at: [0.25, 0.5, 0.75] }])));
  expect(rowOf(quartiles, "q")).toMatchObject({ known: 10, quantiles: { "0.25": null, "0.5": 1.5, "0.75": null } });
});

test("the median of a cohort and of the cohort without one: the second hides", () => {
  const patients = [...alike(10, { age: 1, sex: "F" }), ...alike(10, { age: 3, sex: "F" }), { age: 4, sex: "M" }];
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 10 });
  const median = [{ id: "q", quantiles: "age", at: [0.5] }];
  expect(rowOf(releaseOf(world.ask(world.query(median))), "q")).toMatchObject({ quantiles: { "0.5": 3 } });
  const girls = releaseOf(world.ask(world.query(median, { where: { variable: "sex", is: "F" } })));
  expect(rowOf(girls, "q")).toMatchObject({ known: null, quantiles: { "0.5": null } });
});

test("a median tells of those up to it: a cohort that is these hides, or tells that nobody is between", () => {
  // The median is 0.5: twelve are at most that old, and twelve are below 1.
  const patients = [...alike(11, { age: 0.5 }), ...alike(9, { age: 2 }), ...alike(1, { age: 0 })];
  const below = (zeros: "hide" | "show"): unknown => {
    const world = new World({ dataset, centres: spread(patients, NAMES), seed: 10, policy: { zeros } });
    const median = releaseOf(world.ask(world.query([{ id: "q", quantiles: "age", at: [0.5] }])));
    expect(rowOf(median, "q")).toMatchObject({ quantiles: { "0.5": 0.5 } });
    return rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }], { where: { variable: "age", below: 1 } }))), "n")["count"];
  };
  expect(below("show")).toBe(12);
  expect(below("hide")).toBeNull();
});

test("the attack is real: where nothing is remembered, two medians say on which side of the first the one patient is", () => {
  const patients = [...alike(10, { age: 1, sex: "F" }), ...alike(10, { age: 3, sex: "F" }), { age: 4, sex: "M" }];
  const clear = new ClearNetwork({ dataset, centres: spread(patients, NAMES), defences: THRESHOLD_ONLY });
  const median = (where?: object): unknown =>
    rowOf(clear.ask({ dataset: "small@1", purpose: "", measures: [{ id: "q", quantiles: "age", at: [0.5] }], ...where }), "q")["quantiles"];
  expect([median(), median({ where: { variable: "sex", is: "F" } })]).toEqual([{ "0.5": 3 }, { "0.5": 2 }]);
});
