import { readSync } from "node:fs";
import { decodeLine } from "@tutti/ledger";

/** One place in so many is held. */
const STRIDE = 16;

/** Where the entries of a ledger begin in its file: half a byte an entry. */
export class EntryPlaces {
  readonly #places: number[] = [];
  #entries = 0;

  /** The next entry begins at this byte. */
  add(at: number): void {
    if (this.#entries++ % STRIDE === 0) this.#places.push(at);
  }

  /**
   * The hash of the head before an entry, as the entry has it; null when there is no such entry.
   * @param bytes of the file that are entries
   * @throws LedgerFault when the file has another line there
   */
  previousOf(index: number, file: number, bytes: number): string | null {
    if (index >= this.#entries) return null;
    const group = Math.floor(index / STRIDE);
    const from = this.#places[group]!;
    const part = Buffer.alloc((this.#places[group + 1] ?? bytes) - from);
    readSync(file, part, 0, part.length, from);
    let at = 0;
    for (let before = index % STRIDE; before > 0; before--) at = part.indexOf("\n", at) + 1;
    return decodeLine(part.subarray(at, part.indexOf("\n", at)), index).previous;
  }
}
