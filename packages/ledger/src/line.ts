import { canonicalText, type Json, readCanonical } from "@tutti/envelope";
import { verifyChain } from "./chain.ts";
import { type Entry, entrySchema } from "./entry.ts";
import { LedgerFault } from "./fault.ts";
import type { Head } from "./head.ts";

const LINE_FEED = 0x0a;

/** An entry as a line of the ledger's file (JSON Lines): its canonical JSON and a line feed. */
export function encodeLine(entry: Entry): string {
  return `${canonicalText(entry)}\n`;
}

/**
 * The entry of one line, without its line feed.
 * @param index its place, for the fault
 * @throws LedgerFault `line` for anything but the canonical JSON of an entry
 */
export function decodeLine(line: Uint8Array, index: number): Entry {
  const entry = entrySchema.safeParse(jsonOf(line, index));
  if (!entry.success) throw new LedgerFault("line", index);
  return entry.data;
}

/** A ledger's file, read and checked. */
export interface Ledger {
  readonly entries: readonly Entry[];
  readonly head: Head;
  /** Bytes of the file up to the end of the last entry. What follows was never wholly written: cut the file there before writing on. */
  readonly bytes: number;
}

/**
 * Reads a ledger's file. A last line without its line feed is no entry: the agent makes a line durable before it acts on it, so a line that
 * was torn by a crash was not acted on. Any other line that is not as it should be is a fault, and not repaired.
 * @throws LedgerFault that names the first entry that is wrong
 */
export function readLedger(file: Uint8Array): Ledger {
  const bytes = file.lastIndexOf(LINE_FEED) + 1;
  const entries: Entry[] = [];
  for (let start = 0; start < bytes;) {
    const end = file.indexOf(LINE_FEED, start);
    entries.push(decodeLine(file.subarray(start, end), entries.length));
    start = end + 1;
  }
  return { entries, head: verifyChain(entries), bytes };
}

function jsonOf(line: Uint8Array, index: number): Json {
  try {
    return readCanonical(line);
  } catch {
    throw new LedgerFault("line", index);
  }
}
