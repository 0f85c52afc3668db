/** Offers under way at a time, those that wait for their turn among them; further ones are refused as `busy`. */
export const MAX_SESSIONS = 8;

/** Offers that are answered one after the other on each dataset: what one session tells counts for the next. */
export class OfferTurns {
  /** Offers that wait for their turn, or have it: content hashes. */
  readonly #queued = new Set<string>();
  /** The last turn on each dataset. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Whether there is no room for a further offer. */
  get isFull(): boolean {
    return this.#queued.size >= MAX_SESSIONS;
  }

  /** Whether an offer waits for its turn, or has it. */
  has(offerHash: string): boolean {
    return this.#queued.has(offerHash);
  }

  /** Whether an offer on a dataset has its turn. */
  isTaken(dataset: string): boolean {
    return this.#last.has(dataset);
  }

  /**
   * Runs something when all offers before it on the dataset are through, with or without success; settles as it does.
   * @param run is told whether it had to wait
   */
  take(dataset: string, offerHash: string, run: (waited: boolean) => Promise<void>): Promise<void> {
    this.#queued.add(offerHash);
    const before = this.#last.get(dataset);
    const turn = (async () => {
      await before?.catch(() => {});
      await run(before !== undefined);
    })().finally(() => {
      this.#queued.delete(offerHash);
      if (this.#last.get(dataset) === turn) this.#last.delete(dataset);
    });
    this.#last.set(dataset, turn);
    return turn;
  }
}
