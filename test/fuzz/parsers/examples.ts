import { contentHash, createIdentity, type Envelope, type Identity, publicIdentity, toUtf8 } from "@tutti/envelope";
import { scheme, sha256 } from "@tutti/platform";
import {
  ACCEPTANCE,
  type Acceptance,
  firstRoster,
  FORMATION,
  type Formation,
  type HistoryItem,
  type Keys,
  OFFER,
  type Offer,
  openMessage,
  ROSTER,
  type Refusal,
  type Roster,
  signMessage,
} from "@tutti/protocol";
import type { Release } from "@tutti/disclosure";
import { identityOf } from "../../world/centre.ts";
import { EVERYTHING, smallNetwork } from "../../world/small-network.ts";
import type { World } from "../../world/world.ts";

// What readers are fed variations of: from a small network that has answered a query. Signed ones are also changed and signed again, by those whose
// word counts: an adversary may hold any of the keys.

const SEED = 7;

/** The network. */
export const world: World = smallNetwork({ seed: SEED });
const ended = world.ask(EVERYTHING);

/** What its session left, and the messages in it. */
export const item: HistoryItem = world.items[0]!;
export const offer: Offer = openMessage(OFFER, item.offer, world.roster.coordinatorKey, scheme).value;
export const formation: Formation = openMessage(FORMATION, item.formation, world.roster.coordinatorKey, scheme).value;
export const acceptance: Acceptance = openMessage(ACCEPTANCE, formation.acceptances[0]!, world.roster.centreKeys, scheme).value;
export const released: Release = [...ended.releases.values()][0]!;
export const refusal: Refusal = { centre: "a", offer: contentHash(offer), reason: "busy" };
export const policy = { threshold: 5, zeros: "hide", missing: "open", tail: 5, minimumCentres: 3, profile: "network" } as const;

/** One of its centres. */
export function centreNamed(name: string): Identity {
  return identityOf(name, SEED);
}

/** A party that is not in it. */
export const stranger: Identity = createIdentity("Hôpital Necker", (bytes) => sha256(toUtf8("necker")).subarray(0, bytes));

/** Everybody's keys. */
export const keys: Keys = new Map([...world.roster.coordinatorKey, ...world.roster.centreKeys]);

/** Its roster, as its coordinator writes and signs it. */
export const roster: Roster = firstRoster({
  network: "world",
  coordinator: publicIdentity(world.coordinator),
  centres: world.names.map((name) => publicIdentity(centreNamed(name))),
});
export const rosterFile: Envelope = signMessage(ROSTER, roster, world.coordinator, scheme);
