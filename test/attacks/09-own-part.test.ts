import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// A centre takes its own patients off a pooled number.

const NAMES = ["a", "b", "c", "d"];
const own = alike(4, { sex: "M", dyspnea: true }).map((patient, i) => ({ id: `own${i}`, ...patient }));
const others = spread([...alike(2, { sex: "M", dyspnea: true }), ...alike(18, { sex: "F", dyspnea: true })], NAMES);
const centres = { ...others, a: [...others["a"]!, ...own] };
const boys = { where: { variable: "sex", is: "M" } } as const;

test("with the rule in force a number hides that would leave a centre with two", () => {
  const world = new World({ dataset, centres, seed: 9, policy: { ownPart: "hide" } });
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }], boys))), "n")).toMatchObject({ count: null });
  const everybody = releaseOf(world.ask(world.query([{ id: "m", count: true }])));
  expect(rowOf(everybody, "m")).toMatchObject({ count: 24 });
});

test("one centre that asks for the rule is enough", () => {
  const world = new World({ dataset, centres, seed: 9, policies: { d: { ownPart: "hide" } } });
  const release = releaseOf(world.ask(world.query([{ id: "n", count: true }], boys)));
  expect(release.policy.ownPart).toBe("hide");
  expect(rowOf(release, "n")).toMatchObject({ count: null });
});

test("the attack is real: without the rule the centre subtracts", () => {
  const world = new World({ dataset, centres, seed: 9 });
  const total = rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }], boys))), "n")["count"] as number;
  const mine = world.centres.get("a")!.patients.filter(({ sex }) => sex === "M").length;
  expect(total - mine).toBeLessThan(5);
});
