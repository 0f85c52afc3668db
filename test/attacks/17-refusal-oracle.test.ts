import type { Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import { expect, test } from "vitest";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { type Ended, World } from "../world/world.ts";

// Is n below k, is anybody there at all: read from an error, a status of one centre, or how long it took. Of time, what the network decides is
// compared: how many exchanges there are, who speaks in them and how long each message is. How long a centre's engine takes: docs/threat-model.md.

const NAMES = ["a", "b", "c", "d"];
const query: Query = {
  dataset: "small@1",
  purpose: "",
  where: { variable: "sex", is: "M" },
  measures: [
    { id: "n", count: true },
    { id: "dyspnea", proportion: "dyspnea" },
    { id: "age", quantiles: "age", at: [0.5] },
  ],
};
const boy: Patient = { sex: "M", dyspnea: true, age: 1 };
const girl: Patient = { sex: "F", dyspnea: false, age: 3 };
const ask = (boys: number, girls: number, policy = {}): Ended =>
  new World({ dataset, centres: spread([...alike(boys, boy), ...alike(girls, girl)], NAMES), seed: 17, policy }).ask(query);
const outline = ({ seen, exchanges, stops, refusals, records }: Ended): object => ({
  lengths: seen.map((bytes) => bytes.length),
  exchanges,
  stops: [...stops.values()].map(({ cause }) => cause),
  refusals: [...refusals],
  records: [...records.values()],
});

test("nobody, one and four, here or there: the same messages, the same lengths, the same release", () => {
  const all = [ask(0, 0), ask(0, 30), ask(1, 40), ask(4, 3)];
  for (const one of all) {
    expect(outline(one)).toEqual(outline(all[0]!));
    expect(releaseOf(one)).toEqual(releaseOf(all[0]!));
  }
});

test("a number above the threshold shows in the release, and as the exchanges that it takes to open it: no more", () => {
  const [nine, thirty] = [ask(9, 5), ask(30, 5)];
  expect({ ...outline(nine), lengths: [] }).toEqual({ ...outline(ask(9, 50)), lengths: [] });
  expect(rowOf(releaseOf(thirty), "n")).toMatchObject({ count: 30 });
});

test("a refusal is the same whatever the data", () => {
  const stale = (boys: number): Ended => {
    const world = new World({ dataset, centres: spread(alike(boys, boy), NAMES), seed: 17 });
    return world.ask(query, { offer: (offer) => ({ ...offer, query: { ...offer.query, by: ["nobody"] } }) });
  };
  expect(outline(stale(0))).toEqual(outline(stale(3)));
  expect(outline(stale(0))).toEqual(outline(stale(30)));
});

test("a centre that can't go on says why in the same words, whatever its data", () => {
  const full = (boys: number): readonly string[] => {
    const world = new World({ dataset, centres: spread(alike(boys, boy), NAMES), seed: 17 });
    const { stops } = world.ask(query, { ledgerFull: (centre) => centre === "b" });
    return [...stops.values()].map(({ cause, message }) => `${cause}: ${message}`);
  };
  expect(full(0)).toEqual(full(4));
});

test("the attack is real: where the threshold is the lowest, messages tell three from nobody", () => {
  const loose = { threshold: 2, tail: 1 };
  expect(outline(ask(3, 30, loose))).not.toEqual(outline(ask(0, 30, loose)));
});
