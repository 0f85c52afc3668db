/** Why a ledger can't be trusted, and where. It never quotes the ledger. */
export class LedgerFault extends Error {
  /**
   * - `line`: not the canonical JSON of an entry
   * - `index`: an entry is missing, repeated or out of order
   * - `link`: an entry does not follow from the one before it, so something before it was altered
   */
  readonly kind: "line" | "index" | "link";
  /** The place of the first entry that is wrong, counted from 0. */
  readonly index: number;

  constructor(kind: LedgerFault["kind"], index: number) {
    super(
      `${WORDS[kind]} at entry ${index}: answer nothing more, keep the file, and restore the latest copy that the other agents know the head of`,
    );
    this.name = "LedgerFault";
    this.kind = kind;
    this.index = index;
  }
}

const WORDS = {
  line: "the ledger holds something that is not an entry",
  index: "the ledger has lost, repeated or moved entries",
  link: "the ledger was altered",
} as const;
