import { createIdentity, type Identity, publicIdentity } from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import {
  enrolled,
  ENDPOINTS,
  OFFER,
  openMessage,
  type PinnedRoster,
  removed,
  replaced,
  ROSTER,
  rotated,
  rotationTo,
  type Roster,
  RosterChain,
  RosterFault,
  signMessage,
} from "@tutti/protocol";
import { expect, test } from "vitest";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { settled } from "./trial/trial-clock.ts";
import { TrialNetwork } from "./trial/trial-network.ts";

/** The network's chain with one more version. */
function changed(network: TrialNetwork, next: (before: PinnedRoster) => Roster, by: Identity = network.coordinator): RosterChain {
  const { rosters } = network;
  return RosterChain.open([...rosters.after(0), signMessage(ROSTER, next(rosters.newest), by, scheme)], scheme);
}

test("a centre that was taken out is refused from that version on, the others are not", async () => {
  const network = new TrialNetwork();
  const send = async (centre: number) =>
    (await network.centres[centre]!.send(ENDPOINTS.history, {}, { dataset: "small@1", marks: [], records: [] })).status;
  expect(await send(0)).toBe(200);
  expect(
    network.rosters.take(
      changed(network, (before) => removed(before, "a")),
      scheme,
    ),
  ).toBe(true);
  expect(await send(0)).toBe(401);
  expect(await send(1)).toBe(200);
});

test("the newest version is served, and all of them to whoever asks for those after one", async () => {
  const network = new TrialNetwork();
  const joins = createIdentity("e", random);
  network.rosters.take(
    changed(network, (before) => enrolled(before, publicIdentity(joins))),
    scheme,
  );
  const told = async (path: string): Promise<unknown> => (await network.send("GET", path)).json();
  const all = network.rosters.after(0);
  expect(await told("/v1/roster")).toEqual(all[1]);
  expect(await told("/v1/rosters/0")).toEqual({ versions: all });
  expect(await told("/v1/rosters/1")).toEqual({ versions: [all[1]] });
  expect((await network.send("GET", "/v1/rosters/x")).status).toBe(400);
});

test("a roster of another past is not taken, and an older one is nothing new", () => {
  const network = new TrialNetwork();
  const [one, other] = ["a", "b"].map((name) => changed(network, (before) => removed(before, name))) as [RosterChain, RosterChain];
  const first = RosterChain.open(network.rosters.after(0), scheme);
  expect(network.rosters.take(one, scheme)).toBe(true);
  expect(network.rosters.take(first, scheme)).toBe(false);
  expect(() => network.rosters.take(other, scheme)).toThrow(RosterFault);
  expect(network.rosters.newest.hash).toBe(one.newest.hash);
});

test("after the coordinator has new keys, a session of the old ones ends with a name, and sessions go on", async () => {
  const store = new Store(new SqliteDatabase(":memory:"));
  const network = new TrialNetwork({ store });
  await network.start();
  const parts = network.centres.map((centre) => centre.takePart({ silentFrom: 1 }));
  const id = await network.ask();
  await Promise.all(parts);
  const [old, next] = [network.coordinator, createIdentity("coordinator", random)];
  network.rosters.take(
    changed(network, (before) => rotated(before, publicIdentity(next), rotationTo(old, next, scheme)), next),
    scheme,
  );
  network.coordinator = next;
  await network.restart(store);
  expect(await network.state(id)).toMatchObject({ state: "stopped", release: null });
  await network.ask();
  const [offer] = await network.centres[0]!.offers();
  expect(openMessage(OFFER, offer, network.rosters.newest.coordinatorKey, scheme).value.roster).toBe(network.rosters.newest.hash);
});

/** The roster changes under a running coordinator. */
function change(network: TrialNetwork, to: (before: PinnedRoster) => Roster): void {
  network.rosters.take(changed(network, to), scheme);
}

const enrolment = (before: PinnedRoster): Roster => enrolled(before, publicIdentity(createIdentity("e", random)));

test("an offer that is open ends at once, for the one who asked and for those who have said yes; what is asked next is under the new roster", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.slice(0, 2).map((centre) => centre.join());
  for (const part of parts) part.catch(() => {});
  await settled();
  const id = await network.ask();
  await settled();
  change(network, (before) => removed(before, "d"));
  expect(await network.state(id)).toMatchObject({ state: "stopped", detail: expect.stringContaining("roster was changed") });
  await Promise.all(parts.map((part) => expect(part).rejects.toThrow('"outcome":"roster"')));
  await network.ask();
  const [offer] = await network.centres[0]!.offers();
  expect(JSON.parse(Buffer.from(offer!.payload, "base64").toString())).toMatchObject({
    roster: network.rosters.newest.hash,
    invited: ["a", "b", "c"],
  });
});

test("a session that is formed goes on to its release under the roster of its offer", async () => {
  const network = new TrialNetwork();
  const parts = network.centres.map((centre) => centre.join());
  await settled();
  const id = await network.ask();
  await Promise.all(parts);
  change(network, enrolment);
  expect(await network.state(id)).toMatchObject({ state: "open" });
});

test("a query that waits for people waits on when the same centres are invited, and ends when others are", async () => {
  const network = new TrialNetwork();
  network.centres[1]!.consent = "hold";
  const id = await network.ask();
  const offers = await Promise.all(network.centres.map(async (centre) => (await centre.offers())[0]!));
  await Promise.all(network.centres.map((centre, i) => centre.answer(offers[i]!)));
  expect(await network.state(id)).toMatchObject({ state: "open", deciding: 1 });
  change(network, (before) => replaced(before, publicIdentity(createIdentity("d", random))));
  expect(await network.state(id)).toMatchObject({ state: "open", deciding: 1 });
  change(network, enrolment);
  expect(await network.state(id)).toMatchObject({ state: "stopped", detail: expect.stringContaining("roster was changed") });
});
