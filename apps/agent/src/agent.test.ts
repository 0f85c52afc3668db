import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_POLICY } from "@tutti/disclosure";
import { RELEASE, openMessage } from "@tutti/protocol";
import type { AgentParts } from "./agent-parts.ts";
import { LinkFault } from "./link-fault.ts";
import { scheme } from "@tutti/platform";
import { sourceOf } from "./trial/memory-source.ts";
import { SILENT } from "./trial/silent-log.ts";
import { startAgent, type TrialAgent } from "./trial/trial-agent.ts";
import { COUNT } from "./trial/trial-dataset.ts";
import { CENTRES, TrialNetwork } from "./trial/trial-network.ts";
import { until } from "./trial/until.ts";

let network: TrialNetwork;
let agents: TrialAgent[];
beforeEach(() => {
  network = new TrialNetwork();
  agents = [];
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.end()));
  for (const { folder } of agents) rmSync(folder, { recursive: true, force: true });
});

/** All three centres; the last one with a fault in its way. */
async function startAll(fault: (parts: AgentParts) => Partial<AgentParts> = () => ({})): Promise<TrialAgent> {
  agents = await Promise.all(CENTRES.map((centre, i) => startAgent(network, centre, i === CENTRES.length - 1 ? fault : undefined)));
  return agents.at(-1)!;
}

function kinds({ ledger }: TrialAgent): readonly string[] {
  return ledger.deeds.map(({ kind, body }) => ("cause" in body ? `${kind} ${body.cause}` : kind));
}

describe("a session", () => {
  test("ends with the same release at every centre, written in each ledger before and after", async () => {
    await startAll();
    const offer = network.offer();
    await until(() => network.releases.length === 3 && agents.every(({ ledger }) => ledger.deeds.length === 2));
    const releases = network.releases.map((envelope) => openMessage(RELEASE, envelope, network.roster.centreKeys, scheme).value);
    expect(releases[0]!.results).toEqual([{ measure: "n", stratum: {}, count: 9 }]);
    expect(new Set(releases.map((release) => JSON.stringify(release))).size).toBe(1);
    for (const agent of agents) {
      expect(kinds(agent)).toEqual(["answered", "released"]);
      expect(agent.ledger.deeds[0]!.body).toMatchObject({ offer, requester: "researcher", participants: CENTRES });
      expect(agent.ledger.answered(offer)).toBe(true);
    }
  });

  test("reveals nothing when the ledger can't be written", async () => {
    const full = await startAll();
    full.ledger.append = async () => {
      throw new Error("the disk is full");
    };
    network.offer();
    await until(() => network.stops.length === 1 && agents[0]!.ledger.deeds.length === 1);
    expect(network.stops[0]).toMatchObject({ centre: "Caen", cause: "ledger", blame: [] });
    // Its shares of what would open are the exchange after the record, which the others wait for.
    expect(network.releases).toEqual([]);
    const last = Math.max(...network.exchanges);
    expect(agents[0]!.ledger.deeds.map(({ kind }) => kind)).toEqual(["answered"]);
    expect(network.exchanges.filter((exchange) => exchange === last)).toHaveLength(1);
  });

  test("stops for all when a centre can't read its data", async () => {
    const broken = await startAll(() => ({
      sources: new Map([["trial@1", { ...sourceOf([]), contribute: () => Promise.reject(new Error("row 3: Ada Lovelace")) }]]),
    }));
    network.offer();
    await until(() => network.stops.length === 1 && broken.ledger.deeds.length === 1);
    expect(network.stops[0]).toMatchObject({ centre: "Caen", cause: "data" });
    expect(kinds(broken)).toEqual(["abandoned data"]);
  });

  test("stops at a formation that the coordinator has changed", async () => {
    const form = network.form.bind(network);
    network.form = (offer) => form(offer, `sha256:${"0".repeat(64)}`);
    await startAll();
    network.offer();
    await until(() => network.stops.length === 3);
    expect(network.stops.map(({ cause }) => cause)).toEqual(["formation", "formation", "formation"]);
    expect(kinds(agents[0]!)).toEqual(["abandoned formation"]);
  });

  test.each([
    [new LinkFault("ended", "over", "opening"), "abandoned opening", 0],
    [new LinkFault("ended", "over", "timedOut"), "abandoned late", 0],
    [new LinkFault("not-found", "never heard of it"), "abandoned ended", 0],
    [new LinkFault("too-late", "it goes on without this centre"), "abandoned late", 0],
    // The coordinator of this test forms the same again, which would let two sessions open.
    [new LinkFault("formed-anew", "not all have dealt"), "abandoned formation", 1],
    [new LinkFault("unreachable", "no answer"), "abandoned late", 0],
    [new Error("surprise"), "abandoned defect", 1],
  ])("ends with its cause when an exchange fails (%s), and only what nobody knows of stops the others", async (fault, entry, stops) => {
    const left = await startAll(({ link }) => ({ link: { ...link, exchange: () => Promise.reject(fault) } }));
    network.offer();
    await until(() => left.ledger.deeds.length === 1);
    await left.end();
    expect(kinds(left)).toEqual([entry]);
    expect(network.stops).toHaveLength(stops);
  });

  test("is left at once when the agent ends, and the ledger says so", async () => {
    let isWaiting = false;
    const waiting = await startAll(({ link, signal }) => ({
      link: {
        ...link,
        exchange: () =>
          new Promise((_, reject) => {
            isWaiting = true;
            signal.addEventListener("abort", () => reject(new Error("aborted")));
          }),
      },
    }));
    network.offer();
    await until(() => isWaiting);
    await waiting.end();
    expect(kinds(waiting)).toEqual(["abandoned shutdown"]);
    expect(network.stops).toEqual([]);
  });
});

test.each([
  ["unreachable", true],
  // It may lock an account that is tried more often.
  ["blocked", false],
] as const)("after a request that failed as %s, it asks at once whether the coordinator answers again: %s", async (kind, asks) => {
  const said: string[] = [];
  let tries = 0;
  await startAll(({ link }) => ({
    link: {
      ...link,
      offers: (sent) => {
        said.push("offers");
        return tries++ === 0 ? Promise.reject(new LinkFault(kind, "nobody answers")) : link.offers(sent);
      },
    },
    rosters: { newest: network.roster, look: async () => void said.push("rosters"), takeUp: async () => false },
    log: { ...SILENT, debug: (_, event) => void said.push(event) },
  }));
  await until(() => tries === 2);
  expect(said).toEqual(asks ? ["offers", "rosters", "reached again", "offers"] : ["offers", "offers"]);
});

test("it tells its heap of each session that has ended, and of a rest only while none is under way", async () => {
  const told: string[] = [];
  let asked = 0;
  const agent = await startAll(({ link, signal }) => ({
    link: {
      ...link,
      // Nothing at first, then a question, nothing while it is answered, and nothing once more when it is.
      offers: async (sent) => {
        asked++;
        if (asked === 4) await until(() => told.includes("ended, the last"));
        if (asked > 4) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
        return asked === 2 ? link.offers(sent) : [];
      },
      accept: async (...asking) => {
        await until(() => asked === 4);
        return link.accept(...asking);
      },
    },
    heap: { ended: async (isLast) => void told.push(`ended${isLast ? ", the last" : ""}`), resting: async () => void told.push("resting") },
  }));
  network.offer();
  await until(() => network.releases.length === 3 && asked === 5);
  expect(kinds(agent)).toEqual(["answered", "released"]);
  expect(told).toEqual(["resting", "ended, the last", "resting"]);
});

describe("an offer", () => {
  test.each([
    ["expired", { issuedAtMs: 1, expiresAtMs: 2 }],
    ["dataset", { dataset: `sha256:${"0".repeat(64)}` }],
    ["dataset", { query: { ...COUNT, dataset: "trial@2" } }],
    ["query", { query: { ...COUNT, measures: [{ id: "n", proportion: "age" }] } }],
    ["roster", { roster: `sha256:${"0".repeat(64)}` }],
    ["uninvited", { invited: ["Dijon", "Essen", "Faro"] }],
  ] as const)("is refused as %s, and written down", async (reason, changes) => {
    await startAll();
    network.offer(changes);
    await until(() => network.refusals.length === 3);
    expect(network.refusals.toSorted()).toEqual(CENTRES.map((centre) => `${centre} ${reason}`));
    for (const agent of agents) expect(kinds(agent)).toEqual([`refused ${reason}`]);
  });

  test("of another signer is refused, and not written down: anybody could fill the ledger", async () => {
    await startAll();
    network.hand({ ...network.rosterFile, payload: "e30=" });
    await until(() => network.refusals.length === 3);
    expect(network.refusals[0]).toMatch(/altered$/);
    for (const agent of agents) expect(agent.ledger.deeds).toEqual([]);
  });

  test("that is signed by keys that are not pinned has the agent ask for newer rosters, and is none the less refused", async () => {
    let looks = 0;
    const rosters = { newest: network.roster, look: async () => void looks++, takeUp: async () => false };
    await startAll(() => ({ rosters }));
    network.hand({ ...network.rosterFile, payload: "e30=" });
    await until(() => network.refusals.length === 3 && looks === 1);
    expect(network.refusals).toContain("Caen altered");
  });

  test("that can't be read is refused once, however often it comes, and keeps no other waiting", async () => {
    const junk = { ...network.rosterFile, payload: "e30=" };
    await startAll(({ link }) => ({ link: { ...link, offers: async (sent) => [junk, ...(await link.offers(sent))] } }));
    network.hand(junk);
    await until(() => network.refusals.length === 3);
    network.offer({ issuedAtMs: 1, expiresAtMs: 2 });
    await until(() => network.refusals.length === 6);
    expect(network.refusals.filter((refusal) => refusal.endsWith("altered"))).toHaveLength(3);
  });

  test("is answered once, also after a restart", async () => {
    await startAll();
    const offer = network.offer({ id: "0".repeat(32), issuedAtMs: Date.now(), expiresAtMs: Date.now() + 4_000 });
    await until(() => network.releases.length === 3 && agents[0]!.ledger.deeds.length === 2);
    await Promise.all(agents.map((agent) => agent.end()));
    const { ledger: before, folder } = agents[0]!;
    expect(before.answered(offer)).toBe(true);
    const again = await startAgent(network, CENTRES[0]!, undefined, { ledger: before, folder });
    agents.push(again);
    network.hand(network.lastOffer!);
    await until(() => network.refusals.length === 1);
    expect(network.refusals).toEqual(["Ancona replayed"]);
  });

  test("comes again while it is answered, and is answered once", async () => {
    let asked = 0;
    const agent = await startAll(({ link }) => ({
      link: {
        ...link,
        offers: async (sent) => {
          const offers = await link.offers(sent);
          asked += offers.length;
          return [...offers, ...offers];
        },
      },
    }));
    network.offer();
    await until(() => network.releases.length === 3);
    expect(asked).toBeGreaterThan(0);
    expect(kinds(agent).filter((kind) => kind === "answered")).toHaveLength(1);
    expect(network.refusals).toEqual([]);
  });

  test("is refused as busy beyond the sessions that an agent runs at a time", async () => {
    const agent = await startAgent(network, CENTRES[0]!, ({ link, signal }) => ({
      link: { ...link, accept: () => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")))) },
    }));
    agents.push(agent);
    for (let i = 0; i < 9; i++) network.offer();
    await until(() => network.refusals.length > 0);
    expect(network.refusals).toEqual(["Ancona busy"]);
    expect(kinds(agent)).toEqual(["refused busy"]);
  });

  test("is refused while the ledger can't be written", async () => {
    const agent = await startAll();
    agent.ledger.writable = false;
    network.offer();
    await until(() => network.refusals.length === 1);
    expect(network.refusals).toEqual(["Caen ledger"]);
    await until(() => agents[0]!.ledger.deeds.length === 1);
    expect(kinds(agents[0]!)).toEqual(["abandoned tooFewCentres"]);
  });
});

test("an agent goes on asking when the coordinator can't be reached", async () => {
  let failures = 3;
  await startAll(({ link }) => ({
    link: {
      ...link,
      offers: (sent) => (failures-- > 0 ? Promise.reject(new LinkFault("unreachable", "no answer")) : link.offers(sent)),
    },
  }));
  network.offer();
  await until(() => network.releases.length === 3);
  expect(failures).toBeLessThan(0);
});

test("a centre's stricter policy is the session's", async () => {
  agents = await Promise.all(
    CENTRES.map((centre, i) => startAgent(network, centre, undefined, { policy: { ...DEFAULT_POLICY, threshold: i === 0 ? 10 : 5 } })),
  );
  network.offer();
  await until(() => network.releases.length === 3);
  const { value } = openMessage(RELEASE, network.releases[0], network.roster.centreKeys, scheme);
  expect(value).toMatchObject({ policy: { threshold: 10 }, results: [{ count: null, hidden: ["count"] }] });
});
