import {
  contentHash,
  createIdentity,
  type Envelope,
  EnvelopeFault,
  fingerprint,
  type Identity,
  isSameFingerprint,
  publicIdentity,
} from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import {
  enrolled,
  FORMATION,
  formatPublicLine,
  OFFER,
  parsePublicLine,
  type PinnedRoster,
  replaced,
  revoked,
  ROSTER,
  type Roster,
  type RosterChain,
  RosterFault,
  rosterFingerprint,
  rotated,
  rotationTo,
  signMessage,
} from "@tutti/protocol";
import { expect, test } from "vitest";
import { identityOf } from "../world/centre.ts";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";
import type { World } from "../world/world.ts";

// Somebody puts a key of their own into the roster: at enrolment, in a forged or an equivocated version, or with a key that was taken away.

const SEED = 7;
const mallory = createIdentity("mallory", random);
const next = (world: World, change: (before: PinnedRoster) => Roster, by: Identity = world.coordinator): Envelope =>
  signMessage(ROSTER, change(world.roster), by, scheme);
const chain = (world: World, second: Envelope): RosterChain => world.rosters.extended([second], scheme);

test("a line that was swapped in the mail has another fingerprint than the one that the centre reads out", () => {
  const centre = createIdentity("h", random);
  const swapped = parsePublicLine(formatPublicLine(publicIdentity(createIdentity("h", random)), null));
  expect(isSameFingerprint(fingerprint(publicIdentity(centre)), fingerprint(swapped))).toBe(false);
  // The same key under another centre's name is no better.
  expect(isSameFingerprint(fingerprint(publicIdentity(centre)), fingerprint({ ...publicIdentity(centre), name: "i" }))).toBe(false);
});

test("a version that the coordinator did not sign is none", () => {
  const world = smallNetwork();
  expect(() =>
    chain(
      world,
      next(world, (before) => enrolled(before, publicIdentity(mallory)), identityOf("a", SEED)),
    ),
  ).toThrow(EnvelopeFault);
});

test("a rotation that the old key has not signed is none; without one, people are told that the key was replaced", () => {
  const world = smallNetwork();
  const own = createIdentity("a", random);
  const forged = rotationTo(createIdentity("a", random), own, scheme);
  expect(() =>
    chain(
      world,
      next(world, (before) => rotated(before, publicIdentity(own), forged)),
    ),
  ).toThrow(RosterFault);
  const plain = chain(
    world,
    next(world, (before) => replaced(before, publicIdentity(own))),
  );
  expect(plain.versions[1]!.changes).toMatchObject([{ what: "replaced", name: "a" }]);
});

test("nobody answers under a version that they have not said yes to", () => {
  const world = smallNetwork();
  const second = chain(
    world,
    next(world, (before) => enrolled(before, publicIdentity(mallory))),
  );
  const ended = world.ask(EVERYTHING, {}, { ...world.offerOf(EVERYTHING), roster: second.newest.hash });
  expect(new Set(ended.refusals.values())).toEqual(new Set(["roster"]));
  expect(ended.refusals.size).toBe(7);
});

test("an older version than the pinned one is refused", () => {
  const world = smallNetwork();
  const second = chain(
    world,
    next(world, (before) => revoked(before, "g")),
  );
  for (const centre of world.centres.values()) centre.pin(second);
  expect(new Set(world.ask(EVERYTHING).refusals.values())).toEqual(new Set(["roster"]));
});

test("two versions of one number, each pinned by a half, make no session: whatever each half is offered", () => {
  const world = smallNetwork();
  const [one, other] = [mallory, createIdentity("malory", random)].map((whom) =>
    chain(
      world,
      next(world, (before) => enrolled(before, publicIdentity(whom))),
    ),
  ) as [RosterChain, RosterChain];
  expect(rosterFingerprint(one.newest)).not.toBe(rosterFingerprint(other.newest));
  const halfOf = (centre: string): RosterChain => (centre < "e" ? one : other);
  for (const [name, centre] of world.centres) centre.pin(halfOf(name));
  const ended = world.ask(EVERYTHING, { offer: (offer, centre) => ({ ...offer, roster: halfOf(centre).newest.hash }) });
  expect(ended.refusals.size).toBe(0);
  expect(ended.releases.size).toBe(0);
  expect(ended.records.size).toBe(0);
  expect(new Set([...ended.stops.values()].map(({ cause }) => cause))).toEqual(new Set(["formation"]));
});

test("an acceptance by a key that was revoked makes no session under the version that revokes it", () => {
  const world = smallNetwork();
  const second = chain(
    world,
    next(world, (before) => revoked(before, "g")),
  );
  const names = world.names.filter((name) => name !== "g");
  for (const name of names) world.centres.get(name)!.pin(second);
  const offer = { ...world.offerOf(EVERYTHING), roster: second.newest.hash, invited: [...names, "g"] };
  const envelope = signMessage(OFFER, offer, world.coordinator, scheme);
  const answers = names.map((name) => world.centres.get(name)!.consider(envelope, world.nowMs));
  // The thief's party has not said yes to anything, and signs by the key that it has.
  const thief = world.centres
    .get("g")!
    .consider(signMessage(OFFER, { ...offer, roster: world.roster.hash }, world.coordinator, scheme), world.nowMs);
  const acceptances = [...answers, thief].map(({ envelope: said }) => said);
  const formation = signMessage(FORMATION, { offer: contentHash(offer), acceptances }, world.coordinator, scheme);
  expect(() => world.centres.get("a")!.join(answers[0]!.accepted!, formation, world.nowMs, null)).toThrow(/does not hold/);
  const honest = signMessage(FORMATION, { offer: contentHash(offer), acceptances: acceptances.slice(0, -1) }, world.coordinator, scheme);
  expect(() => world.centres.get("a")!.join(answers[0]!.accepted!, honest, world.nowMs, null)).not.toThrow();
});
