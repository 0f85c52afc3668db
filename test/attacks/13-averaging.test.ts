import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// The same many times, and in other words: no noise to average away, and nothing new.

test("the same question gives the same numbers, however often and in whatever words", () => {
  const world = new World({ dataset, centres: spread([...alike(12, { sex: "F" }), ...alike(9, { sex: "M" })], ["a", "b", "c"]), seed: 13 });
  const counts = [
    { where: { variable: "sex", is: "F" } },
    { where: { variable: "sex", is: "F" } },
    { where: { variable: "sex", in: ["F"] } },
    {
      where: {
        not: {
          any: [
            { variable: "sex", is: "M" },
            { variable: "sex", known: false },
          ],
        },
      },
    },
  ].map((rest, i) => rowOf(releaseOf(world.ask(world.query([{ id: `n${i}`, count: true }], rest))), `n${i}`)["count"]);
  expect(counts).toEqual([12, 12, 12, 12]);
});
