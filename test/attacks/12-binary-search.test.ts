import type { Dataset } from "@tutti/dataset";
import { check, type Query } from "@tutti/query";
import { dataset, variables } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { ALL_DEFENCES, ClearNetwork, type Defences, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { alike, rowOf, spread } from "../world/population.ts";

// A cut is moved until the count jumps: there is the patient's value.

const GRID = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];
const patients = [...alike(12, { age: 0 }), { age: 3 }, ...alike(12, { age: 4 })];
const below = (cut: number): Query => ({
  dataset: "small@1",
  purpose: "",
  where: { variable: "age", below: cut },
  measures: [{ id: "n", count: true }],
});

test("cuts are those of the dictionary", () => {
  expect(GRID.filter((cut) => check(below(cut), dataset).ok)).toEqual([1, 2.5]);
});

test("even where every point is a cut, the guard stops the walk; the attack is real without it", () => {
  const everywhere: Dataset = {
    ...dataset,
    variables: { ...variables, age: { ...variables["age"]!, cuts: GRID } as Dataset["variables"][string] },
  };
  const walk = (defences: Defences): readonly unknown[] => {
    const network = new ClearNetwork({ dataset: everywhere, centres: spread(patients, ["a", "b", "c"]), defences });
    return GRID.map((cut) => rowOf(network.ask(below(cut)), "n")["count"]);
  };
  expect(walk(THRESHOLD_ONLY)).toEqual([12, 12, 12, 12, 12, 12, 13, 13]);
  expect(walk(ALL_DEFENCES)).toEqual([12, null, null, null, null, null, null, null]);
});
