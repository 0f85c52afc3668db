import type { Envelope } from "@tutti/envelope";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { ClearNetwork, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { World } from "../world/world.ts";

// The same query with and without a centre: the difference would be that centre's patients.

const NAMES = ["a", "b", "c", "d", "e"];
const network = (): World => new World({ dataset, centres: spread(alike(25, { sex: "F", dyspnea: true }), NAMES), seed: 7 });
const without =
  (centre: number) =>
  (acceptances: readonly Envelope[]): readonly Envelope[] =>
    acceptances.toSpliced(centre, 1);

test("the same again without one centre: the last answer again, and a new question hides", () => {
  const world = network();
  const first = releaseOf(world.ask(world.query([{ id: "n", count: true }])));
  expect(rowOf(first, "n")).toMatchObject({ count: 25 });
  const again = releaseOf(world.ask(world.query([{ id: "n", count: true }]), { acceptances: without(4) }));
  expect(again).toMatchObject({ asOf: "2026-01-01", results: first.results });
  const renamed = releaseOf(world.ask(world.query([{ id: "other", count: true }]), { acceptances: without(4) }));
  expect(rowOf(renamed, "other")).toMatchObject({ count: null });
});

test("first without, then with it: five more patients may be told", () => {
  const world = network();
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }]), { acceptances: without(4) })), "n")).toMatchObject({
    count: 20,
  });
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }]))), "n")).toMatchObject({ count: 25 });
});

test("first without, then with a centre of two patients: they may not", () => {
  const centres = {
    ...spread(alike(20, { sex: "F" }), NAMES.slice(0, 4)),
    e: alike(2, { sex: "F" }).map((patient, i) => ({ id: `e${i}`, ...patient })),
  };
  const world = new World({ dataset, centres, seed: 8 });
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }]), { acceptances: without(4) })), "n")).toMatchObject({
    count: 20,
  });
  const all = releaseOf(world.ask(world.query([{ id: "m", count: true }])));
  expect(rowOf(all, "m")).toMatchObject({ count: null });
});

test("a centre that drops out of the second session in its middle has been counted, and is no difference", () => {
  const world = network();
  const first = releaseOf(world.ask(world.query([{ id: "n", count: true }])));
  const second = releaseOf(
    world.ask(world.query([{ id: "m", count: true }]), {
      post: (bytes, centre, exchange) => (centre === "e" && exchange > 3 ? null : bytes),
    }),
  );
  expect(rowOf(second, "m")).toMatchObject({ count: rowOf(first, "n")["count"] });
});

test("a centre that is kept from dealing: nothing is told of the others as if it had", () => {
  const centres = {
    ...spread(alike(20, { sex: "F" }), NAMES.slice(0, 4)),
    e: alike(2, { sex: "F" }).map((patient, i) => ({ id: `e${i}`, ...patient })),
  };
  const world = new World({ dataset, centres, seed: 8 });
  const first = world.ask(world.query([{ id: "n", count: true }]), {
    post: (bytes, centre, exchange) => (centre === "e" && exchange === 0 ? null : bytes),
  });
  expect(first.records.size).toBe(0);
  for (const name of NAMES.slice(0, 4)) expect(first.stops.get(name)?.cause).toBe("formation");
  // Formed anew without it, the session says who is in it, and so the guard of the next one knows.
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "n", count: true }]), { acceptances: without(4) })), "n")).toMatchObject({
    count: 20,
  });
  expect(rowOf(releaseOf(world.ask(world.query([{ id: "m", count: true }]))), "m")).toMatchObject({ count: null });
});

test("first those with a known value with a centre, then all without it: a cohort is held against itself", () => {
  const centres = {
    ...spread(alike(20, { dyspnea: true }), NAMES.slice(0, 4)),
    e: alike(3, { dyspnea: true }).map((patient, i) => ({ id: `e${i}`, ...patient })),
  };
  const world = new World({ dataset, centres, seed: 9 });
  const first = releaseOf(world.ask(world.query([{ id: "dyspnea", proportion: "dyspnea" }])));
  expect(rowOf(first, "dyspnea")).toMatchObject({ known: 23 });
  const second = releaseOf(world.ask(world.query([{ id: "n", count: true }]), { acceptances: without(4) }));
  expect(rowOf(second, "n")).toMatchObject({ count: null });
  // With the same centres and the same patients, both are told.
  const whole = releaseOf(world.ask(world.query([{ id: "n", count: true }])));
  expect(rowOf(whole, "n")).toMatchObject({ count: 23 });
});

test("the attack is real: where nothing is remembered, the difference is the centre's two patients", () => {
  const centres = { ...spread(alike(20, { sex: "F" }), NAMES.slice(0, 4)), e: alike(2, { sex: "F" }) };
  const clear = new ClearNetwork({ dataset, centres, defences: THRESHOLD_ONLY });
  const count = (names: readonly string[]): number =>
    rowOf(clear.ask({ dataset: "small@1", purpose: "", measures: [{ id: "n", count: true }] }, names), "n")["count"] as number;
  expect(count(NAMES) - count(NAMES.slice(0, 4))).toBe(2);
});
