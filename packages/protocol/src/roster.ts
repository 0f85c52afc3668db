import {
  contentHash,
  EnvelopeFault,
  envelopeSchema,
  fromBase64,
  fromUtf8,
  LABELS,
  partyNameSchema,
  type PublicIdentity,
  publicIdentitySchema,
  type SignatureScheme,
} from "@tutti/envelope";
import { z } from "zod";
import { type Keys, type MessageKind, openMessage } from "./message.ts";

/** The payload of `roster.json`: who belongs to a network, and their public keys. Every agent pins it. */
export interface Roster {
  readonly network: string;
  readonly coordinator: PublicIdentity;
  /** In the order that numbers them wherever a position counts. */
  readonly centres: readonly PublicIdentity[];
}

/** Centres of a network, at most. */
export const MAX_CENTRES = 1_000;

const rosterSchema: z.ZodType<Roster> = z
  .strictObject({
    network: partyNameSchema,
    coordinator: publicIdentitySchema,
    centres: z.array(publicIdentitySchema).min(3).max(MAX_CENTRES),
  })
  .refine(({ coordinator, centres }) => {
    const parties = [coordinator, ...centres];
    return (
      new Set(parties.map(({ name }) => name)).size === parties.length &&
      new Set(parties.map(({ publicKey }) => publicKey)).size === parties.length
    );
  }, "every party of a roster has a name and a key of its own");

/** The signed `roster.json`. */
export const ROSTER: MessageKind<Roster> = { label: LABELS.roster, schema: rosterSchema };

/** A roster that was opened, and what is worked out from it once. */
export interface PinnedRoster extends Roster {
  /** `sha256:…` of the payload. */
  readonly hash: string;
  readonly coordinatorKey: Keys;
  readonly centreKeys: Keys;
}

/**
 * Opens `roster.json`, which its own coordinator signed. Whether it is the right network's is what pinning the file means.
 * @throws EnvelopeFault
 */
export function openRoster(file: unknown, scheme: SignatureScheme): PinnedRoster {
  const unverified = peek(file);
  const coordinatorKey = keysOf([unverified.coordinator]);
  const { value } = openMessage(ROSTER, file, coordinatorKey, scheme);
  return { ...value, hash: contentHash(value), coordinatorKey, centreKeys: keysOf(value.centres) };
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
