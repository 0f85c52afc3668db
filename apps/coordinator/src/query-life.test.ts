import { createHash } from "node:crypto";
import type { Release } from "@tutti/disclosure";
import { contentHash, type Envelope, fromBase64, fromUtf8, openEnvelope, LABELS } from "@tutti/envelope";
import {
  ENDPOINTS,
  History,
  type HistoryItem,
  type Offer,
  openHistoryItem,
  pathOf,
  type Problem,
  type QueryState,
  RELEASE,
  scheduleStateSchema,
  sessionName,
  signMessage,
  STOP,
  type StopCause,
} from "@tutti/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { scheme, sha256 } from "@tutti/platform";
import type { TrialCentre } from "./trial/trial-centre.ts";
import { settled } from "./trial/trial-clock.ts";
import { DATASET, QUERY } from "./trial/trial-dataset.ts";
import { TrialNetwork } from "./trial/trial-network.ts";
import { bearer } from "./trial/trial-tokens.ts";

const story = ({ events }: QueryState): string =>
  events.map(({ what, centre = "", exchange = "" }) => `${what} ${centre}${exchange}`.trim()).join(", ");

/** Lets everybody wait for offers, then asks. */
async function asked(network: TrialNetwork, parts: readonly Promise<unknown>[]): Promise<string> {
  for (const part of parts) part.catch(() => {});
  await settled();
  return network.ask();
}

test("a query is offered, answered, relayed, signed by all and told", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre) => centre.takePart());
  const id = await asked(network, parts);
  expect((await Promise.all(parts)).map((response) => response?.status)).toEqual([200, 200, 200, 200]);
  const state = await network.state(id);
  expect(state).toMatchObject({ id, state: "released", detail: null });
  expect(state.seen).toBe(state.events.length);
  expect(story(state)).toMatch(/^offered, accepted a, .*formed, posted .0, .*exchanged 0, .*signed d.*, ended$/);
  const keys = new Map([...network.roster.centreKeys, ...network.roster.coordinatorKey]);
  const { value, signedBy } = openEnvelope(state.release, LABELS.release, keys, scheme);
  expect(signedBy).toEqual(["a", "b", "c", "d", "coordinator"]);
  expect(value).toMatchObject({ centres: { invited: 4, contributed: 4, finished: 4 }, results: [{ count: 20 }] });
});

test("a reader who has seen everything waits, hears of events within a tenth of a second and of the end at once", async () => {
  const network = new TrialNetwork();
  const id = await network.ask();
  expect((await network.state(id)).seen).toBe(1);
  let told: QueryState | null = null;
  const waiting = network.state(id, 1).then((state) => (told = state));
  const parts = network.centres.slice(0, 2).map((centre) => centre.takePart().catch(() => null));
  await network.clock.advance(90);
  expect(told).toBeNull();
  await network.clock.advance(20);
  expect(story((await waiting)!)).toBe("accepted a, accepted b");
  const last = network.state(id, 3);
  await settled();
  await network.close();
  expect(story(await last)).toBe("ended");
  await Promise.all(parts);
});

test("an agent that connects while the offer is open still takes part", async () => {
  const network = new TrialNetwork();
  const first = network.centres.slice(0, 2).map((centre) => centre.takePart());
  const id = await asked(network, first);
  await network.clock.advance(4_000);
  const late = network.centres.slice(2).map((centre) => centre.takePart());
  await Promise.all([...first, ...late]);
  expect(await network.state(id)).toMatchObject({ state: "released" });
});

test("when every connected centre has said yes, the others have a short grace only", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(0, 3).map((centre) => centre.takePart());
  const id = await asked(network, parts);
  await network.clock.advance(299);
  expect((await network.state(id)).state).toBe("open");
  await network.clock.advance(2);
  await Promise.all(parts);
  const { state, release } = await network.state(id);
  expect(state).toBe("released");
  expect(payload(release)).toMatchObject({ centres: { invited: 4, contributed: 3, finished: 3 } });
});

test("a centre that connects within the grace is waited for", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(0, 3).map((centre) => centre.takePart());
  const id = await asked(network, parts);
  await network.clock.advance(200);
  const [offer] = await network.centres[3]!.offers();
  await network.clock.advance(2_000);
  expect(story(await network.state(id))).not.toContain("formed");
  const { response } = await network.centres[3]!.answer(offer!);
  expect(response.status).toBe(200);
  await network.clock.advance(20_000);
  await Promise.all(parts);
});

test("a centre that is connected but does not answer is waited for, as long as answers are", async () => {
  const network = new TrialNetwork();
  const idle = network.centres[3]!.offers();
  const parts = network.centres.slice(0, 3).map((centre) => centre.takePart());
  const id = await asked(network, [...parts, idle]);
  await network.clock.advance(4_900);
  expect(story(await network.state(id))).not.toContain("formed");
  await network.clock.advance(200);
  await Promise.all(parts);
  expect((await network.state(id)).state).toBe("released");
});

test("an offer that was not answered is told again after a second, not at once", async () => {
  const network = new TrialNetwork();
  await network.ask();
  const [centre] = network.centres;
  const offers = await centre!.offers();
  expect(offers).toHaveLength(1);
  let again: readonly Envelope[] | null = null;
  void centre!.offers().then((list) => (again = list));
  await network.clock.advance(900);
  expect(again).toBeNull();
  await network.clock.advance(200);
  expect(again).toEqual(offers);
});

test("too few centres is an outcome, after the time for answers", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(0, 2).map((centre) => centre.join());
  const id = await asked(network, parts);
  await network.clock.advance(5_000);
  const state = await network.state(id);
  expect(state).toMatchObject({ state: "tooFewCentres", release: null });
  expect(state.detail).toContain("2 centres would answer, and the strictest policy among them asks for 3");
  await Promise.all(parts.map((part) => expect(part).rejects.toThrow('"outcome":"tooFewCentres"')));
});

test("the strictest policy among those who answer counts", async () => {
  const network = new TrialNetwork({ policies: { a: { minimumCentres: 4 } } });
  const parts = network.centres.slice(0, 3).map((centre) => centre.join());
  const id = await asked(network, parts);
  await network.clock.advance(5_000);
  expect((await network.state(id)).detail).toContain("3 centres would answer, and the strictest policy among them asks for 4");
  await Promise.allSettled(parts);
});

test("refusals that make the difference are the outcome; their reasons are told without names", async () => {
  const network = new TrialNetwork();
  const [a, b, c, d] = network.centres as readonly [TrialCentre, TrialCentre, TrialCentre, TrialCentre];
  const yes = [a.join(), b.join()];
  const no = [c, d].map(async (centre) => {
    const [offer] = await centre.offers();
    // A clock that is an hour ahead: the centre refuses what it holds for expired.
    const { envelope, offerHash, reason } = centre.party.consider(offer, network.clock.nowMs() + 3_600_000);
    expect(reason).toBe("expired");
    return centre.send(ENDPOINTS.answer, { offer: offerHash.slice(7) }, { answer: envelope });
  });
  const id = await asked(network, [...yes, ...no]);
  expect(await Promise.all(no.map(async (response) => (await response).json()))).toEqual([{ formation: null }, { formation: null }]);
  const state = await network.state(id);
  expect(state).toMatchObject({ state: "refused" });
  expect(state.detail).toContain("2 centres refused (expired: 2)");
  expect(story(state)).toMatch(/refused c, refused d, .*ended$/);
  await Promise.allSettled(yes);
});

test("a centre that dies in the middle is gone, and the others finish", async () => {
  const network = new TrialNetwork({ centres: ["a", "b", "c", "d", "e", "f", "g", "h"] });
  const parts = network.centres.map((centre, i) => centre.takePart(i === 3 ? { silentFrom: 1 } : {}));
  const id = await asked(network, parts);
  await network.clock.advance(9_900);
  expect((await network.state(id)).state).toBe("open");
  await network.clock.advance(200);
  await Promise.all(parts);
  const state = await network.state(id);
  expect(story(state)).toContain("gone d1, exchanged 1");
  expect(payload(state.release)).toMatchObject({ centres: { invited: 8, contributed: 8, finished: 7 } });
  expect(state.release!.signatures.map(({ keyid }) => keyid)).not.toContain("d");
});

test.each([
  ["before it begins", 0],
  ["in the middle", 1],
])("when all fall silent %s, the query times out", async (_, silentFrom) => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre) => centre.takePart({ silentFrom }));
  const id = await asked(network, parts);
  await Promise.all(parts);
  await network.clock.advance(90_000);
  expect(await network.state(id)).toMatchObject({ state: "timedOut", release: null });
});

/** Waits until the centres have done all that needs no clock. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 40; i++) await settled();
}

test("each participant gets the release with everybody's signature, and all centres are told of it later", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre) => centre.takePart());
  const id = await asked(network, parts);
  const { release } = await network.state(id);
  for (const part of parts) expect(await (await part)!.json()).toEqual({ release });
  const told = await network.centres[0]!.send(ENDPOINTS.history, {}, { dataset: "small@1", marks: [], records: [] });
  const { items } = (await told.json()) as { items: HistoryItem[] };
  expect(items).toMatchObject([{ release, record: null }]);
  const past = openHistoryItem(items[0]!, { rosters: network.rosters, datasets: [DATASET], scheme, sha256 });
  expect(past).toMatchObject({ participants: ["a", "b", "c", "d"], dataset: "small@1" });
  const again = await network.centres[0]!.send(ENDPOINTS.history, {}, { dataset: "small@1", marks: [past.mark], records: [] });
  expect(await again.json()).toEqual({ items: [] });
});

test("a preview asks nothing, and knows what has been released", async () => {
  const network = new TrialNetwork();
  const preview = async (query: unknown) =>
    (await network.send("POST", pathOf(ENDPOINTS.preview), bearer("bob"), JSON.stringify(query))).json();
  expect(await preview(QUERY)).toEqual({ cells: 1, pairs: 0, rows: [{ measure: "n", stratum: {}, risk: "new", earlier: [] }] });
  expect(network.logged).toEqual([]);
  const parts = network.centres.map((centre) => centre.takePart());
  await asked(network, parts);
  await Promise.all(parts);
  const earlier = ["2026-01-01"];
  expect(await preview(QUERY)).toEqual({ cells: 1, pairs: 1, rows: [{ measure: "n", stratum: {}, risk: "same", earlier }] });
  const sick = { ...QUERY, where: { variable: "sick", is: true } };
  expect(await preview(sick)).toEqual({ cells: 1, pairs: 1, rows: [{ measure: "n", stratum: {}, risk: "near", earlier }] });
});

test("a scheduled query goes the way of all others, and its requester finds it", async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ["Date", "setTimeout", "clearTimeout"] });
  const weekly = { name: "weekly", cron: "0 6 * * *", timezone: "UTC", requester: "bob", catchUp: false, query: QUERY };
  const network = new TrialNetwork({ schedules: [weekly] });
  onTestFinished(() => {
    network.close();
    vi.useRealTimers();
  });
  network.start();
  const parts = network.centres.map((centre) => centre.takePart());
  await vi.advanceTimersByTimeAsync(6 * 3_600_000);
  await Promise.all(parts);
  const schedules = async (by: "ann" | "bob") =>
    z.array(scheduleStateSchema).parse(await (await network.send("GET", pathOf(ENDPOINTS.schedules), bearer(by))).json());
  expect(await schedules("ann")).toEqual([]);
  const [told] = await schedules("bob");
  expect(told).toMatchObject({ name: "weekly", lastRun: { dueAtMs: Date.UTC(2026, 0, 1, 6), outcome: "released" } });
  expect(await network.state(told!.lastRun!.query!, 0, "bob")).toMatchObject({ state: "released" });
});

test("queries on one dataset take turns, and each offer counts the release before it", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre) => centre.takePart());
  const first = await asked(network, parts);
  const second = await network.ask();
  await network.ask();
  await quiet();
  expect((await network.state(first)).state).toBe("released");
  const [offer, ...more] = await network.centres[0]!.offers();
  expect(more).toEqual([]);
  expect((payload(offer!) as Offer).id).toBe(second);
  expect((payload(offer!) as Offer).history).not.toBe(new History().hash("small@1"));
});

test("a centre that does not sign is not waited for longer than an exchange", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre, i) => centre.takePart(i === 0 ? { later: () => {} } : {}));
  const id = await asked(network, parts);
  await quiet();
  await network.clock.advance(9_900);
  expect((await network.state(id)).state).toBe("open");
  await network.clock.advance(100);
  const { state, release } = await network.state(id);
  expect(state).toBe("released");
  expect(release!.signatures.map(({ keyid }) => keyid)).toEqual(["b", "c", "d", "coordinator"]);
});

test("the time for signatures begins with the first of them", async () => {
  const network = new TrialNetwork();
  const kept: (() => Promise<unknown>)[] = [];
  const parts = network.centres.map((centre, i) => centre.takePart(i === 0 ? {} : { later: (handIn) => kept.push(handIn) }));
  const id = await asked(network, parts);
  await quiet();
  await network.clock.advance(6_000);
  for (const handIn of kept.slice(0, 2)) void handIn();
  await quiet();
  await network.clock.advance(4_000);
  expect((await network.state(id)).release?.signatures).toHaveLength(4);
});

test("too few signatures time out", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre, i) => centre.takePart(i < 2 ? { later: () => {} } : {}));
  const id = await asked(network, parts);
  await quiet();
  await network.clock.advance(10_000);
  expect(await network.state(id)).toMatchObject({ state: "timedOut", release: null });
});

test("releases that differ stop the query, and none is published", async () => {
  const network = new TrialNetwork();
  const other = (envelope: Envelope, { identity }: TrialCentre) =>
    signMessage(RELEASE, { ...(payload(envelope) as Release), results: [] }, identity, scheme);
  const parts = network.centres.map((centre, i) => centre.takePart(i === 1 ? { release: other } : {}));
  const id = await asked(network, parts);
  await Promise.all(parts);
  expect(await network.state(id)).toMatchObject({ state: "stopped", release: null });
  expect((await network.state(id)).detail).toContain("one and the same release");
});

test("a release that is not signed by its sender is not understood, and changes nothing", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre, i) =>
    centre.takePart(
      i === 0 ? { release: (envelope) => signMessage(RELEASE, payload(envelope) as Release, network.centres[1]!.identity, scheme) } : {},
    ),
  );
  const id = await asked(network, parts);
  await quiet();
  expect((await parts[0]!)?.status).toBe(400);
  await network.clock.advance(100);
  expect((await network.state(id)).state).toBe("open");
});

test.each([
  ["opening", "stopped", "a stopped the session and names c: a participant sent wrong shares"],
  ["tooFewCentres", "tooFewCentres", "too few centres contributed"],
  ["equivocation", "stopped", "participants were shown different things"],
] as const)("a participant's stop for %s ends it for all", async (cause, outcome, words) => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(1).map((centre) => centre.takePart());
  const stopping = network.centres[0]!.join();
  const id = await asked(network, [...parts, stopping]);
  const { name } = await stopping;
  const [a, b] = network.centres;
  const stop = signMessage(
    STOP,
    { session: name, centre: "a", cause: cause as StopCause, blame: cause === "opening" ? ["c"] : [] },
    a!.identity,
    scheme,
  );
  expect((await b!.send(ENDPOINTS.stop, { session: name }, { stop })).status).toBe(400);
  expect((await a!.send(ENDPOINTS.stop, { session: name }, { stop })).status).toBe(200);
  for (const response of await Promise.all(parts)) expect(await response!.json()).toMatchObject({ status: 410, outcome: cause });
  const state = await network.state(id);
  expect(state.state).toBe(outcome);
  expect(state.detail).toContain(words);
});

test("who accepted and does not deal in time is left out: the session is formed anew without it, and says so", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre, i) => centre.takePart(i === 1 ? { silentFrom: 0 } : {}));
  const id = await asked(network, parts);
  await quiet();
  await network.clock.advance(9_900);
  expect(story(await network.state(id))).not.toContain("gone");
  await network.clock.advance(100);
  await quiet();
  await Promise.all(parts);
  const state = await network.state(id);
  expect(state.state).toBe("released");
  expect(story(state)).toMatch(/formed, posted .*gone b0, formed, posted .*exchanged 0/);
  expect(payload(state.release)).toMatchObject({ centres: { invited: 4, contributed: 3, finished: 3 }, results: [{ count: 15 }] });
});

test("one that deals too late is told so, by the name of the session that it was in", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(1).map((centre, i) => centre.takePart(i === 0 ? { silentFrom: 1 } : {}));
  const slow = network.centres[0]!.join();
  await asked(network, [...parts, slow]);
  const session = await slow;
  await network.clock.advance(10_000);
  const step = session.start();
  if (step.kind !== "exchange") throw new Error("a session begins with its deal");
  const response = await network.centres[0]!.send(ENDPOINTS.exchange, { session: session.name, exchange: "0" }, step.bundle);
  expect(await response.json()).toMatchObject({ status: 409, type: expect.stringMatching(/too-late$/) });
  await network.clock.advance(10_000);
  await Promise.all(parts);
});

test("a centre that can't read its data before it deals stops for itself alone; the others are not kept waiting", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(1).map((centre) => centre.takePart());
  const stopping = network.centres[0]!.join();
  const id = await asked(network, [...parts, stopping]);
  const { name } = await stopping;
  const stop = signMessage(STOP, { session: name, centre: "a", cause: "data", blame: [] }, network.centres[0]!.identity, scheme);
  expect((await network.centres[0]!.send(ENDPOINTS.stop, { session: name }, { stop })).status).toBe(200);
  await Promise.all(parts);
  expect(payload((await network.state(id)).release)).toMatchObject({ centres: { contributed: 3 } });
  // What it says of the session that was left is no matter of the one that took its place.
  expect((await network.centres[0]!.send(ENDPOINTS.stop, { session: name }, { stop })).status).toBe(200);
});

test("too few who have dealt end it", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre, i) => centre.takePart(i < 2 ? { silentFrom: 0 } : {}));
  const id = await asked(network, parts);
  await quiet();
  await network.clock.advance(10_000);
  const state = await network.state(id);
  expect(state).toMatchObject({ state: "tooFewCentres", release: null });
  expect(state.detail).toContain("2 centres dealt in time");
});

test("a centre that stops after its yes and before the session takes its yes back", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(1, 3).map((centre) => centre.takePart());
  const [a] = network.centres;
  const joining = a!.offers().then(async ([offer]) => {
    const { envelope, offerHash } = a!.party.consider(offer, network.clock.nowMs());
    void a!.send(ENDPOINTS.answer, { offer: offerHash.slice(7) }, { answer: envelope });
    await settled();
    const stop = signMessage(STOP, { session: offerHash, centre: "a", cause: "data", blame: [] }, a!.identity, scheme);
    return a!.send(ENDPOINTS.stop, { session: offerHash.slice(7) }, { stop });
  });
  const id = await asked(network, [...parts, joining]);
  expect((await joining).status).toBe(200);
  const last = network.centres[3]!.takePart();
  await Promise.all([...parts, last]);
  const state = await network.state(id);
  expect(payload(state.release)).toMatchObject({ centres: { invited: 4, contributed: 3, finished: 3 } });
});

test("who is not in the session can neither post nor stop it", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(0, 3).map((centre) => centre.join());
  const id = await asked(network, parts);
  await network.clock.advance(400);
  const { name } = await parts[0]!;
  const d = network.centres[3]!;
  expect((await d.send(ENDPOINTS.exchange, { session: name, exchange: "0" }, new Uint8Array(9))).status).toBe(403);
  const stop = signMessage(STOP, { session: name, centre: "d", cause: "defect", blame: [] }, d.identity, scheme);
  await d.send(ENDPOINTS.stop, { session: name }, { stop });
  await network.clock.advance(100);
  expect((await network.state(id)).state).toBe("open");
  expect((await d.send(ENDPOINTS.exchange, { session: sessionName(new Uint8Array(32)), exchange: "0" }, new Uint8Array(9))).status).toBe(
    410,
  );
});

test("an offer is closed to answers that come late", async () => {
  const network = new TrialNetwork();
  const [offer] = await Promise.all([network.centres[0]!.offers().then(([first]) => first!), network.ask()]);
  await network.clock.advance(5_000);
  const { response } = await network.centres[0]!.answer(offer);
  expect((await response.json()) as Problem).toMatchObject({ status: 410, outcome: "tooFewCentres" });
});

test("when the coordinator stops, everybody is told, and the query has a named outcome", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(0, 2).map((centre) => centre.join());
  const polling = network.centres[3]!.send(ENDPOINTS.offers, {}, {});
  const id = await asked(network, parts);
  await network.close();
  await Promise.all(parts.map((part) => expect(part).rejects.toThrow('"status":410')));
  expect((await polling).status).toBeOneOf([200, 503]);
  expect((await network.centres[3]!.send(ENDPOINTS.offers, {}, {})).status).toBe(503);
  await expect(network.ask()).rejects.toThrow('"status":503');
  expect(await network.state(id)).toMatchObject({ state: "stopped" });
});

test("the coordinator takes a few queries at a time of one requester", async () => {
  const network = new TrialNetwork();
  for (let i = 0; i < 8; i++) await network.ask();
  await expect(network.ask()).rejects.toThrow('"status":429');
  await network.ask(undefined, "bob");
});

test("offers say what was asked, by whom, and under which policy", async () => {
  const network = new TrialNetwork({ policy: { threshold: 7 } });
  await network.ask(undefined, "bob");
  const [offer] = await network.centres[0]!.offers();
  expect(payload(offer!)).toMatchObject({
    requester: "bob",
    policy: { threshold: 7 },
    invited: ["a", "b", "c", "d"],
    roster: network.roster.hash,
  });
  expect(createHash("sha256").update(Buffer.from(offer!.payload, "base64")).digest("hex")).toBe(contentHash(payload(offer!)).slice(7));
});

function payload(envelope: Envelope | null): unknown {
  return JSON.parse(fromUtf8(fromBase64(envelope!.payload)));
}
