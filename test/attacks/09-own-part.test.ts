import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf } from "../world/population.ts";
import { World } from "../world/world.ts";

// A centre takes its own patients off a pooled number; what is left is the others'.

const centres = {
  a: alike(9, { dyspnea: true }),
  b: alike(1, { dyspnea: true }),
  c: alike(1, { dyspnea: true }),
  d: alike(12, { dyspnea: false }),
};
const ask = (policy: object): ReturnType<typeof releaseOf> => {
  const world = new World({ dataset, centres, seed: 9, policy });
  return releaseOf(
    world.ask(
      world.query([
        { id: "n", count: true },
        { id: "dyspnea", proportion: "dyspnea" },
      ]),
    ),
  );
};

test("without the option, the centre with nine of eleven learns of two: the attack is real, and written in the threat model", () => {
  expect(rowOf(ask({}), "dyspnea")).toMatchObject({ known: 23, positive: 11 });
});

test("with the option, the number hides, and what would give it away", () => {
  expect(rowOf(ask({ ownPart: "hide" }), "n")).toMatchObject({ count: 23 });
  expect(rowOf(ask({ ownPart: "hide" }), "dyspnea")).toMatchObject({ positive: null });
});

test("one strict centre is enough for it", () => {
  const world = new World({ dataset, centres, seed: 9, policies: { d: { ownPart: "hide" } } });
  const release = releaseOf(world.ask(world.query([{ id: "dyspnea", proportion: "dyspnea" }])));
  expect(release.policy.ownPart).toBe("hide");
  expect(rowOf(release, "dyspnea")).toMatchObject({ positive: null });
});

test("a number that leaves every centre with five or more of the others, or with nobody, opens", () => {
  const even = { a: alike(6, { dyspnea: true }), b: alike(6, { dyspnea: true }), c: alike(7, { dyspnea: false }) };
  const world = new World({ dataset, centres: even, seed: 9, policy: { ownPart: "hide" } });
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "dyspnea", proportion: "dyspnea" }]))), "dyspnea")).toMatchObject({ positive: 12 });
});
