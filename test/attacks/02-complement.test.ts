import { dataset } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import { expect, test } from "vitest";
import { ClearNetwork, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// known − positive; a total less the other parts.

const NAMES = ["a", "b", "c", "d"];
const some = (negative: number): Patient[] => [
  ...alike(20, { sex: "F", dyspnea: true, age: 0.5 }),
  ...alike(negative, { sex: "M", dyspnea: false, age: 3 }),
];
const MEASURES = [
  { id: "dyspnea", proportion: "dyspnea" },
  { id: "age", distribution: "age" },
] as const;

test.each([1, 2, 3, 4])("%i negative: the positive hide for their sake, and so does every other way to subtract", (negative) => {
  const world = new World({ dataset, centres: spread(some(negative), NAMES), seed: 2 });
  const release = releaseOf(world.ask(world.query([{ id: "n", count: true }, ...MEASURES], { by: ["sex"] })));
  expect(rowOf(release, "dyspnea")).toMatchObject({ positive: null, rate: null });
  const { counts } = rowOf(release, "age") as unknown as { counts: Record<string, number | null> };
  expect(Object.values(counts).filter((count) => count === null).length).not.toBe(1);
});

test("five negative may be worked out", () => {
  const world = new World({ dataset, centres: spread(some(5), NAMES), seed: 2 });
  expect(rowOf(releaseOf(world.ask(world.query(MEASURES))), "dyspnea")).toMatchObject({ known: 25, positive: 20 });
});

test("the attack is real: under a threshold alone three negative are a subtraction", () => {
  const network = new ClearNetwork({ dataset, centres: spread(some(3), NAMES), defences: THRESHOLD_ONLY });
  const row = rowOf(network.ask({ dataset: "small@1", purpose: "", measures: MEASURES }), "dyspnea");
  expect((row["known"] as number) - (row["positive"] as number)).toBe(3);
});
