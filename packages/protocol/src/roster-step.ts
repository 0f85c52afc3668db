import { EnvelopeFault, fingerprint, type PublicIdentity, type SignatureScheme } from "@tutti/envelope";
import { openMessage } from "./message.ts";
import type { PinnedRoster, Roster } from "./roster.ts";
import { type Rotation, ROTATION } from "./rotation.ts";

/**
 * What happened to one party from one version to the next.
 * - `added`, `removed`: it joined, or left
 * - `rotated`: it has another key, for which the old one has signed
 * - `replaced`: it has another key, and the old one was lost: compare fingerprints on the phone
 * - `revoked`: it left, and its key must not be used again
 */
export interface RosterChange {
  readonly what: "added" | "removed" | "rotated" | "replaced" | "revoked";
  readonly name: string;
  /** Of the party as it is now; of one that left, as it was. */
  readonly fingerprint: string;
}

/** Why a version does not follow from the one before. */
export class RosterFault extends Error {
  override readonly name = "RosterFault";
  /**
   * - `network`: another network's
   * - `order`: not the next version, or not of this past
   * - `coordinator`: another coordinator, without the old one's word
   * - `revoked`: a key that was given up comes back, or one that changed was not given up
   * - `rotation`: a rotation that does not hold, or is of nobody
   */
  readonly kind: "network" | "order" | "coordinator" | "revoked" | "rotation";

  constructor(kind: RosterFault["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * What a version changes. Both are opened already, so each is signed by the coordinator that it names.
 * @throws RosterFault when it does not follow from the version before
 */
export function rosterStep(before: PinnedRoster, after: PinnedRoster, scheme: SignatureScheme): readonly RosterChange[] {
  if (after.network !== before.network) throw new RosterFault("network", "the roster is another network's: keep the one you have");
  if (after.version !== before.version + 1 || after.previous !== before.hash)
    throw new RosterFault(
      "order",
      `version ${after.version} of the roster does not follow from version ${before.version}: keep the one you have`,
    );
  const rotations = rotationsIn(after, before, scheme);
  const givenUp = new Set(after.revoked);
  if (before.revoked.some((key) => !givenUp.has(key)))
    throw new RosterFault("revoked", "the roster forgets a key that was given up: keep the one you have, and ask its operator");
  demandSameCoordinator(before, after, rotations, givenUp);
  const changes = changesOf(before, after, rotations, givenUp);
  const used = new Set(changes.filter(({ what }) => what === "rotated").map(({ name }) => name));
  for (const name of rotations.keys())
    if (!used.has(name)) throw new RosterFault("rotation", `the roster holds a rotation for ${name}, whose key it does not change`);
  return changes;
}

function demandSameCoordinator(
  before: Roster,
  after: Roster,
  rotations: ReadonlyMap<string, Rotation>,
  givenUp: ReadonlySet<string>,
): void {
  const [was, is] = [before.coordinator, after.coordinator];
  if (was.name !== is.name)
    throw new RosterFault("coordinator", "the roster names another coordinator: a network keeps its own; ask its operator");
  if (was.publicKey !== is.publicKey && (rotations.get(was.name)?.to !== is.publicKey || !givenUp.has(was.publicKey)))
    throw new RosterFault(
      "coordinator",
      "the coordinator's key changed without the old one's signature: pin the new roster by hand, if at all",
    );
}

function changesOf(
  before: Roster,
  after: Roster,
  rotations: ReadonlyMap<string, Rotation>,
  givenUp: ReadonlySet<string>,
): readonly RosterChange[] {
  const [was, is] = [byName(before), byName(after)];
  const change = (what: RosterChange["what"], party: PublicIdentity): RosterChange => ({
    what,
    name: party.name,
    fingerprint: fingerprint(party),
  });
  const left = before.centres.filter(({ name }) => !is.has(name));
  const gone = left.map((party) => change(givenUp.has(party.publicKey) ? "revoked" : "removed", party));
  const present = [after.coordinator, ...after.centres].flatMap((party) => {
    const old = was.get(party.name);
    if (old === undefined) return [change("added", party)];
    if (old.publicKey === party.publicKey) return [];
    if (!givenUp.has(old.publicKey))
      throw new RosterFault("revoked", `${party.name} has another key, and the old one was not given up: keep the roster you have`);
    return [change(rotations.get(party.name)?.to === party.publicKey ? "rotated" : "replaced", party)];
  });
  return [...gone, ...present];
}

/** The rotations of a version by name; each is signed by the key that the version before has. */
function rotationsIn({ rotations }: Roster, before: PinnedRoster, scheme: SignatureScheme): ReadonlyMap<string, Rotation> {
  const keys = new Map([...before.coordinatorKey, ...before.centreKeys]);
  const old = byName(before);
  return new Map(
    rotations.map((envelope) => {
      const { value, by } = opened(() => openMessage(ROTATION, envelope, keys, scheme));
      if (by !== value.name || old.get(by)?.publicKey !== value.from)
        throw new RosterFault("rotation", "a rotation in the roster is not signed by the key that it gives up");
      return [by, value];
    }),
  );
}

function opened<T>(open: () => T): T {
  try {
    return open();
  } catch (fault) {
    throw fault instanceof EnvelopeFault ? new RosterFault("rotation", `a rotation in the roster does not hold: ${fault.message}`) : fault;
  }
}

function byName({ coordinator, centres }: Roster): ReadonlyMap<string, PublicIdentity> {
  return new Map([coordinator, ...centres].map((party) => [party.name, party]));
}
