import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonical, createBoxKeys, type Envelope, fromBase64, fromUtf8, type Identity, parseIdentity, toBase64 } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { ENDPOINTS, type Formation, FORMATION, type QueryState, signMessage } from "@tutti/protocol";
import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Answered, FalseCoordinator, type Mischief } from "./false-coordinator.ts";
import { HandNetwork, type Started } from "./hand-network.ts";
import { releaseOf } from "./live-network.ts";
import { liveCentres } from "./sandbox-folder.ts";

// Attacks 7, 8, 19 – 24, 26 and 28 on real programs: a coordinator that alters what it tells some of the centres, and has its own key to sign it with; a
// centre whose program says something else than it computed. Attack 25 is in backup.test.ts.

const QUERY = { dataset: "live@3", measures: [{ id: "n", count: true }] };
const UNLIMITED = { perMinute: 1_000_000, burst: 1_000_000 };
const centres = liveCentres(5, 12, 17);
const names = [...centres.keys()];
const [first, second] = names as [string, string];
const patients = [...centres.values()].reduce((sum, { length }) => sum + length, 0);

let network: HandNetwork;
let agents: Started[];
let between: FalseCoordinator;
let coordinator: Identity;
let honestUrl: string;
let asked = 0;
beforeAll(async () => {
  network = new HandNetwork(centres, {
    deadlines: { answerMs: 2_000, exchangeMs: 1_000, queryMs: 8_000 },
    limits: { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED },
  });
  await network.startCoordinator();
  honestUrl = network.url;
  coordinator = parseIdentity(readFileSync(join(network.folder, "coordinator/identity.json"), "utf8"));
  between = await FalseCoordinator.start(honestUrl);
  network.comeBy(between.url);
  agents = await Promise.all(names.map((name) => network.startAgent(name)));
});
afterEach(async () => {
  between.heal();
  // No attack ends a program, and none spoils the next answer.
  for (const { child } of agents) expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  const after = await ask();
  expect([after.state, after.detail]).toEqual(["released", after.detail]);
  expect(releaseOf(after)).toMatchObject({ results: [{ count: patients }] });
}, 60_000);
afterAll(async () => {
  between?.stop();
  await network?.remove();
});

test.each<[string, Mischief]>([
  ["22: one bit of a delivery is flipped", inDeliveries(first, 1, (body) => flipped(body, body.length - 1))],
  ["22: a delivery is cut short", inDeliveries(first, 1, (body) => body.subarray(0, body.length - 1))],
  ["22: a bit of the deal is flipped", inDeliveries(second, 0, (body) => flipped(body, body.length - 1))],
  ["22: a delivery is that of the exchange before", earlierDelivery(first, 1)],
  ["22: two centres get each other's delivery", anothersDelivery(second, first, 2)],
  ["8: all are told that three take part, of whom two are one", inFormations(names, ([a, b]) => [a!, b!, b!])],
  ["8: all are told that nobody but two takes part", inFormations(names, ([a, b]) => [a!, b!])],
  ["7: all are told of all but one", inFormations(names, (acceptances) => acceptances.slice(0, -1))],
  ["21: a box key of the coordinator's own stands in an acceptance", inFormations(names, withOwnKey)],
])("%s: nothing is released", async (_, mischief) => {
  between.mischief = mischief;
  const state = await ask();
  expect([state.state, state.release]).toEqual([expect.stringMatching(/^(stopped|timedOut|tooFewCentres)$/), null]);
  expect(state.detail).toMatch(/\w+ \w+/);
});

test("20: one centre is told of other participants: it is in no release with those who were told the truth", async () => {
  between.mischief = inFormations([first], (acceptances) => acceptances.slice(0, -1));
  const state = await ask();
  if (state.state !== "released") return expect(state.detail).toMatch(/\w+ \w+/);
  expect(state.release!.signatures.map(({ keyid }) => keyid)).not.toContain(first);
  // Without it, a number would tell of its patients beside the earlier one.
  expect(releaseOf(state)).toMatchObject({ centres: { contributed: 4 }, results: [{ count: null }] });
});

test("19: an offer of before is told again, and nobody answers it twice", async () => {
  let kept: Buffer | null = null;
  between.mischief = (answered) => {
    if (answered.path === ENDPOINTS.offers.path && offersIn(answered.body).length > 0) kept ??= answered.body;
    return answered.body;
  };
  await ask();
  expect(kept).not.toBeNull();
  const told = new Set<string>();
  between.mischief = ({ centre, path, body }) => {
    if (path !== ENDPOINTS.offers.path || told.has(centre)) return body;
    told.add(centre);
    return kept!;
  };
  const before = lastOf(first);
  expect((await ask()).state).toBe("released");
  const offer = offersIn(kept!)[0]!;
  const since = ledgerOf(first).slice(before);
  expect(told.size).toBeGreaterThan(0);
  expect(since.filter((line) => line.includes(offer.payload))).toEqual([]);
});

test("19: an offer whose policy was loosened on its way is answered by nobody", async () => {
  between.mischief = ({ path, body }) => {
    if (path !== ENDPOINTS.offers.path) return body;
    const offers = offersIn(body).map((offer) => {
      const value = payloadOf<{ readonly policy: object }>(offer);
      return withPayload(offer, { ...value, policy: { ...value.policy, threshold: 2 } });
    });
    return Buffer.from(JSON.stringify({ offers }));
  };
  const state = await ask();
  expect([state.state, state.release]).toEqual([expect.stringMatching(/^(refused|tooFewCentres|stopped)$/), null]);
});

test.each([0, 1, 3])("23: a centre lies in exchange %i under its own keys: nothing is released", async (exchange) => {
  const liar = names.at(-1)!;
  await restart(liar, exchange);
  const state = await ask();
  await restart(liar);
  expect([state.state, state.release]).toEqual(["stopped", null]);
  expect(state.detail).toMatch(/\w+ \w+/);
});

test.each([{ threshold: 1 }, { policy: { threshold: 1 } }, { guard: false }, { centres: ["centre-01"] }, { network: "another" }])(
  "24: a question with %o in it is refused",
  async (more) => {
    await expect(network.client().ask({ ...QUERY, purpose: "switch", ...more })).rejects.toThrow(/\w+ \w+/);
  },
);

test("26: an agent whose ledger was cut, or whose configuration names a rule that there is not, does not start", async () => {
  const victim = names.at(-1)!;
  await stop(victim);
  const path = join(network.folder, victim, "ledger/ledger.jsonl");
  const ledger = readFileSync(path, "utf8");
  const lines = ledger.split("\n");
  writeFileSync(path, [...lines.slice(0, 1), ...lines.slice(2)].join("\n"));
  await expect(network.startAgent(victim)).rejects.toThrow(/ledger/);
  writeFileSync(path, ledger);
  await expect(network.startAgent(victim, { answer: "everything" })).rejects.toThrow(/rules/);
  await restart(victim);
});

test("28: a thousand inputs that are almost nothing, at every endpoint: each is refused, and none as a mistake of the program", async () => {
  const paths = Object.values(ENDPOINTS).map(({ method, path }) => ({ method, path: path.replaceAll(/:[a-z]+/g, "aa") }));
  for (let i = 0; i < 1_000; i++) {
    const { method, path } = paths[i % paths.length]!;
    const body = i % 3 === 0 ? randomBytes(i) : i % 3 === 1 ? "[".repeat(i) : `{"offers":${"9".repeat(i)}}`;
    const { status } = await fetch(`${honestUrl}${path}`, {
      method,
      headers: {
        "content-type": i % 2 === 0 ? "application/json" : "application/octet-stream",
        "signature-input": `sig=("@method");keyid="${i}"`,
      },
      ...(method === "GET" ? {} : { body }),
    });
    expect(status, `${method} ${path}`).toBeLessThan(500);
  }
}, 60_000);

/** Asks through the honest door: only centres come by the false one. */
async function ask(): Promise<QueryState> {
  const id = await network.client().ask({ ...QUERY, purpose: `attack ${++asked}` });
  return network.client().wait(id, { timeoutMs: 60_000 });
}

function inDeliveries(centre: string, exchange: number, alter: (body: Buffer) => Buffer): Mischief {
  return (answered) => (answered.centre === centre && exchangeOf(answered) === exchange ? alter(answered.body) : answered.body);
}

function earlierDelivery(centre: string, exchange: number): Mischief {
  let before: Buffer | null = null;
  return (answered) => {
    if (answered.centre !== centre) return answered.body;
    if (exchangeOf(answered) === exchange - 1) before = answered.body;
    return exchangeOf(answered) === exchange && before !== null ? before : answered.body;
  };
}

/** One of two gets in an exchange what the other one got in the one before: nobody waits for anybody. */
function anothersDelivery(one: string, other: string, exchange: number): Mischief {
  let others: Buffer | null = null;
  return (answered) => {
    if (answered.centre === other && exchangeOf(answered) === exchange - 1) others = answered.body;
    return answered.centre === one && exchangeOf(answered) === exchange && others !== null ? others : answered.body;
  };
}

function exchangeOf({ path }: Answered): number | null {
  const found = /\/exchanges\/(\d+)$/.exec(path)?.[1];
  return found === undefined ? null : Number(found);
}

/** Tells these centres of other acceptances, signed with the coordinator's own key. */
function inFormations(told: readonly string[], alter: (acceptances: readonly Envelope[]) => readonly Envelope[]): Mischief {
  return ({ centre, path, body }) => {
    if (!told.includes(centre) || !path.endsWith("/answers")) return body;
    const { formation } = JSON.parse(body.toString()) as { readonly formation: Envelope | null };
    if (formation === null) return body;
    const value = payloadOf<Formation>(formation);
    const altered = { ...value, acceptances: alter(value.acceptances) };
    return Buffer.from(JSON.stringify({ formation: signMessage(FORMATION, altered, coordinator, scheme) }));
  };
}

/** The first acceptance with another box key in it; the coordinator has no key of a centre to sign that with. */
function withOwnKey([acceptance, ...others]: readonly Envelope[]): readonly Envelope[] {
  const own = toBase64(createBoxKeys(randomBytes).publicKey);
  const accepted = payloadOf<{ readonly epochKey: Envelope }>(acceptance!);
  const epochKey = withPayload(accepted.epochKey, { ...payloadOf<object>(accepted.epochKey), boxKey: own });
  return [withPayload(acceptance!, { ...accepted, epochKey }), ...others];
}

function payloadOf<T>({ payload }: Envelope): T {
  return JSON.parse(fromUtf8(fromBase64(payload))) as T;
}

/** The same signatures over something else. */
function withPayload(envelope: Envelope, value: unknown): Envelope {
  return { ...envelope, payload: toBase64(canonical(value)) };
}

function flipped(body: Buffer, at: number): Buffer {
  const altered = Buffer.from(body);
  altered[at]! ^= 1;
  return altered;
}

function offersIn(body: Buffer): Envelope[] {
  return (JSON.parse(body.toString()) as { readonly offers: Envelope[] }).offers;
}

function ledgerOf(centre: string): string[] {
  return readFileSync(join(network.folder, centre, "ledger/ledger.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1);
}

function lastOf(centre: string): number {
  return ledgerOf(centre).length;
}

/** Starts a centre's agent anew: the honest one, or one that lies in an exchange. */
async function restart(centre: string, lieIn?: number): Promise<void> {
  await stop(centre);
  agents[names.indexOf(centre)] = await network.startAgent(centre, undefined, lieIn);
}

async function stop(centre: string): Promise<void> {
  const started = agents[names.indexOf(centre)]!;
  started.child.kill("SIGTERM");
  await started.code;
}
