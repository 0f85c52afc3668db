import { z } from "zod";
import { fromBase64, toBase64 } from "./base64.ts";
import { NONCE_BYTES, seal, unseal } from "./box.ts";
import {
  type Identity,
  identityFromSeed,
  partyNameSchema,
  publicIdentity,
  type PublicIdentity,
  publicKeySchema,
  SEED_BYTES,
} from "./identity.ts";
import { LABELS } from "./label.ts";
import { newCost, newSalt, type Stretching, stretched, stretchingSchema } from "./passphrase.ts";
import { draw, type Random } from "./random.ts";
import type { Secret } from "./secret.ts";

/** The contents of `identity.json` without a passphrase; `seed` is the secret. */
export interface IdentityFile extends PublicIdentity {
  readonly format: typeof LABELS.identity;
  /** 32 bytes in base64. */
  readonly seed: string;
}

/** The contents of `identity.json` under a passphrase. */
export interface SealedIdentityFile extends PublicIdentity {
  readonly format: typeof LABELS.sealedIdentity;
  readonly stretching: Stretching;
  /** 24 bytes in base64. */
  readonly nonce: string;
  /** The seed in an XSalsa20-Poly1305 box, 48 bytes in base64. */
  readonly sealedSeed: string;
}

const known = { name: partyNameSchema, publicKey: publicKeySchema };
const plainSchema: z.ZodType<IdentityFile> = z.strictObject({
  format: z.literal(LABELS.identity),
  ...known,
  seed: z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "a seed is 32 bytes in base64"),
});
const sealedSchema: z.ZodType<SealedIdentityFile> = z.strictObject({
  format: z.literal(LABELS.sealedIdentity),
  ...known,
  stretching: stretchingSchema,
  nonce: z.string().regex(/^[A-Za-z0-9+/]{32}$/, "a nonce is 24 bytes in base64"),
  sealedSeed: z.string().regex(/^[A-Za-z0-9+/]{64}$/, "a sealed seed is 48 bytes in base64"),
});

/** The shape of `identity.json`. */
export const identityFileSchema: z.ZodType<IdentityFile | SealedIdentityFile> = z.union([plainSchema, sealedSchema]);

/** The text of `identity.json`, secret included: for a file that only its owner can read. */
export function formatIdentity(identity: Identity): string {
  return textOf({ format: LABELS.identity, ...publicIdentity(identity), seed: toBase64(seedOf(identity)) } satisfies IdentityFile);
}

/** The text of `identity.json` with the secret under a passphrase. It takes seconds, and 128 MiB for so long. */
export function sealIdentity(identity: Identity, passphrase: Secret, random: Random): string {
  const [cost, salt, nonce] = [newCost(), newSalt(random), draw(random, NONCE_BYTES)];
  const key = stretched(passphrase, cost, salt, LABELS.sealedIdentity, identity.name);
  const file: SealedIdentityFile = {
    format: LABELS.sealedIdentity,
    ...publicIdentity(identity),
    stretching: { ...cost, salt: toBase64(salt) },
    nonce: toBase64(nonce),
    sealedSeed: toBase64(seal(seedOf(identity), nonce, key)),
  };
  key.erase();
  return textOf(file);
}

/** What `identity.json` says that anybody may know; null when it is none. */
export function identityFileHead(text: string): (PublicIdentity & { readonly sealed: boolean }) | null {
  const { data } = identityFileSchema.safeParse(parsed(text));
  return data === undefined ? null : { name: data.name, publicKey: data.publicKey, sealed: data.format === LABELS.sealedIdentity };
}

/**
 * The identity behind the text of `identity.json`. Throws a RangeError, which does not quote the file, for anything else.
 * @param passphrase null when there is none
 */
export function parseIdentity(text: string, passphrase: Secret | null = null): Identity {
  const value = parsed(text);
  if (value === undefined) throw unreadable("it is not JSON");
  // The schema of its own format says what is wrong better than the union of both does.
  const isSealed = typeof value === "object" && value !== null && "format" in value && value.format === LABELS.sealedIdentity;
  const file = isSealed ? sealedSchema.safeParse(value) : plainSchema.safeParse(value);
  if (!file.success) throw unreadable(`${file.error.issues[0]?.path.join(".") || "it"} is not as it should be`);
  const identity = identityFromSeed(file.data.name, "seed" in file.data ? fromBase64(file.data.seed) : opened(file.data, passphrase));
  if (toBase64(identity.publicKey) !== file.data.publicKey) throw unreadable("its public key belongs to another seed");
  return identity;
}

function opened({ name, stretching, nonce, sealedSeed }: SealedIdentityFile, passphrase: Secret | null): Uint8Array {
  if (passphrase === null)
    throw new RangeError("identity.json is under a passphrase: give the path of the file that holds it as passphraseFile");
  const key = stretched(passphrase, stretching, fromBase64(stretching.salt), LABELS.sealedIdentity, name);
  const seed = unseal(fromBase64(sealedSeed), fromBase64(nonce), key);
  key.erase();
  if (seed === null) throw new RangeError("the passphrase does not open identity.json: give the one that it was made with");
  return seed;
}

/**
 * What is wrong with the permissions of a file that holds a secret, in a sentence that says how to set them right; null when only its owner
 * may read it.
 * @param mode of the file, as POSIX has it
 */
export function tooOpen(path: string, mode: number): string | null {
  if ((mode & 0o077) === 0) return null;
  return `${path} can be read by others than its owner (mode ${(mode & 0o777).toString(8)}): run chmod 600 ${path}, and make a new key if anybody may have copied it`;
}

function seedOf(identity: Identity): Uint8Array {
  return identity.secretKey.reveal().subarray(0, SEED_BYTES);
}

function textOf(file: IdentityFile | SealedIdentityFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(why: string): RangeError {
  return new RangeError(
    `identity.json can't be used: ${why}; restore it from your copy, or make a new identity and give its public line to the network`,
  );
}
