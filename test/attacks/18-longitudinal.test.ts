import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { ClearNetwork, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// The same monthly report as patients are added: stable until it can safely change.

const NAMES = ["a", "b", "c"];
const REPORT = [
  { id: "n", count: true },
  { id: "dyspnea", proportion: "dyspnea" },
] as const;

function month(world: World, added: number): void {
  world.nowMs += 30 * 86_400_000;
  const centre = world.centres.get("a")!;
  const first = centre.patients.length;
  centre.patients = [
    ...centre.patients,
    ...alike(added, { sex: "F", dyspnea: true }).map((patient, i) => ({ id: `new ${first + i}`, ...patient })),
  ];
}

test("one new patient does not show, and five together do", () => {
  const patients = [...alike(12, { sex: "F", dyspnea: true }), ...alike(8, { sex: "F", dyspnea: false })];
  const world = new World({ dataset, centres: spread(patients, NAMES), seed: 18 });
  const report = (): ReturnType<typeof releaseOf> => releaseOf(world.ask(world.query(REPORT)));
  const first = report();
  expect(rowOf(first, "n")).toMatchObject({ count: 20 });
  expect(first.asOf).toBeUndefined();
  for (let i = 0; i < 2; i++) {
    month(world, 2);
    expect(report()).toMatchObject({ asOf: "2026-01-01", results: first.results });
  }
  month(world, 1);
  const now = report();
  expect(now.asOf).toBeUndefined();
  expect(rowOf(now, "n")).toMatchObject({ count: 25 });
  expect(rowOf(now, "dyspnea")).toMatchObject({ positive: 17 });
});

test("another question in the meantime does not show them either", () => {
  const world = new World({ dataset, centres: spread(alike(20, { sex: "F", dyspnea: true }), NAMES), seed: 18 });
  releaseOf(world.ask(world.query(REPORT)));
  month(world, 1);
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "other", count: true }]))), "other")).toMatchObject({ count: null });
});

test("nothing changed: the same answer again, and it does not say whether nothing did", () => {
  const world = new World({ dataset, centres: spread(alike(20, { sex: "F", dyspnea: true }), NAMES), seed: 18 });
  const first = releaseOf(world.ask(world.query(REPORT)));
  const unchanged = releaseOf(world.ask(world.query(REPORT)));
  expect(unchanged).toEqual({ ...first, asOf: "2026-01-01" });
  month(world, 1);
  expect(releaseOf(world.ask(world.query(REPORT)))).toEqual(unchanged);
});

test("unchanged cells in another question are answered anew, and told once", () => {
  const world = new World({
    dataset,
    centres: spread([...alike(20, { dyspnea: true }), ...alike(9, { dyspnea: false })], NAMES),
    seed: 18,
  });
  releaseOf(world.ask(world.query(REPORT)));
  const other = releaseOf(world.ask(world.query([...REPORT, { id: "m", count: true }])));
  expect(rowOf(other, "m")).toMatchObject({ count: 29 });
  expect(other.asOf).toBeUndefined();
  releaseOf(world.ask(world.query([{ id: "again", count: true }])));
  const told = world.centres
    .get("a")!
    .history.of("small@1")
    .map(({ sets }) => sets.map(({ key }) => key));
  expect(told).toEqual([["all", "dyspnea(true,false)", "dyspnea(true)", "dyspnea(false)"], []]);
});

const COMMITTEE = Array.from({ length: 16 }, (_, i) => `centre ${i}`);

test.each([
  ["of three centres", NAMES],
  ["with a committee", COMMITTEE],
])("what has changed enough is held against everything else that was told, in a network %s", (_, names) => {
  const patients = [...alike(20, { sex: "F", dyspnea: true }), ...alike(9, { sex: "M", dyspnea: false })];
  const world = new World({ dataset, centres: spread(patients, names), seed: 18 });
  releaseOf(world.ask(world.query(REPORT)));
  // Nine leave and three come: all patients are far from all patients before, and near to those with dyspnea.
  for (const centre of world.centres.values()) centre.patients = centre.patients.filter(({ sex }) => sex === "F");
  const first = world.centres.get(names[0]!)!;
  first.patients = [...first.patients, ...alike(3, { sex: "F", dyspnea: false }).map((patient, i) => ({ id: `new ${i}`, ...patient }))];
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "m", count: true }]))), "m")).toMatchObject({ count: null });
});

test("a question that had no answer gets one once there are enough", () => {
  const world = new World({ dataset, centres: spread(alike(3, { sex: "F", dyspnea: true }), NAMES), seed: 18 });
  const report = (): ReturnType<typeof releaseOf> => releaseOf(world.ask(world.query(REPORT)));
  expect(rowOf(report(), "n")).toMatchObject({ count: null });
  month(world, 1);
  expect(rowOf(report(), "n")).toMatchObject({ count: null });
  month(world, 8);
  expect(rowOf(report(), "n")).toMatchObject({ count: 12 });
});

test("the attack is real: where nothing is remembered, the report of the next month shows the new patient and what she has", () => {
  const centres = spread([...alike(12, { dyspnea: true }), ...alike(8, { dyspnea: false })], NAMES);
  const clear = new ClearNetwork({ dataset, centres, defences: THRESHOLD_ONLY });
  const ask = (): ReturnType<typeof rowOf> => rowOf(clear.ask({ dataset: "small@1", purpose: "", measures: REPORT }), "dyspnea");
  const before = ask();
  clear.centres.set("a", [...centres["a"]!, { id: "new", dyspnea: true }]);
  const after = ask();
  expect([
    (after["known"] as number) - (before["known"] as number),
    (after["positive"] as number) - (before["positive"] as number),
  ]).toEqual([1, 1]);
});
