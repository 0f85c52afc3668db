import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AnsweredLately, ConsentDesk, ConsentFolder, Decisions } from "@tutti/agent";
import { append, type Deed, GENESIS, type Head, headOf } from "@tutti/ledger";
import { aead, random, scheme, sha256 } from "@tutti/platform";
import { History, type Offer, OFFER, Party, signMessage, standingRulesSchema } from "@tutti/protocol";
import type { Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import { afterAll, describe, expect, test } from "vitest";
import { identityOf } from "../world/centre.ts";
import { alike, releaseOf, rowOf, spread } from "../world/population.ts";
import { seeded } from "../world/seeded.ts";
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

describe("people who look at what their centre would contribute, and say no", () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-17-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A centre that refuses one and the same offer in this way; gives all that the coordinator hears of it, in order. */
  async function heard(
    way: string,
    rules: object,
    act: (people: ConsentFolder, id: string) => Promise<unknown>,
  ): Promise<readonly string[]> {
    const world = new World({ dataset, centres: spread(alike(3, boy), NAMES), seed: 17 });
    const offer: Offer = { ...world.offerOf(query), consent: { untilMs: world.nowMs + 60_000, sharesMs: 0 } };
    const envelope = signMessage(OFFER, offer, world.coordinator, scheme);
    const people = new ConsentFolder(join(folder, way));
    let nowMs = world.nowMs;
    const ledger = memoryLedger(() => nowMs);
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const desk = new ConsentDesk({ rules: standingRulesSchema.parse(rules), folder: people, ledger, nowMs: () => nowMs, log });
    const party = new Party({
      identity: identityOf("b", 17),
      roster: world.roster,
      policy: offer.policy,
      datasets: [dataset],
      scheme,
      sha256,
      aead,
      random: seeded(17, "b"),
      history: new History(),
      ledgerHead: () => GENESIS,
      answered: () => false,
      consent: (asked, atMs) => desk.decide(asked, new Map(), atMs).decision,
    });
    const said: string[] = [];
    const first = party.consider(envelope, nowMs);
    said.push(JSON.stringify(first.envelope));
    if (!first.held) return said;
    await desk.hold(envelope, offer, first.offerHash, []);
    await act(people, people.items()[0]!.id);
    if (way === "late") nowMs += 60_000;
    await desk.look();
    said.push(JSON.stringify(party.consider(envelope, world.nowMs + 1_000).envelope));
    return said;
  }

  const deny = (why: "purpose" | "data" | "other") => (people: ConsentFolder, id: string) =>
    people.decide({ id, decision: "denied", by: "Ada", atMs: 0, why }, random);

  test("the word is a rule's, to the last byte, whatever their reason, and whether they decide at all", async () => {
    const [byRule] = await heard("rule", { otherwise: "refuse" }, async () => {});
    const all = await Promise.all([
      heard("purpose", { otherwise: "hold" }, deny("purpose")),
      heard("data", { otherwise: "hold" }, deny("data")),
      heard("other-rule", { rules: [{ name: "boys", variables: { any: ["sex"] }, decision: "hold" }], otherwise: "answer" }, deny("other")),
      heard("late", { otherwise: "hold" }, async () => {}),
      heard("stopped", { otherwise: "hold" }, (people) => people.stop({ by: "Ada", atMs: 0 }, random)),
    ]);
    for (const said of all) expect(said).toEqual([all[0]![0], byRule]);
  });

  test("that they are asked says no more: the same word under every rule that asks", async () => {
    const [first] = await heard("asked", { otherwise: "hold" }, deny("other"));
    const { payload } = JSON.parse(first!) as { payload: string };
    expect(Object.keys(JSON.parse(Buffer.from(payload, "base64").toString()))).toEqual(["centre", "consent", "offer"]);
  });
});

test("the attack is real: where the threshold is the lowest, messages tell three from nobody", () => {
  const loose = { threshold: 2, tail: 1 };
  expect(outline(ask(3, 30, loose))).not.toEqual(outline(ask(0, 30, loose)));
});

/** The part of a ledger that people's decisions are read from. */
function memoryLedger(nowMs: () => number) {
  let head: Head = GENESIS;
  const lately = new AnsweredLately();
  const decisions = new Decisions();
  return {
    lately,
    decisions,
    append: async (deed: Deed): Promise<void> => {
      const entry = append(head, deed, new Date(nowMs()).toISOString());
      head = headOf(entry);
      lately.remember(entry);
      decisions.remember(entry);
    },
  };
}
