import { type Entry, entryHash, entrySchema } from "./entry.ts";
import { LedgerFault } from "./fault.ts";
import { after, GENESIS, type Head } from "./head.ts";

/**
 * The head of a chain of entries, each checked: its shape, its index, its link to the one before.
 * @param from the head that the first entry follows, for a ledger of which the beginning was checked before
 * @throws LedgerFault that names the first entry that is wrong
 */
export function verifyChain(entries: Iterable<unknown>, from: Head = GENESIS): Head {
  let head = from;
  for (const entry of entries) head = follow(head, entry);
  return head;
}

/**
 * Whether a chain runs through a head that its agent once told. False means that entries were taken out, or that the ledger was restored
 * from an older copy.
 * @throws LedgerFault when it is no chain
 */
export function runsThrough(entries: Iterable<unknown>, known: Head): boolean {
  const is = (head: Head): boolean => head.index === known.index && head.hash === known.hash;
  let head = GENESIS;
  let found = is(head);
  for (const entry of entries) {
    head = follow(head, entry);
    found ||= is(head);
  }
  return found;
}

/** The digests of a chain's entries after a head: what `isContinuation` needs. */
export function hashesAfter(entries: readonly Entry[], head: Head): readonly string[] {
  return entries.filter(({ index }) => index > head.index).map(entryHash);
}

function follow(head: Head, candidate: unknown): Head {
  const index = head.index + 1;
  const parsed = entrySchema.safeParse(candidate);
  if (!parsed.success) throw new LedgerFault("line", index);
  if (parsed.data.index !== index) throw new LedgerFault("index", index);
  if (parsed.data.previous !== head.hash) throw new LedgerFault("link", index);
  return after(head, entryHash(parsed.data));
}
