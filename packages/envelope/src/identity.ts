import nacl from "tweetnacl";
import { z } from "zod";
import { fromBase64, toBase64 } from "./base64.ts";
import { digest } from "./digest.ts";
import { isSoundPublicKey } from "./ed25519.ts";
import { LABELS } from "./label.ts";
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

/** The contents of `identity.json`; `seed` is the secret. */
export interface IdentityFile extends PublicIdentity {
  readonly format: typeof LABELS.identity;
  /** 32 bytes in base64. */
  readonly seed: string;
}

const SEED_BYTES = 32;

const bytes32 = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "a key is 32 bytes in base64");

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

/** The shape of `identity.json`. */
export const identityFileSchema: z.ZodType<IdentityFile> = z.strictObject({
  format: z.literal(LABELS.identity),
  name: partyNameSchema,
  publicKey: publicKeySchema,
  seed: bytes32,
});

/** A new identity from 32 random bytes. Throws a RangeError for a name that is none. */
export function createIdentity(name: string, random: Random): Identity {
  if (!partyNameSchema.safeParse(name).success)
    throw new RangeError("a name is one line of 1 to 63 characters, without spaces at its ends");
  return fromSeed(name, draw(random, SEED_BYTES));
}

/** What others may know of it. */
export function publicIdentity(identity: Identity): PublicIdentity {
  return { name: identity.name, publicKey: toBase64(identity.publicKey) };
}

/** The text of `identity.json`, secret included: for a file that only its owner can read. */
export function formatIdentity(identity: Identity): string {
  const file: IdentityFile = {
    format: LABELS.identity,
    ...publicIdentity(identity),
    seed: toBase64(identity.secretKey.reveal().subarray(0, SEED_BYTES)),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The identity behind the text of `identity.json`. Throws a RangeError, which does not quote the file, for anything else. */
export function parseIdentity(text: string): Identity {
  const file = identityFileSchema.safeParse(parsed(text));
  if (!file.success) throw unreadable(`${file.error.issues[0]?.path.join(".") || "it"} is not as it should be`);
  const identity = fromSeed(file.data.name, fromBase64(file.data.seed));
  if (toBase64(identity.publicKey) !== file.data.publicKey) throw unreadable("its public key belongs to another seed");
  return identity;
}

/**
 * A public key to be read out on the phone: 100 bits of its digest as five groups of four letters and digits, without I, L, O and U
 * (Crockford's base 32). Two people who hear the same hold the same key.
 */
export function fingerprint(publicKey: Uint8Array): string {
  const hash = digest(LABELS.fingerprint, publicKey);
  const bits = BigInt(`0x${Array.from(hash.subarray(0, 13), (byte) => byte.toString(16).padStart(2, "0")).join("")}`) >> 4n;
  const letters = Array.from({ length: 20 }, (_, i) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[Number((bits >> BigInt(95 - 5 * i)) & 31n)]!);
  return [0, 4, 8, 12, 16].map((i) => letters.slice(i, i + 4).join("")).join("-");
}

function fromSeed(name: string, seed: Uint8Array): Identity {
  const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
  return { name, publicKey, secretKey: new Secret(secretKey) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable("it is not JSON");
  }
}

function unreadable(why: string): RangeError {
  return new RangeError(
    `identity.json can't be used: ${why}; restore it from your copy, or make a new identity and give its public key to the network`,
  );
}
