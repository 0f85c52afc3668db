import { dataset } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import { expect, test } from "vitest";
import { ClearNetwork, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// Two hidden cells whose sum is open, and extreme: both are then known.

const NAMES = ["a", "b", "c", "d"];
const some = (positive: number, negative: number): Patient[] => [
  ...alike(positive, { dyspnea: true }),
  ...alike(negative, { dyspnea: false }),
];
const asked = { dataset: "small@1", purpose: "", measures: [{ id: "dyspnea", proportion: "dyspnea" }] } as const;
const network = (patients: readonly Patient[]): World => new World({ dataset, centres: spread(patients, NAMES), seed: 4 });

test("four and four: their sum of eight would say it, so it hides too", () => {
  expect(rowOf(releaseOf(network(some(4, 4)).ask(asked)), "dyspnea")).toMatchObject({ known: null, positive: null });
});

test("the attack is real: under a threshold alone eight are shown, and two numbers of at most four add up to it in one way", () => {
  const clear = new ClearNetwork({ dataset, centres: spread(some(4, 4), NAMES), defences: THRESHOLD_ONLY });
  const { known } = rowOf(clear.ask(asked), "dyspnea") as unknown as { known: number };
  const ways = [0, 1, 2, 3, 4].filter((positive) => known - positive <= 4 && known - positive >= 0);
  expect(ways).toEqual([4]);
});

test("which of two hidden cells is small, a release does not say", () => {
  const [few, many] = [some(3, 20), some(20, 3)].map((patients) => releaseOf(network(patients).ask(asked)));
  expect(few).toEqual(many);
});
