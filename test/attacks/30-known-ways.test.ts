import type { Condition, Measure } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// Sequences that the search found, cut down to what makes them work. Each test says what should hold, and fails as long as it does not: a test
// that passes all of a sudden is a way that was closed. See docs/threat-model.md, "Several releases together".

const NAMES = ["a", "b", "c", "d"];
const count: Measure = { id: "n", count: true };
const girls: Condition = { variable: "sex", is: "F" };
const boys: Condition = { variable: "sex", is: "M" };

test.fails("three releases: girls, boys, and all but the boys with a characteristic", () => {
  const patients = [...alike(15, { sex: "F", anca: false }), ...alike(12, { sex: "M", anca: false }), { sex: "M", anca: true }];
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 30 });
  const n = (where: Condition): number => rowOf(releaseOf(world.ask(world.query([count], { where }))), "n")["count"] as number;
  const [f, m] = [n(girls), n(boys)];
  const most = n({ any: [girls, { all: [boys, { not: { variable: "anca", is: true } }] }] });
  expect(f + m - most).not.toBe(1);
});

test.fails("one release: a cohort that is a union, and both of its sides, when no value is missing", () => {
  const patients = [
    ...alike(9, { anca: true, dyspnea: false }),
    ...alike(8, { anca: false, dyspnea: true }),
    ...alike(2, { anca: true, dyspnea: true }),
    ...alike(6, { anca: false, dyspnea: false }),
  ];
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 30 });
  const where: Condition = {
    any: [
      { variable: "anca", is: true },
      { variable: "dyspnea", is: true },
    ],
  };
  const measures: Measure[] = [count, { id: "anca", proportion: "anca" }, { id: "dyspnea", proportion: "dyspnea" }];
  const release = releaseOf(world.ask(world.query(measures, { where })));
  const positive = (measure: string): number => rowOf(release, measure)["positive"] as number;
  expect(positive("anca") + positive("dyspnea") - (rowOf(release, "n")["count"] as number)).not.toBe(2);
});

test.fails("one release: the number of patients hides, and the number with a known value opens, when no value is missing", () => {
  const patients = [
    ...alike(10, { sex: "F", anca: false }),
    ...alike(10, { sex: "M", anca: false }),
    ...alike(2, { sex: "F", anca: true }),
    ...alike(1, { sex: "M", anca: true }),
  ];
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 30 });
  const release = releaseOf(world.ask(world.query([count, { id: "sex", distribution: "sex" }], { by: ["anca"] })));
  const all = rowOf(release, "sex")["known"] as number;
  const some = rowOf(release, "n", { anca: false })["count"] as number;
  expect(all - some).not.toBe(3);
});

test.fails("one release: mean and standard deviation of five, and there is but one way to have them", () => {
  const ages = [0, 0, 0, 0, 4];
  const world = new World({
    dataset,
    centres: spread(
      ages.map((age): { age: number } => ({ age })),
      NAMES,
    ),
    seed: 30,
  });
  const { mean, sd } = rowOf(releaseOf(world.ask(world.query([{ id: "age", mean: "age" }]))), "age") as unknown as Record<
    "mean" | "sd",
    number
  >;
  const ways = multisets(5, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]).filter((some) => {
    const m = some.reduce((sum, value) => sum + value, 0) / 5;
    const d = Math.sqrt(some.reduce((sum, value) => sum + (value - m) ** 2, 0) / 4);
    return Math.abs(m - mean) < 1e-9 && Math.abs(d - sd) < 1e-9;
  });
  expect(ways.length).toBeGreaterThan(1);
});

test.fails("two releases that are equal: nobody is in the difference, and zeros were to hide", () => {
  const patients = [...alike(12, { sex: "F", dyspnea: true }), ...alike(9, { sex: "M", dyspnea: false })];
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 30 });
  const n = (where: Condition): unknown => rowOf(releaseOf(world.ask(world.query([count], { where }))), "n")["count"];
  const all = n(girls);
  expect(n({ all: [girls, { variable: "dyspnea", is: true }] })).not.toBe(all);
});

function multisets(size: number, values: readonly number[]): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return values.flatMap((value, i) => multisets(size - 1, values.slice(i)).map((rest) => [value, ...rest]));
}
