import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@tutti/envelope";
import { type Entry, readLedger } from "@tutti/ledger";

// What programs have written, as it must be found whatever happened to them.

/** A session that was released, as a coordinator's store has it. */
export interface ReleasedPast {
  readonly offer: Envelope;
  readonly release: Envelope;
}

/** Those of the rows of a store's table `past` that were released. */
export function releasedPasts(rows: readonly Readonly<Record<string, unknown>>[]): readonly ReleasedPast[] {
  return rows
    .map(({ item }) => JSON.parse(String(item)) as { readonly offer: Envelope; readonly release: Envelope | null })
    .filter((past): past is ReleasedPast => past.release !== null);
}

/** Whether an offer has two releases. */
export function hasDoubled(released: readonly ReleasedPast[]): boolean {
  return new Set(released.map(({ offer }) => offer.payload)).size !== released.length;
}

/** The entries of a ledger's folder. @throws LedgerFault where the chain of their hashes is broken */
export function entriesIn(ledger: string): readonly Entry[] {
  return readLedger(readFileSync(join(ledger, "ledger.jsonl"))).entries;
}
