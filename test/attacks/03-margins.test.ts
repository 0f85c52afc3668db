import { DEFAULT_POLICY, type Release, smallValues } from "@tutti/disclosure";
import { plan, type Query } from "@tutti/query";
import type { Patient } from "@tutti/sql";
import { expect, test } from "vitest";
import { audit, type Interval } from "../disclosure/audit.ts";
import { countsOf, TABLES } from "../disclosure/tables.ts";
import { ClearNetwork, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { alike, releaseOf, spread } from "../world/population.ts";
import { shownCells } from "../world/shown-cells.ts";
import { World } from "../world/world.ts";

// A two-way table with its totals, solved as an integer program.

const SIZES = { F: [9, 7, 2, 8], M: [6, 3, 11, 7] } as const;
const patients = Object.entries(SIZES).flatMap(([sex, sizes]) =>
  sizes.flatMap((size, i) => alike(size, { sex, outcome: "abcd"[i]! }) as Patient[]),
);
const query: Query = {
  dataset: "tables@1",
  purpose: "",
  by: ["sex"],
  measures: [
    { id: "n", count: true },
    { id: "outcome", distribution: "outcome" },
  ],
};
const planned = plan(query, TABLES);
const truth = countsOf(planned, patients);
const { to } = smallValues(DEFAULT_POLICY);
/** The cells of one to four patients that the table shows. */
const small = planned.cells.flatMap(({ role }, cell) => (role === "part" && truth[cell]! >= 1 && truth[cell]! <= to ? [cell] : []));

/** What a reader can work out of the small cells who knows that no value is missing. */
function solved(release: Release): readonly Interval[] {
  const cells = planned.cells.map(({ key }) => ({ key, primary: false, firm: false, shown: true, released: false, vacant: false }));
  const complete = (cell: number): readonly [number, number] => (planned.cells[cell]!.role === "missing" ? [0, 0] : [0, 1_000]);
  return audit({ cells, relations: planned.relations }, shownCells(planned, release), small, complete);
}

test("every hidden cell keeps its whole range, whatever the totals say", () => {
  expect(small).toHaveLength(2);
  const world = new World({ dataset: TABLES, centres: spread(patients, ["a", "b", "c", "d"]), seed: 3 });
  const intervals = solved(releaseOf(world.ask(query)));
  for (const { low, high } of intervals) expect([low <= 0, high >= to]).toEqual([true, true]);
});

test("the attack is real: under a threshold alone the table has one solution", () => {
  const network = new ClearNetwork({ dataset: TABLES, centres: spread(patients, ["a", "b", "c"]), defences: THRESHOLD_ONLY });
  expect(solved(network.ask(query)).map(({ low, high }) => [low, high])).toEqual(small.map((cell) => [truth[cell], truth[cell]]));
});
