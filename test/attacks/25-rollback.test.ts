import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { GuardStore } from "../world/guard-store.ts";
import { World } from "../world/world.ts";
import { GENESIS } from "@tutti/ledger";

// A ledger restored from an old copy; a coordinator that hides a past release; sessions that stopped after they had opened something.

const NAMES = ["a", "b", "c", "d"];
const patients = [...alike(20, { sex: "F", age: 3 }), { sex: "F", age: 0.5 }];
const network = (): World => new World({ dataset, centres: spread(patients, NAMES), seed: 25 });
const COUNT = [{ id: "n", count: true }] as const;
const WITHOUT = { where: { variable: "age", atLeast: 1 } };

test("an older ledger than before stops the session", () => {
  const world = network();
  releaseOf(world.ask(world.query(COUNT)));
  releaseOf(world.ask(world.query(COUNT)));
  world.centres.get("b")!.head = GENESIS;
  const { releases, stops } = world.ask(world.query(COUNT, WITHOUT));
  expect(releases.size).toBe(0);
  expect([...stops.values()].map(({ cause }) => cause)).toContain("rollback");
});

test("a coordinator that hides a past release is refused by all who know of it", () => {
  const world = network();
  releaseOf(world.ask(world.query(COUNT)));
  for (const centre of world.centres.values()) for (const item of world.items) centre.learn(item);
  const { releases, refusals } = world.ask(world.query(COUNT, WITHOUT), { history: () => [] });
  expect(releases.size).toBe(0);
  expect([...refusals.values()]).toEqual(NAMES.map(() => "history"));
});

test("a centre that was away learns what was told without it", () => {
  const world = network();
  world.ask(world.query(COUNT), { acceptances: (acceptances) => acceptances.slice(0, 3) });
  expect(world.centres.get("d")!.history.all()).toHaveLength(0);
  world.ask(world.query(COUNT));
  expect(world.centres.get("d")!.history.all()).toHaveLength(1);
});

test("what was opened before a session stopped counts as told", () => {
  const world = network();
  const last = world.ask(world.query(COUNT), {
    deliver: (bytes, _, exchange) => (exchange === 5 ? bytes.subarray(1) : bytes),
  });
  expect(last.releases.size).toBe(0);
  expect(last.records.size).toBe(4);
  expect(rowOf(releaseOf(world.ask(world.query(COUNT, WITHOUT))), "n")).toMatchObject({ count: null });
});

test("without what it kept, a centre's patients would seem to be new ones: the store is not to be lost", () => {
  const world = network();
  releaseOf(world.ask(world.query(COUNT)));
  world.centres.get("a")!.guard = new GuardStore(dataset);
  // The attack that the agent's refusal without its store keeps out: five patients of `a` seem to differ.
  expect(rowOf(releaseOf(world.ask(world.query(COUNT, WITHOUT))), "n")).toMatchObject({ count: 20 });
});
