import { digest, fromHex, LABELS, toHex, toUtf8 } from "@tutti/envelope";
import { z } from "zod";

/**
 * How far a ledger goes, in one hash that stands for all of it. Agents tell each other their heads, so that none can later show another
 * past, nor forget a release.
 */
export interface Head {
  /** The index of the last entry; −1 for an empty ledger. */
  readonly index: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** The shape of a head. */
export const headSchema: z.ZodType<Head> = z.strictObject({
  index: z.int().min(-1),
  hash: z.string().regex(/^[0-9a-f]{64}$/, "a head is 64 hexadecimal digits"),
});

/** The head of an empty ledger, the same for everybody. */
export const GENESIS: Head = { index: -1, hash: toHex(digest(LABELS.ledgerHead)) };

/** The head after one more entry, of which only the digest is needed. */
export function after(head: Head, entryHash: string): Head {
  const index = head.index + 1;
  return { index, hash: toHex(digest(LABELS.ledgerHead, toUtf8(String(index)), fromHex(head.hash), fromHex(entryHash))) };
}

/**
 * Whether a ledger with the later head is a continuation of one with the earlier, given the digests of the entries between. An agent proves
 * so that it has kept its past without showing what is in it.
 */
export function isContinuation(earlier: Head, entryHashes: readonly string[], later: Head): boolean {
  if (earlier.index + entryHashes.length !== later.index || !entryHashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) return false;
  return entryHashes.reduce(after, earlier).hash === later.hash;
}
