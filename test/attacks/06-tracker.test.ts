import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { ClearNetwork, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// C, C and T, C and not T, and unions: the tracker that isolates T (Denning, Denning and Schwartz, 1979).

const patients = [
  ...alike(15, { sex: "F", dyspnea: true, anca: false }),
  ...alike(12, { sex: "M", dyspnea: false, anca: false }),
  { sex: "M", dyspnea: false, anca: true },
];

test("a characteristic of one patient is not found by a padding that is asked for in pieces", () => {
  const world = new World({ dataset, centres: spread(patients, ["a", "b", "c", "d"]), seed: 6 });
  const count = (where: object): unknown =>
    rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }], { where } as never))), "n")["count"];
  const boys = { variable: "sex", is: "M" };
  const target = { variable: "anca", is: true };
  const padding = { variable: "sex", is: "F" };
  expect(count(padding)).toBe(15);
  // Girls, and whoever is the target: one more than girls.
  expect(count({ any: [padding, { all: [boys, target] }] })).toBeNull();
  expect(count(boys)).toBe(13);
  expect(count({ all: [boys, { not: target }] })).toBeNull();
  // Girls and boys, less these, would be the target.
  expect(count({ any: [padding, { all: [boys, { not: target }] }] })).toBeNull();
});

test("where the target is many, the same pieces are answered", () => {
  const many = [...patients, ...alike(5, { sex: "M", dyspnea: false, anca: true })];
  const world = new World({ dataset, centres: spread(many, ["a", "b", "c", "d"]), seed: 6 });
  const counts = [
    { variable: "sex", is: "F" },
    { variable: "sex", is: "M" },
    { any: [{ variable: "sex", is: "F" }, { all: [{ variable: "sex", is: "M" }, { not: { variable: "anca", is: true } }] }] },
  ].map((where) => rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }], { where } as never))), "n")["count"]);
  expect(counts).toEqual([15, 18, 27]);
});

test("the attack is real: where nothing is remembered, girls and whoever is the target are one more than girls", () => {
  const network = new ClearNetwork({ dataset, centres: spread(patients, ["a", "b", "c", "d"]), defences: THRESHOLD_ONLY });
  const count = (where: object): number =>
    rowOf(network.ask({ dataset: "small@1", purpose: "", where: where as never, measures: [{ id: "n", count: true }] }), "n")[
      "count"
    ] as number;
  const girls = { variable: "sex", is: "F" };
  expect(count({ any: [girls, { variable: "anca", is: true }] }) - count(girls)).toBe(1);
});
