import { plan, type Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { type EarlierRelease, setsOfCells } from "./earlier-release.ts";
import { guardedCells } from "./guard.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { type Preview, preview, previewSchema } from "./preview.ts";

type Asked = Omit<Query, "dataset" | "purpose">;
const planned = (query: Asked) => plan({ dataset: "small@1", purpose: "", ...query }, dataset);

/** A release of all that was asked, but for the cells with these keys. */
function told(query: Asked, day: string, hidden: readonly string[] = []): EarlierRelease {
  const made = planned(query);
  const cells = guardedCells(made).filter((cell) => !hidden.includes(made.cells[cell]!.key));
  return {
    session: day,
    query: `sha256:${"0".repeat(64)}`,
    participants: ["a", "b", "c"],
    atMs: Date.parse(day),
    plan: made,
    policy: DEFAULT_POLICY,
    sets: setsOfCells(made, cells),
    release: null,
  };
}
const before = (query: Asked, ...history: readonly EarlierRelease[]): Preview => preview(planned(query), history, dataset);
/** The risk of each row: by measure and stratum. */
const risks = ({ rows }: Preview) =>
  Object.fromEntries(rows.map(({ measure, stratum, risk }) => [[measure, ...Object.values(stratum)].join(), risk]));

const patients: Asked = { measures: [{ id: "n", count: true }] };
const girls: Asked = { ...patients, where: { variable: "sex", is: "F" } };
const boys: Asked = { ...patients, where: { variable: "sex", is: "M" } };
const olderGirls: Asked = { ...patients, where: { all: [girls.where!, { variable: "age", atLeast: 1 }] } };
const girlsOrOld: Asked = { ...patients, where: { any: [girls.where!, { variable: "age", atLeast: 2.5 }] } };
const bySex: Asked = { ...patients, by: ["sex"] };
const sick: Asked = { measures: [{ id: "dyspnea", proportion: "dyspnea" }] };

test("without a history everything is new, and nothing is compared", () => {
  const { cells, pairs, rows } = before(sick);
  expect({ cells, pairs }).toEqual({ cells: planned(sick).cells.length, pairs: 0 });
  expect(rows).toEqual([{ measure: "dyspnea", stratum: {}, risk: "new", earlier: [] }]);
});

test("what was told under the same definition is the same, with the days on which it was", () => {
  const { rows, pairs } = before(patients, told(patients, "2026-02-01"), told(patients, "2026-03-01"), told(patients, "2026-03-01"));
  expect(rows).toEqual([{ measure: "n", stratum: {}, risk: "same", earlier: ["2026-02-01", "2026-03-01"] }]);
  expect(pairs).toBe(3);
});

test("the same patients in other words are the same", () => {
  const named = { ...patients, where: { not: { not: { variable: "sex", in: ["F"] } } } } as const;
  expect(risks(before(named, told(girls, "2026-02-01")))).toEqual({ n: "same" });
});

test.each([
  ["inside one that was told", olderGirls, girls],
  ["around one that was told", girls, olderGirls],
  ["inside everybody", girls, patients],
  ["beside one that it overlaps", girlsOrOld, olderGirls],
])("a cohort %s is near", (_, asked, earlier) => {
  expect(before(asked, told(earlier, "2026-02-01")).rows).toMatchObject([{ risk: "near", earlier: ["2026-02-01"] }]);
});

test("a cohort that nobody of an earlier one can be in is new, and costs the guard nothing", () => {
  expect(before(boys, told(girls, "2026-02-01"))).toMatchObject({ pairs: 0, rows: [{ risk: "new", earlier: [] }] });
});

test("a number that hid before is not told: its row is near, not the same", () => {
  const [key] = planned(sick)
    .cells.filter(({ role }) => role === "part")
    .map((cell) => cell.key);
  expect(risks(before(sick, told(sick, "2026-02-01")))).toEqual({ dyspnea: "same" });
  expect(risks(before(sick, told(sick, "2026-02-01", [key!])))).toEqual({ dyspnea: "near" });
});

test("strata are judged one by one: the one that was told as a cohort is the same", () => {
  expect(risks(before(bySex, told(girls, "2026-02-01")))).toEqual({ n: "near", "n,F": "same", "n,M": "new" });
});

test("a measure within a cohort that was told is near, one of a disjoint stratum is new", () => {
  expect(risks(before({ ...sick, by: ["sex"] }, told(girls, "2026-02-01")))).toEqual({
    dyspnea: "near",
    "dyspnea,F": "near",
    "dyspnea,M": "new",
  });
});

test("what a repeated number was told with before bears on it, not the release that repeats it", () => {
  const repeated = { ...told(patients, "2026-03-01"), sets: [] };
  expect(before(patients, told(patients, "2026-02-01"), repeated)).toMatchObject({
    pairs: 1,
    rows: [{ risk: "same", earlier: ["2026-02-01"] }],
  });
});

test("a preview fits its schema, and nothing may be added to it", () => {
  const said = before(bySex, told(girls, "2026-02-01"));
  expect(previewSchema.parse(JSON.parse(JSON.stringify(said)))).toEqual(said);
  expect(previewSchema.safeParse({ ...said, counts: [] }).success).toBe(false);
});
