import type { Envelope, PublicIdentity } from "@tutti/envelope";
import type { PinnedRoster, Roster } from "./roster.ts";

// The versions that a network's operator makes. Each is to be signed by the coordinator, and counts at a centre by a person's yes.

/** The version after, with one more centre at the end. Throws a RangeError when name or key is there already. */
export function enrolled(before: PinnedRoster, centre: PublicIdentity): Roster {
  if ([before.coordinator, ...before.centres].some(({ name }) => name === centre.name))
    throw new RangeError(`${centre.name} is in the roster already: to change its key, use rotate, or revoke when the key was lost`);
  return next(before, { centres: [...before.centres, centre] });
}

/** The version after, without a centre, which may come back with the same key. Throws a RangeError when it is not there. */
export function removed(before: PinnedRoster, name: string): Roster {
  centreOf(before, name);
  return next(before, { centres: before.centres.filter((centre) => centre.name !== name) });
}

/** The version after, in which a party has the key that its old one has signed for. Throws a RangeError when it is not there. */
export function rotated(before: PinnedRoster, party: PublicIdentity, rotation: Envelope): Roster {
  const old = party.name === before.coordinator.name ? before.coordinator : centreOf(before, party.name);
  const parties =
    old === before.coordinator ? { coordinator: party } : { centres: before.centres.map((centre) => (centre === old ? party : centre)) };
  return next(before, { ...parties, revoked: [...before.revoked, old.publicKey], rotations: [rotation] });
}

/** The version after, in which a centre's key counts for nothing any more. Throws a RangeError when it is not there. */
export function revoked(before: PinnedRoster, name: string): Roster {
  const old = centreOf(before, name);
  return next(before, { centres: before.centres.filter((centre) => centre !== old), revoked: [...before.revoked, old.publicKey] });
}

/** The version after, in which a centre has a new key in place of one that was lost. Throws a RangeError when it is not there. */
export function replaced(before: PinnedRoster, centre: PublicIdentity): Roster {
  const old = centreOf(before, centre.name);
  return next(before, {
    centres: before.centres.map((one) => (one === old ? centre : one)),
    revoked: [...before.revoked, old.publicKey],
  });
}

function next(before: PinnedRoster, changes: Partial<Pick<Roster, "coordinator" | "centres" | "revoked" | "rotations">>): Roster {
  const { network, version, hash, coordinator, centres, revoked: givenUp } = before;
  const roster: Roster = {
    network,
    version: version + 1,
    previous: hash,
    coordinator,
    centres,
    revoked: givenUp,
    rotations: [],
    ...changes,
  };
  const keys = [roster.coordinator, ...roster.centres].map(({ publicKey }) => publicKey);
  if (new Set([...keys, ...roster.revoked]).size !== keys.length + roster.revoked.length)
    throw new RangeError("this key is another party's, or was given up: let the centre make a new one with tutti keygen");
  return roster;
}

function centreOf({ centres }: Roster, name: string): PublicIdentity {
  const centre = centres.find((one) => one.name === name);
  if (centre === undefined) throw new RangeError(`there is no centre called ${name} in the roster`);
  return centre;
}
