import { scrypt } from "@noble/hashes/scrypt.js";
import { z } from "zod";
import { digest } from "./digest.ts";
import type { LABELS } from "./label.ts";
import { draw, type Random } from "./random.ts";
import { Secret } from "./secret.ts";
import { toUtf8 } from "./text.ts";

/** How a key is made of a passphrase: scrypt, RFC 7914, with the cost that the file was written with. */
export interface Stretching {
  readonly kdf: "scrypt";
  /** Blocks, a power of two; 128 · r bytes each. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
  /** 16 bytes in base64. */
  readonly salt: string;
}

/** 128 MiB and about two seconds: what OWASP asks for scrypt (Password Storage Cheat Sheet). */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
/** A file can't ask for more than this; it would stop the program that opens it. */
const MAX_BYTES = 2 ** 28;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Characters of a passphrase, at least. */
export const MIN_PASSPHRASE = 12;

/** The shape of the cost, and its bounds. */
export const stretchingSchema: z.ZodType<Stretching> = z
  .strictObject({
    kdf: z.literal("scrypt"),
    N: z.int().min(2 ** 14),
    r: z.int().min(1).max(32),
    p: z.int().min(1).max(4),
    salt: z.string().regex(/^[A-Za-z0-9+/]{21}[AQgw]==$/, "a salt is 16 bytes in base64"),
  })
  .refine(({ N, r }) => Number.isInteger(Math.log2(N)) && 128 * N * r <= MAX_BYTES, "the cost is a power of two, of 256 MiB at most");

/** The cost of new files. */
export function newCost(): Omit<Stretching, "salt"> {
  return { kdf: "scrypt", ...COST };
}

/** A new salt. */
export function newSalt(random: Random): Uint8Array {
  return draw(random, SALT_BYTES);
}

/**
 * The passphrase in a file or typed by a person: one line, in Unicode's composed form. Throws a RangeError for one that is too short or has
 * several lines.
 */
export function readPassphrase(text: string): Secret {
  const line = text.replace(/\r?\n$/, "").normalize("NFC");
  if (/[\r\n]/.test(line)) throw new RangeError("a passphrase is one line: take the others out of its file");
  if ([...line].length < MIN_PASSPHRASE)
    throw new RangeError(`a passphrase has at least ${MIN_PASSPHRASE} characters: choose a longer one`);
  return new Secret(toUtf8(line));
}

/**
 * The 32-byte key of a passphrase, for one purpose alone and bound to a name.
 * @param purpose the label of what is sealed with it
 */
export function stretched(
  passphrase: Secret,
  { N, r, p }: Omit<Stretching, "salt">,
  salt: Uint8Array,
  purpose: typeof LABELS.sealedIdentity | typeof LABELS.sealedFile,
  name: string,
): Secret {
  const key = scrypt(passphrase.reveal(), salt, { N, r, p, dkLen: KEY_BYTES, maxmem: MAX_BYTES + 1_048_576 });
  return new Secret(digest(purpose, key, toUtf8(name)));
}
