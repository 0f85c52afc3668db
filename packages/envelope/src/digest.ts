import { sha256 as portableSha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { canonical } from "./canonical.ts";
import { toHex } from "./hex.ts";
import type { Label } from "./label.ts";
import { toUtf8 } from "./text.ts";

/** SHA-256: 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** SHA-256 in JavaScript; an app may pass the platform's, which is several times faster, wherever a `Sha256` is asked for. */
export const sha256: Sha256 = (bytes) => portableSha256(bytes);

/** Bytes of a digest. */
export const DIGEST_BYTES = 32;

/**
 * The 32-byte digest of parts under a label: SHA-256 over the label and each part, each led by its length in 4 bytes, big-endian. Different
 * lists of parts never give the same bytes to hash.
 */
export function digest(label: Label, ...parts: readonly Uint8Array[]): Uint8Array {
  return digestWith(sha256, label, ...parts);
}

/** The same digest by another implementation of SHA-256. */
export function digestWith(hash: Sha256, label: Label, ...parts: readonly Uint8Array[]): Uint8Array {
  return hash(joined([toUtf8(label), ...parts]));
}

/**
 * The name of a public value by its content, `sha256:` and 64 hexadecimal digits: plain SHA-256 of its canonical JSON, so that anybody can
 * check it with any tool. Throws a RangeError for what JSON can't say.
 */
export function contentHash(value: unknown, hash: Sha256 = sha256): string {
  return `sha256:${toHex(hash(canonical(value)))}`;
}

/** A content hash as it is written. */
export const contentHashSchema: z.ZodType<string> = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "a content hash is sha256: and 64 hexadecimal digits");

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}
