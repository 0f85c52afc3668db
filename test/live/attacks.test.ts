import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_POLICY, type Release } from "@tutti/disclosure";
import { createIdentity, type Envelope, parseIdentity } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { ACCEPTANCE, CLOCK_SKEW_MS, EPOCH_MS, EpochKeys, type Offer, openMessage, openRoster, signMessage } from "@tutti/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HandNetwork, type Started } from "./hand-network.ts";
import { HostileCoordinator, type LiveMischief } from "./hostile-coordinator.ts";
import type { Told } from "./hostile-query.ts";
import type { Lie } from "./lie-file.ts";
import { LIVE, type LiveCentres, type LivePatient } from "./sandbox-folder.ts";

// ATTACKS 7, 8, 19–26 and 28 against agents that are processes: their coordinator has the network's real keys, and does what it is told to; one of them is a
// program that lies. One network for all of it.

/** Eight patients at three centres and two at the fourth; dyspnea tells nothing apart. */
const centres: LiveCentres = new Map(
  ["centre-01", "centre-02", "centre-03", "centre-04"].map((name, c) => [
    name,
    Array.from({ length: c < 3 ? 8 : 2 }, (_, p): LivePatient => ({
      patient_id: `${name}-${p}`,
      sex: "F",
      dyspnea: true,
      age: 20,
      hb: 10,
    })),
  ]),
);
const [first, second, third, small] = [...centres.keys()] as [string, string, string, string];
const LYING = fileURLToPath(new URL("lying-agent.ts", import.meta.url));
/** Measures have names of their own: what was asked before is answered again. */
let asked = 0;
const count = () => ({ dataset: "live@3", purpose: "attacks", measures: [{ id: `n${++asked}`, count: true as const }] });
const LOOSE = { ...DEFAULT_POLICY, threshold: 2, zeros: "show" } as const;
const other = `sha256:${"1".repeat(64)}`;

let network: HandNetwork;
let coordinator: HostileCoordinator;
const agents = new Map<string, Started>();
beforeAll(async () => {
  network = new HandNetwork(centres);
  const [identity, roster] = ["identity.json", "roster.json"].map((file) =>
    readFileSync(join(network.folder, "coordinator", file), "utf8"),
  );
  coordinator = await HostileCoordinator.start({
    identity: parseIdentity(identity!),
    roster: JSON.parse(roster!) as Envelope,
    dataset: LIVE,
  });
  network.comeBy(coordinator.url);
  await startAll();
});
afterAll(async () => {
  coordinator?.stop();
  await network?.remove();
});

async function startAll(policy?: object): Promise<void> {
  const lying = { before: LYING, env: { TUTTI_LIE: lieFile() } };
  const starting = network.centres.map(async (centre) => {
    const own = policy === undefined ? {} : { policy };
    agents.set(centre, await network.startAgent(centre, centre === third ? { ...lying, ...own } : own));
  });
  await Promise.all(starting);
}

const lieFile = () => join(network.folder, third, "lie.json");
const keys = () => openRoster(JSON.parse(readFileSync(join(network.folder, "coordinator/roster.json"), "utf8")), scheme).centreKeys;
const causes = ({ stops }: Told) => new Set([...stops.values()].map(({ cause }) => cause));

/** Asks under an attack after which nothing may have opened. */
async function stopped(mischief: LiveMischief): Promise<Told> {
  const told = await coordinator.ask(count(), mischief);
  expect(told.releases.size).toBe(0);
  for (const cause of causes(told)) expect(cause).not.toBe("defect");
  return told;
}

async function released(mischief: LiveMischief = {}, query: object = count()): Promise<Release> {
  const told = await coordinator.ask(query as never, mischief);
  const [release] = told.releases.values();
  expect(release, JSON.stringify([[...told.stops.values()], [...told.refusals]])).toBeDefined();
  return release!;
}

/** The network is whole: all four answer, and no process has ended. */
async function whole(): Promise<void> {
  for (const { child } of agents.values()) expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  expect(await released()).toMatchObject({ centres: { contributed: 4, finished: 4 }, results: [{ count: 26 }] });
}

const without =
  (centre: string) =>
  (acceptances: readonly Envelope[]): readonly Envelope[] =>
    acceptances.filter((envelope) => acceptanceOf(envelope).centre !== centre);
const acceptanceOf = (envelope: Envelope) => openMessage(ACCEPTANCE, envelope, keys(), scheme).value;

test("7: once all have answered, the same without the centre of two patients hides", async () => {
  expect(await released()).toMatchObject({ results: [{ count: 26 }] });
  expect(await released({ acceptances: without(small) })).toMatchObject({ centres: { contributed: 3 }, results: [{ count: null }] });
  await whole();
});

test("8: a session of two, and one filled up with an invented centre", async () => {
  expect(causes(await stopped({ acceptances: (acceptances) => acceptances.slice(0, 2) }))).toEqual(new Set(["formation"]));
  const stranger = createIdentity("sybil", randomBytes);
  const invent = (acceptances: readonly Envelope[]): readonly Envelope[] => [
    ...acceptances,
    signMessage(ACCEPTANCE, { ...acceptanceOf(acceptances[1]!), centre: "sybil" }, stranger, scheme),
  ];
  expect(causes(await stopped({ acceptances: invent }))).toEqual(new Set(["formation"]));
});

describe("19: every centre refuses, signed, with a cause", () => {
  const at = (nowMs: number) => ({ issuedAtMs: nowMs, expiresAtMs: nowMs + 60_000 });
  type Alterations = readonly (readonly [string, (offer: Offer) => Offer])[];
  test.each<Alterations>([
    [
      ["expired", (offer) => ({ ...offer, ...at(offer.issuedAtMs - EPOCH_MS) })],
      ["roster", (offer) => ({ ...offer, roster: other })],
      ["dataset", (offer) => ({ ...offer, dataset: other })],
      ["uninvited", (offer) => ({ ...offer, invited: ["x", "y", "z"] })],
    ],
    [
      ["expired", (offer) => ({ ...offer, ...at(offer.issuedAtMs + CLOCK_SKEW_MS + 60_000) })],
      ["roster", (offer) => ({ ...offer, network: "elsewhere" })],
      // Of another version nothing was told.
      ["history", (offer) => ({ ...offer, query: { ...offer.query, dataset: "live@2" } })],
      ["query", (offer) => ({ ...offer, query: { ...offer.query, by: ["name"] } })],
    ],
  ])("stale, and at the wrong address, %#", async (...alterations) => {
    const alter = (offer: Offer, centre: string): Offer => alterations[network.centres.indexOf(centre)]![1](offer);
    const { refusals, exchanges } = await stopped({ offer: alter });
    expect(network.centres.map((centre) => refusals.get(centre))).toEqual(alterations.map(([reason]) => reason));
    expect(exchanges).toBe(0);
  });

  test("an offer that was answered", async () => {
    const offer = coordinator.offerOf(count());
    expect((await coordinator.ask(offer.query, {}, offer)).releases.size).toBe(4);
    const again = await coordinator.ask(offer.query, {}, offer);
    expect([new Set(again.refusals.values()), again.refusals.size, again.exchanges]).toEqual([new Set(["replayed"]), 4, 0]);
  });
});

describe("20: different things for different centres", () => {
  test("another purpose for one", async () => {
    const alter = (offer: Offer, centre: string): Offer =>
      centre === second ? { ...offer, query: { ...offer.query, purpose: "harmless" } } : offer;
    expect(causes(await stopped({ offer: alter }))).toEqual(new Set(["formation"]));
  });

  test("a list of participants of its own for one", async () => {
    const alter = (acceptances: readonly Envelope[], centre: string) => (centre === small ? without(first)(acceptances) : acceptances);
    const told = await stopped({ acceptances: alter });
    expect([told.stops.size, told.exchanges]).toEqual([4, 1]);
    for (const cause of causes(told)) expect(cause).toMatch(/formation|tampered/);
  });
});

test("21: an epoch key of the coordinator's own, inside of a forged acceptance", async () => {
  const forge = (acceptances: readonly Envelope[]): readonly Envelope[] => {
    const stranger = createIdentity(second, randomBytes);
    const epochKey = new EpochKeys(stranger, scheme, randomBytes).current(Date.now()).statement;
    return acceptances.with(1, signMessage(ACCEPTANCE, { ...acceptanceOf(acceptances[1]!), epochKey }, stranger, scheme));
  };
  const told = await stopped({ acceptances: forge });
  expect([causes(told), told.exchanges]).toEqual([new Set(["formation"]), 0]);
});

test.each([0, 1, 3])("22: in exchange %i a bit flips, a message is cut, another's comes in its place", async (at) => {
  for (const alter of [
    (bytes: Uint8Array) => bytes.with(bytes.length - 40, bytes.at(-40)! ^ 1),
    (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1),
    (bytes: Uint8Array) => new Uint8Array(bytes.length),
  ]) {
    const told = await stopped({
      deliver: (bytes, centre, exchange) => (exchange === at && centre === second ? alter(bytes) : bytes),
    });
    expect(told.stops.get(second)?.cause).toMatch(/tampered|equivocation|malformed/);
  }
});

test.each<Lie>([
  { what: "opening", exchange: 1 },
  { what: "opening", exchange: 2 },
  { what: "deal", exchange: 0, to: 0 },
])("23: a centre lies in its sealed mail: $what, exchange $exchange", async (lie) => {
  writeFileSync(lieFile(), JSON.stringify(lie));
  const { stops } = await stopped({});
  rmSync(lieFile());
  const seen = [...stops].filter(([centre]) => centre !== third).map(([, stop]) => stop);
  expect(seen.some(({ cause }) => cause === "opening" || cause === "deal")).toBe(true);
  for (const blamed of seen.flatMap(({ blame }) => blame)) expect(blamed).toBe(third);
});

describe("24: a switch in the request", () => {
  test("one more field, anywhere in an offer, is an altered offer", async () => {
    const alter = (offer: Offer, centre: string): Offer =>
      [
        { ...offer, debug: true },
        { ...offer, policy: { ...offer.policy, suppress: false } },
        { ...offer, query: { ...offer.query, raw: true } },
        { ...offer, query: { ...offer.query, measures: [{ ...offer.query.measures[0]!, threshold: 1 } as never] } },
      ][network.centres.indexOf(centre)] as Offer;
    const { refusals } = await stopped({ offer: alter });
    expect([new Set(refusals.values()), refusals.size]).toEqual([new Set(["altered"]), 4]);
  });

  test("a looser policy changes nothing while a centre is stricter", async () => {
    const offer = { ...coordinator.offerOf(count()), policy: LOOSE };
    const [release] = (await coordinator.ask(offer.query, {}, offer)).releases.values();
    expect(release!.policy).toMatchObject({ threshold: 5, zeros: "hide" });
  });
});

test("25: a coordinator that hides what was told is refused", async () => {
  const { refusals } = await stopped({ history: () => [] });
  expect([new Set(refusals.values()), refusals.size]).toEqual([new Set(["history"]), 4]);
});

describe.skipIf(process.platform !== "linux")("26: a disk that takes nothing more", () => {
  /** From here on the kernel refuses to write beyond so many bytes of any file. */
  const limit = (bytes: number | "unlimited") =>
    spawnSync("prlimit", ["--pid", String(agents.get(second)!.child.pid), `--fsize=${bytes}:`]).status;

  /** It refuses as long as it can't write that it does. */
  async function freed(): Promise<void> {
    expect(limit("unlimited")).toBe(0);
    await released();
    await whole();
  }

  test("before anything is dealt", async () => {
    expect(limit(1)).toBe(0);
    const { stops, exchanges } = await stopped({});
    expect(stops.get(second)?.cause).toBe("ledger");
    expect(exchanges).toBeLessThanOrEqual(1);
    await freed();
  });

  test("when it would write down what opens: it reveals nothing, and signs nothing", async () => {
    const history = join(network.folder, second, "ledger/history.jsonl");
    // What all have signed is told to a centre, and written there, after the query has ended.
    await expect.poll(() => readFileSync(history, "utf8"), { timeout: 10_000 }).toContain(coordinator.items.at(-1)!.release!.payload);
    // New files are small; the history can't grow.
    expect(limit(statSync(history).size)).toBe(0);
    // An honest coordinator ends the session for all; this one lets those go on who have written it down.
    const { stops, releases } = await coordinator.ask(count());
    expect([stops.get(second)?.cause, [...releases.keys()].toSorted()]).toEqual(["ledger", [first, third, small]]);
    await freed();
  });
});

describe("28: anything at all in place of an answer", () => {
  const GARBAGE: readonly Buffer[] = [
    Buffer.from("<html>"),
    Buffer.from("[".repeat(100_000)),
    Buffer.from('{"__proto__":{"offers":[]},"offers":[{"payload":1}],"formation":{},"release":7,"items":[null]}'),
    randomBytes(5_000),
  ];

  test("to who asks for a formation: it leaves, and nobody goes on as if it had dealt", async () => {
    for (const garbage of GARBAGE) {
      const told = await stopped({ garble: (asking, centre) => (centre === second && asking.endsWith("/answers") ? garbage : null) });
      expect([told.exchanges, [...told.stops.keys()].includes(second)]).toEqual([1, false]);
    }
    await whole();
  });

  test("to who asks for a delivery: it stops the session, and says so", async () => {
    for (const garbage of GARBAGE) {
      const { stops } = await stopped({
        garble: (asking, centre) => (centre === second && asking.endsWith("/exchanges/1") ? garbage : null),
      });
      expect(stops.get(second)?.cause).toMatch(/tampered|malformed/);
    }
    await whole();
  });

  test("to who asks for offers, or for the release that all have signed: it asks again, or learns it later", async () => {
    const left = [...GARBAGE, ...GARBAGE];
    const garble = (asking: string, centre: string) =>
      centre === second && /offers$|releases$/.test(asking) ? (left.pop() ?? null) : null;
    await released({ garble });
    await whole();
  });
});

describe("the attacks are real", () => {
  test("7, 24, 25: centres that have forgotten what they told, under a policy that is loose, tell the two patients apart", async () => {
    expect(await released()).toMatchObject({ results: [{ count: 26 }] });
    for (const centre of network.centres) {
      agents.get(centre)!.child.kill("SIGKILL");
      await agents.get(centre)!.code;
      rmSync(join(network.folder, centre, "ledger"), { recursive: true });
    }
    coordinator.forget();
    await startAll(LOOSE);
    const offer = { ...coordinator.offerOf(count()), policy: LOOSE };
    const [release] = (await coordinator.ask(offer.query, { acceptances: without(small) }, offer)).releases.values();
    expect(release).toMatchObject({ policy: { threshold: 2, zeros: "show" }, results: [{ count: 26 - 2 }] });
  });
});
