import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { ClearNetwork, type Defences } from "../world/clear-network.ts";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// What was hidden only to protect another cell is asked for later, on its own or in other words.

test("girls that hide for the sake of three boys hide later too", () => {
  const patients = [...alike(20, { sex: "F" }), ...alike(3, { sex: "M" })];
  const world = new World({ dataset, centres: spread(patients, ["a", "b", "c"]), seed: 31 });
  const table = releaseOf(world.ask(world.query([{ id: "sex", distribution: "sex" }])));
  expect(rowOf(table, "sex")).toMatchObject({ known: 23, counts: { F: null, M: null } });
  const girls = releaseOf(world.ask(world.query([{ id: "n", count: true }], { where: { variable: "sex", is: "F" } })));
  expect(rowOf(girls, "n")).toMatchObject({ count: null });
  const notBoys = releaseOf(world.ask(world.query([{ id: "n", count: true }], { where: { not: { variable: "sex", in: ["M"] } } })));
  expect(rowOf(notBoys, "n")).toMatchObject({ count: null });
});

test("asked first on their own, they make the total hide", () => {
  const patients = [...alike(20, { sex: "F" }), ...alike(3, { sex: "M" })];
  const world = new World({ dataset, centres: spread(patients, ["a", "b", "c"]), seed: 31 });
  const girls = releaseOf(world.ask(world.query([{ id: "n", count: true }], { where: { variable: "sex", is: "F" } })));
  expect(rowOf(girls, "n")).toMatchObject({ count: 20 });
  const table = releaseOf(world.ask(world.query([{ id: "sex", distribution: "sex" }])));
  expect(rowOf(table, "sex")).toMatchObject({ known: null, counts: { M: null } });
});

test("the attack is real: where a table is protected by itself and then forgotten, the girls and the total give the boys", () => {
  const patients = [...alike(20, { sex: "F" }), ...alike(3, { sex: "M" })];
  const forgetful: Defences = { complementary: true, guard: false };
  const clear = new ClearNetwork({ dataset, centres: spread(patients, ["a", "b", "c"]), defences: forgetful });
  const table = clear.ask({ dataset: "small@1", purpose: "", measures: [{ id: "sex", distribution: "sex" }] });
  const girls = clear.ask({ dataset: "small@1", purpose: "", where: { variable: "sex", is: "F" }, measures: [{ id: "n", count: true }] });
  expect((rowOf(table, "sex")["known"] as number) - (rowOf(girls, "n")["count"] as number)).toBe(3);
});
