import type { Query } from "@tutti/query";
import type { Patient } from "@tutti/sql";
import { dataset } from "@tutti/query/trial";
import { World, type WorldSetting } from "./world.ts";

const PATIENTS: readonly Patient[] = [
  { sex: "F", age: 2, dyspnea: true, anca: true },
  { sex: "M", age: 0.5, dyspnea: false, anca: null },
  { sex: "F", age: 4, dyspnea: true, anca: false },
];

/** A network of seven centres with three patients each: t = 2, and everything of all patients may open. */
export function smallNetwork(rest: Partial<WorldSetting> = {}, names: readonly string[] = ["a", "b", "c", "d", "e", "f", "g"]): World {
  const centres = Object.fromEntries(names.map((name) => [name, PATIENTS]));
  return new World({ dataset, centres, seed: 7, ...rest });
}

/** Asks for something of every kind: counts, a part that hides, a median, a mean. */
export const EVERYTHING: Query = {
  dataset: "small@1",
  purpose: "everything",
  measures: [
    { id: "n", count: true },
    { id: "dyspnea", proportion: "dyspnea" },
    { id: "age", quantiles: "age", at: [0.5] },
    { id: "mean", mean: "age" },
  ],
};
