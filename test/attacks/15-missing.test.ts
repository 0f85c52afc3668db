import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// n is padded with patients whose value is missing; or the missing themselves are the few.

const NAMES = ["a", "b", "c", "d"];
const MEASURES = [
  { id: "n", count: true },
  { id: "anca", proportion: "anca" },
  { id: "dyspnea", proportion: "dyspnea" },
  { id: "age", quantiles: "age", at: [0.5] },
  { id: "mean", mean: "age" },
] as const;

test("of 24 patients three have a value: k counts these", () => {
  const patients = [...alike(21, { sex: "F" }), ...alike(3, { sex: "F", anca: true, dyspnea: true, age: 2 })];
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 15 });
  const release = releaseOf(world.ask(world.query(MEASURES)));
  expect(rowOf(release, "n")).toMatchObject({ count: 24 });
  expect(rowOf(release, "dyspnea")).toMatchObject({ known: null, positive: null });
  expect(rowOf(release, "age")).toMatchObject({ known: null, quantiles: { "0.5": null } });
  expect(rowOf(release, "mean")).toMatchObject({ known: null, mean: null });
});

const few = [...alike(21, { anca: false, dyspnea: true }), ...alike(3, { anca: null, dyspnea: null })];
const told = (policy: object): ReturnType<typeof releaseOf> => {
  const world = new World({ dataset, centres: spread(few, NAMES), seed: 15, policy });
  return releaseOf(world.ask(world.query(MEASURES)));
};

test("three were not tested for what is sensitive to be tested for: n and known are not shown together", () => {
  const release = told({ missing: "open" });
  expect([rowOf(release, "n")["count"], rowOf(release, "anca")["known"]]).toContain(null);
});

test("the same for every variable under `missing: cell`; the attack is real under `open`, where a policy allows it", () => {
  const strict = told({ missing: "cell" });
  expect([rowOf(strict, "n")["count"], rowOf(strict, "dyspnea")["known"]]).toContain(null);
  const world = new World({ dataset, centres: spread(few, NAMES), seed: 15 });
  const open = releaseOf(world.ask(world.query([MEASURES[0], MEASURES[2]])));
  expect((rowOf(open, "n")["count"] as number) - (rowOf(open, "dyspnea")["known"] as number)).toBe(3);
});
