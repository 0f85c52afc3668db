import nacl from "tweetnacl";
import { z } from "zod";
import { fromBase64, toBase64 } from "./base64.ts";
import { isSoundPublicKey } from "./ed25519.ts";
import { draw, type Random } from "./random.ts";
import { Secret } from "./secret.ts";

/** A party that signs: a centre, the coordinator, a researcher. */
export interface Identity {
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519, 64 bytes: the seed and the public key. */
  readonly secretKey: Secret;
}

/** What others know of a party, as a roster writes it. */
export interface PublicIdentity {
  readonly name: string;
  /** Ed25519, 32 bytes in base64. */
  readonly publicKey: string;
}

/** Bytes of the secret that an identity comes from. */
export const SEED_BYTES = 32;

/** What does not look like 32 bytes is looked at no further: a refinement below decodes it. */
const bytes32 = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, { error: "a key is 32 bytes in base64", abort: true });

/** The name of a party: one line of 1 to 63 characters in Unicode's composed form, no space at its ends. It is the key id of its signatures. */
export const partyNameSchema: z.ZodType<string> = z
  .string()
  .min(1)
  .max(63)
  .refine(
    (name) => name.isWellFormed() && name === name.trim().normalize("NFC") && !/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name),
    "a name is one line of 1 to 63 characters, without spaces at its ends",
  );

/** A public Ed25519 key in base64; keys that no signature can be trusted under are refused. */
export const publicKeySchema: z.ZodType<string> = bytes32.refine(
  (key) => isSoundPublicKey(fromBase64(key)),
  "this is no usable Ed25519 key: ask its owner for the public key of their identity.json",
);

/** The shape of a public identity. */
export const publicIdentitySchema: z.ZodType<PublicIdentity> = z.strictObject({ name: partyNameSchema, publicKey: publicKeySchema });

/** A new identity from 32 random bytes. Throws a RangeError for a name that is none. */
export function createIdentity(name: string, random: Random): Identity {
  if (!partyNameSchema.safeParse(name).success)
    throw new RangeError("a name is one line of 1 to 63 characters, without spaces at its ends");
  return identityFromSeed(name, draw(random, SEED_BYTES));
}

/** What others may know of it. */
export function publicIdentity(identity: Identity): PublicIdentity {
  return { name: identity.name, publicKey: toBase64(identity.publicKey) };
}

/** The identity of a seed of 32 bytes. */
export function identityFromSeed(name: string, seed: Uint8Array): Identity {
  const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
  return { name, publicKey, secretKey: new Secret(secretKey) };
}
