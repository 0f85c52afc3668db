import { getHeapStatistics } from "node:v8";

/** How Node collects what is not used any more; it gives one only when started with `--expose-gc`. */
export type Collect = (options: NodeJS.GCOptions & { readonly execution: "async" }) => Promise<void>;

/** What may gather on the heap before it is collected although the next session may come at once; twice of what the young generation holds. */
const GATHERED_BYTES = 32 * 2 ** 20;

/**
 * Has the heap collected while nobody asks anything. A session leaves little that lives long, and what hangs on it outside of the heap weighs more than
 * V8 sees: by itself it would let hundreds of megabytes gather before it collects all of it, in the middle of a session.
 */
export class Heap {
  readonly #collect: Collect | null;
  readonly #usedBytes: () => number;
  /** What was in use after the last collection; starting leaves something to collect too. */
  #keptBytes: number;
  #isClean = false;

  /**
   * @param collect null where Node was started without `--expose-gc`: V8 collects when it wants to
   * @param usedBytes what is on the heap now, used or not used any more, with the buffers that hang on it
   */
  constructor(collect: Collect | null, usedBytes: () => number = heapAndBuffers) {
    this.#collect = collect;
    this.#usedBytes = usedBytes;
    this.#keptBytes = usedBytes();
  }

  /** A session has ended. `isLast` when no other is under way. */
  async ended(isLast: boolean): Promise<void> {
    this.#isClean = false;
    if (isLast && this.#usedBytes() - this.#keptBytes > GATHERED_BYTES) await this.#now("regular");
  }

  /** Nobody has asked anything for a while: what was gathered since the last time is collected, and pages are given back to the system. */
  async resting(): Promise<void> {
    if (!this.#isClean) await this.#now("last-resort");
  }

  async #now(flavor: NonNullable<NodeJS.GCOptions["flavor"]>): Promise<void> {
    this.#isClean = true;
    // Not before what is under way in this turn of the loop.
    await this.#collect?.({ type: "major", execution: "async", flavor });
    this.#keptBytes = this.#usedBytes();
  }
}

function heapAndBuffers(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
