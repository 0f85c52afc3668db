import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// Which codes occur at all? Categories come from the dictionary.

const NAMES = ["a", "b", "c", "d"];
const table = (boys: number, policy = {}): ReturnType<typeof releaseOf> => {
  const patients = [...alike(20, { sex: "F", dyspnea: true }), ...alike(boys, { sex: "M", dyspnea: true })];
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 14, policy });
  return releaseOf(world.ask(world.query([{ id: "sex", distribution: "sex" }], { by: ["sex"] })));
};

test("a code that nobody has stands in the table like one that few have", () => {
  const [none, one] = [table(0), table(1)].map((release) => rowOf(release, "sex", { sex: "M" }));
  expect(none).toEqual(one);
  expect(none).toMatchObject({ known: null, counts: { F: null, M: null } });
});

test("the rows of a release are the same whoever is there", () => {
  const rows = (boys: number): unknown => table(boys).results.map(({ measure, stratum }) => [measure, stratum]);
  expect(rows(0)).toEqual(rows(12));
});

test("the attack is real: where zeros are shown and the threshold is the lowest, nobody and a few can be told apart", () => {
  const loose = { zeros: "show", threshold: 2 } as const;
  expect(rowOf(table(0, loose), "sex", { sex: "M" })).toMatchObject({ known: 0 });
  expect(rowOf(table(3, loose), "sex", { sex: "M" })).toMatchObject({ known: 3 });
});
