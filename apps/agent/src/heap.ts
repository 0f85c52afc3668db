/** How Node collects what is not used any more; it gives one only when started with `--expose-gc`. */
export type Collect = (options: NodeJS.GCOptions & { readonly execution: "async" }) => Promise<void>;

/** Sessions after which the heap is collected even though the next one may come at once: some tens of milliseconds, spread over them all. */
const SESSIONS = 250;

/**
 * Has the heap collected while nobody asks anything. A session leaves little that lives long, and what hangs on it outside of the heap weighs more than
 * V8 sees: by itself it would let a hundred megabytes gather before it collects all of it, in the middle of a session.
 */
export class Heap {
  readonly #collect: Collect | null;
  /** Sessions since the last collection; starting left something too. */
  #sessions = 1;

  /** @param collect null where Node was started without `--expose-gc`: V8 collects when it wants to */
  constructor(collect: Collect | null) {
    this.#collect = collect;
  }

  /** A session has ended. `isLast` when no other is under way. */
  ended(isLast: boolean): void {
    this.#sessions++;
    if (isLast && this.#sessions > SESSIONS) this.#now("regular");
  }

  /** Nobody has asked anything for a while: what was gathered since the last time is collected, and pages are given back to the system. */
  resting(): void {
    if (this.#sessions > 0) this.#now("last-resort");
  }

  #now(flavor: NonNullable<NodeJS.GCOptions["flavor"]>): void {
    this.#sessions = 0;
    // Not before what is under way in this turn of the loop.
    void this.#collect?.({ type: "major", execution: "async", flavor });
  }
}
