import { datasetName } from "@tutti/dataset";
import { releaseSchema, type Release } from "@tutti/disclosure";
import { type QueryState, standingRulesSchema } from "@tutti/protocol";
import { dataset } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import { afterEach, expect, test } from "vitest";
import type { MemoryPeople } from "../simulation/memory-people.ts";
import { SimulatedNetwork } from "../simulation/network.ts";

// Four centres, a coordinator, and people at one of them: real agents and a real coordinator, in memory.

/** Time enough for everything, and for people. */
const LONG_MS = 300_000;
const DECIDE_MS = 60_000;
const PATIENT: Patient = { sex: "F", age: 2, dyspnea: true, anca: true };
const NAMES = ["a", "b", "c", "d"];
const QUERY = { dataset: datasetName(dataset), purpose: "a story", measures: [{ id: "n", count: true as const }] };

let network: SimulatedNetwork;
afterEach(() => network.end());

async function start(rules: object): Promise<void> {
  const centres = Object.fromEntries(NAMES.map((name) => [name, Array.from({ length: 3 }, () => PATIENT)]));
  network = new SimulatedNetwork({ seed: 1, centres, operations: [], decideMs: DECIDE_MS, rules: { d: standingRulesSchema.parse(rules) } });
  await network.start();
}

/** Asks, and has people at d do something once they have been asked for so long. */
async function story(afterMs: number, act: () => void): Promise<QueryState> {
  const acting = (async () => {
    while (people().items().length === 0) await network.clock.sleep(100);
    await network.clock.sleep(afterMs);
    act();
    await network.centres.get("d")!.look();
  })();
  const state = await network.ask(QUERY, LONG_MS);
  await acting;
  if (state === null) throw new Error("the query has not ended");
  return state;
}

function people(): MemoryPeople {
  return network.centres.get("d")!.people!;
}

function ledgerOf(name: string): readonly string[] {
  return network.centres
    .get(name)!
    .disk.entries()
    .map(({ kind, body }) => ("decision" in body ? `${kind} ${body.decision}` : "cause" in body ? `${kind} ${body.cause}` : kind));
}

function releaseOf({ release }: QueryState): Release {
  return releaseSchema.parse(JSON.parse(Buffer.from(release!.payload, "base64").toString("utf8")));
}

test("held, approved, answered: with everybody's patients, and once", async () => {
  await start({ otherwise: "hold" });
  const state = await story(40_000, () => people().decide("approved"));
  expect(releaseOf(state)).toMatchObject({ centres: { contributed: 4 }, results: [{ count: 12 }] });
  expect(ledgerOf("d")).toEqual(["held", "decided approved", "answered", "released"]);
  expect(ledgerOf("a")).toEqual(["abandoned held", "answered", "released"]);
});

test("held and denied: the others answer without it, and hear one word", async () => {
  await start({ otherwise: "hold" });
  const state = await story(20_000, () => people().decide("denied"));
  expect(releaseOf(state)).toMatchObject({ centres: { invited: 4, contributed: 3 }, results: [{ count: 9 }] });
  expect(ledgerOf("d")).toEqual(["held", "decided denied"]);
});

test("held until its time is over: the others answer without it, and it is gone from the queue", async () => {
  await start({ otherwise: "hold" });
  const state = await story(DECIDE_MS, () => {});
  expect(releaseOf(state)).toMatchObject({ centres: { contributed: 3 } });
  expect(people().items()).toEqual([]);
  expect(ledgerOf("d")).toEqual(["held", "decided lapsed"]);
});

test("others ask meanwhile, and are answered", async () => {
  await start({ rules: [{ name: "no-means", measures: { any: ["mean"] }, decision: "hold" }], otherwise: "answer" });
  const mean = { ...QUERY, measures: [{ id: "m", mean: "age" }] };
  const waiting = network.ask(mean, LONG_MS);
  while (people().items().length === 0) await network.clock.run(() => people().items().length > 0, 10_000);
  expect((await network.ask(QUERY, 10_000))?.state).toBe("released");
  people().decide("approved");
  await network.centres.get("d")!.look();
  expect((await waiting)?.state).toBe("released");
});

test.each([1, 3, 5])(
  "stopped in the middle of a session, after %i of its messages: it says nothing more in it, and signs nothing",
  async (messages) => {
    await start({ otherwise: "answer" });
    const posted: number[] = [];
    network.onPost = (centre, exchange) => {
      if (centre === "d" && posted.push(exchange) === messages) people().isStopped = true;
    };
    const state = await network.ask(QUERY, LONG_MS);
    expect(posted).toEqual(Array.from({ length: messages }, (_, i) => i));
    expect(state).toMatchObject({ state: "stopped", release: null });
    await network.centres.get("d")!.look();
    expect(ledgerOf("d").slice(-2)).toEqual(["abandoned rule", "stopped"]);
    expect((await network.ask(QUERY, LONG_MS))?.events.some(({ what, centre }) => what === "refused" && centre === "d")).toBe(true);
  },
);
