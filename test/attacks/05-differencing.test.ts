import type { Condition } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// A cohort, then the same without a few: the difference would be theirs.

const NAMES = ["a", "b", "c", "d"];
const older = alike(20, { sex: "F", age: 3, dyspnea: true, anca: true });
const young: Patient[] = [{ sex: "F", age: 0.5, dyspnea: true, anca: true }];
const COUNT = [
  { id: "n", count: true },
  { id: "dyspnea", proportion: "dyspnea" },
] as const;
const WITHOUT: Condition = { variable: "age", atLeast: 1 };

function network(patients: readonly Patient[], policy = {}): World {
  return new World({ dataset, centres: spread(patients, NAMES), seed: 5, policy: { zeros: "show", ...policy } });
}

test.each([
  ["by a cut", WITHOUT],
  ["by a not", { not: { variable: "age", below: 1 } }],
  [
    "by a list",
    {
      any: [
        { variable: "age", atLeast: 2.5 },
        {
          all: [
            { variable: "age", atLeast: 1 },
            { variable: "age", below: 2.5 },
          ],
        },
      ],
    },
  ],
] satisfies [string, Condition][])("one patient less, %s: everything that is asked of the second cohort hides", (_, where) => {
  const world = network([...older, ...young]);
  expect(rowOf(releaseOf(world.ask(world.query(COUNT))), "n")).toMatchObject({ count: 21 });
  const second = releaseOf(world.ask(world.query(COUNT, { where })));
  expect(rowOf(second, "n")).toMatchObject({ count: null });
  expect(rowOf(second, "dyspnea")).toMatchObject({ known: null, positive: null });
});

test("the other way round, and by two researchers on two days", () => {
  const world = network([...older, ...young]);
  expect(rowOf(releaseOf(world.ask(world.query(COUNT, { where: WITHOUT }))), "n")).toMatchObject({ count: 20 });
  world.nowMs += 86_400_000;
  const offer = { ...world.offerOf(world.query(COUNT)), requester: "another" };
  expect(rowOf(releaseOf(world.ask(offer.query, {}, offer)), "n")).toMatchObject({ count: null });
});

test("with no history in the way, the difference is the patient: the attack is real", () => {
  const all = network([...older, ...young]);
  const most = network([...older, ...young]);
  const n = rowOf(releaseOf(all.ask(all.query(COUNT))), "n")["count"] as number;
  const fewer = rowOf(releaseOf(most.ask(most.query(COUNT, { where: WITHOUT }))), "n")["count"] as number;
  expect(n - fewer).toBe(1);
});

test("a cohort that differs by five or more is answered", () => {
  const world = network([...older, ...alike(5, young[0]!)]);
  expect(rowOf(releaseOf(world.ask(world.query(COUNT))), "n")).toMatchObject({ count: 25 });
  expect(rowOf(releaseOf(world.ask(world.query(COUNT, { where: WITHOUT }))), "n")).toMatchObject({ count: 20 });
});

test("other questions about the same cohort are answered, also in other words", () => {
  const world = network([...older, ...young]);
  world.ask(world.query(COUNT));
  const everybody: Condition = {
    any: [
      { variable: "age", known: true },
      { variable: "age", known: false },
    ],
  };
  const again = releaseOf(
    world.ask(
      world.query(
        [
          { id: "m", count: true },
          { id: "anca", proportion: "anca" },
        ],
        { where: everybody },
      ),
    ),
  );
  expect(rowOf(again, "m")).toMatchObject({ count: 21 });
  expect(rowOf(again, "anca")).toMatchObject({ known: 21 });
});

test("cells and strata are guarded like cohorts: a part of one cohort beside a part of another", () => {
  const some = [...alike(14, older[0]!), ...alike(6, { ...older[0], dyspnea: false }), ...alike(6, { ...young[0], dyspnea: false })];
  const world = network([...some, ...young], { zeros: "hide" });
  expect(rowOf(releaseOf(world.ask(world.query(COUNT))), "dyspnea")).toMatchObject({ positive: 15 });
  // Seven fewer patients, but only one fewer with dyspnea.
  const second = releaseOf(world.ask(world.query(COUNT, { where: WITHOUT })));
  expect(rowOf(second, "n")).toMatchObject({ count: 20 });
  expect(rowOf(second, "dyspnea")).toMatchObject({ positive: null });
});

test("a stratum that was told as a part does not hide how many of it have a recorded value", () => {
  const world = network(
    [...alike(14, older[0]!), ...alike(1, { ...older[0], age: null }), ...alike(12, { sex: "M", age: 3, anca: true })],
    { zeros: "hide" },
  );
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "sex", distribution: "sex" }]))), "sex")).toMatchObject({ counts: { F: 15, M: 12 } });
  const second = releaseOf(world.ask(world.query([{ id: "age", quantiles: "age", at: [0.5] }], { by: ["sex"] })));
  expect(rowOf(second, "age", { sex: "F" })).toMatchObject({ known: 14, quantiles: { "0.5": 3 } });
});
