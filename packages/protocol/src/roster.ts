import {
  contentHash,
  contentHashSchema,
  type Envelope,
  EnvelopeFault,
  envelopeSchema,
  fromBase64,
  fromUtf8,
  LABELS,
  partyNameSchema,
  type PublicIdentity,
  publicIdentitySchema,
  publicKeySchema,
  type SignatureScheme,
  spokenDigest,
  toUtf8,
} from "@tutti/envelope";
import { z } from "zod";
import { type Keys, type MessageKind, openMessage } from "./message.ts";

/** One version of `roster.json`: who belongs to a network, and their public keys. Every agent pins one, and goes on to the next by a person's yes. */
export interface Roster {
  readonly network: string;
  /** 1, 2, 3, … */
  readonly version: number;
  /** `sha256:…` of the version before; null of the first. */
  readonly previous: string | null;
  readonly coordinator: PublicIdentity;
  /** In the order that numbers them wherever a position counts. */
  readonly centres: readonly PublicIdentity[];
  /** Public keys that were given up, by a rotation or because they were lost: no party of this or any later version has one of them. */
  readonly revoked: readonly string[];
  /** Signed rotations of the keys that this version changes. */
  readonly rotations: readonly Envelope[];
}

/** Centres of a network, at most. */
export const MAX_CENTRES = 1_000;
/** Keys given up over all time, at most. */
const MAX_REVOKED = 10_000;

const rosterSchema: z.ZodType<Roster> = z
  .strictObject({
    network: partyNameSchema,
    version: z.int().min(1).max(MAX_REVOKED),
    previous: contentHashSchema.nullable(),
    coordinator: publicIdentitySchema,
    centres: z.array(publicIdentitySchema).max(MAX_CENTRES),
    revoked: z.array(publicKeySchema).max(MAX_REVOKED),
    rotations: z.array(envelopeSchema).max(MAX_CENTRES),
  })
  .refine(({ version, previous }) => (version === 1) === (previous === null), "every version but the first names the one before")
  .refine(
    ({ coordinator, centres, revoked }) => areDistinct([coordinator, ...centres], revoked),
    "every party of a roster has a name and a key of its own, and none that was given up",
  );

/** The signed roster. */
export const ROSTER: MessageKind<Roster> = { label: LABELS.roster, schema: rosterSchema };

/** A roster that was opened, and what is worked out from it once. */
export interface PinnedRoster extends Roster {
  /** `sha256:…` of the payload. */
  readonly hash: string;
  readonly coordinatorKey: Keys;
  readonly centreKeys: Keys;
}

/** The first version of a network's roster. */
export function firstRoster(parties: Pick<Roster, "network" | "coordinator" | "centres">): Roster {
  return { ...parties, version: 1, previous: null, revoked: [], rotations: [] };
}

/** A roster to be compared on the phone, as six groups of five digits: the same for all who have the same version. */
export function rosterFingerprint({ hash }: Pick<PinnedRoster, "hash">): string {
  return spokenDigest(LABELS.rosterFingerprint, toUtf8(hash));
}

/**
 * Opens one signed version, which its own coordinator signed. Whether it is the right network's is what pinning the file means.
 * @throws EnvelopeFault
 */
export function openRoster(file: unknown, scheme: SignatureScheme): PinnedRoster {
  const unverified = peek(file);
  const coordinatorKey = keysOf([unverified.coordinator]);
  const { value } = openMessage(ROSTER, file, coordinatorKey, scheme);
  return { ...value, hash: contentHash(value), coordinatorKey, centreKeys: keysOf(value.centres) };
}

function areDistinct(parties: readonly PublicIdentity[], revoked: readonly string[]): boolean {
  const keys = new Set([...parties.map(({ publicKey }) => publicKey), ...revoked]);
  return new Set(parties.map(({ name }) => name)).size === parties.length && keys.size === parties.length + revoked.length;
}

/** The roster inside, before its signature is known to hold. */
function peek(file: unknown): Roster {
  const envelope = envelopeSchema.safeParse(file);
  if (!envelope.success) throw new EnvelopeFault("shape", "this is not a signed roster: use the roster.json that the network gave you");
  try {
    return rosterSchema.parse(JSON.parse(fromUtf8(fromBase64(envelope.data.payload))));
  } catch {
    throw new EnvelopeFault("payload", "the roster can't be read: use the roster.json that the network gave you");
  }
}

function keysOf(parties: readonly PublicIdentity[]): Keys {
  return new Map(parties.map(({ name, publicKey }) => [name, fromBase64(publicKey)]));
}
