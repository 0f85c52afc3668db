import { fromBase64 } from "./base64.ts";
import { digest } from "./digest.ts";
import type { PublicIdentity } from "./identity.ts";
import { type Label, LABELS } from "./label.ts";
import { toUtf8 } from "./text.ts";

/** Groups of a fingerprint, and digits of a group. Ten billion billion billion to one that another has the same. */
const GROUPS = 6;
const DIGITS = 5;

/**
 * A party to be read out on the phone: six groups of five digits, which are the same in every language. They stand for name and key
 * together, so that nobody's key passes for another's.
 * @see docs/spec/protocol.md, Fingerprints
 */
export function fingerprint({ name, publicKey }: PublicIdentity): string {
  return spokenDigest(LABELS.fingerprint, toUtf8(name), fromBase64(publicKey));
}

/** Parts under a label as six groups of five digits: the first 16 bytes of their digest, as a number, modulo 10³⁰. */
export function spokenDigest(label: Label, ...parts: readonly Uint8Array[]): string {
  const number = digest(label, ...parts)
    .subarray(0, 16)
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const digits = String(number % 10n ** BigInt(GROUPS * DIGITS)).padStart(GROUPS * DIGITS, "0");
  return Array.from({ length: GROUPS }, (_, i) => digits.slice(i * DIGITS, (i + 1) * DIGITS)).join(" ");
}

/** Whether somebody who heard or typed a fingerprint meant this one: only its digits count. */
export function isSameFingerprint(typed: string, known: string): boolean {
  return digitsOf(typed) === digitsOf(known);
}

function digitsOf(text: string): string {
  return text.replaceAll(/[\s.,;-]/g, "");
}
