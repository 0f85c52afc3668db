import { getHeapStatistics } from "node:v8";

/** How Node collects what is not used any more; it gives one only when started with `--expose-gc`. */
export type Collect = (options: NodeJS.GCOptions & { readonly execution: "async" }) => Promise<void>;

/** What may gather on the heap before it is collected although the next session may come at once; twice of what the young generation holds. */
const GATHERED_BYTES = 32 * 2 ** 20;
/** Sessions after which the heap is collected however little has gathered: of small ones a few kilobytes each become old, and take new pages. */
const SESSIONS = 200;
/** What may be held beside the heap, more than after the last time that pages were given back, before they are again. */
const HELD_BYTES = 24 * 2 ** 20;

/** The memory of this process. */
export interface Memory {
  /** On the heap, used or not used any more, with the buffers that hang on it. */
  readonly usedBytes: number;
  /** Resident, but neither heap nor buffers: programs, and what V8 and malloc hold back of what was freed. */
  readonly besideBytes: number;
}

/**
 * Has the heap collected while nobody asks anything. A session leaves little that lives long, and what hangs on it outside of the heap weighs more than
 * V8 sees: by itself it would let hundreds of megabytes gather before it collects all of it, in the middle of a session. And of what a large session
 * needed, V8 holds the pages for ever, unless it is asked to give them back.
 */
export class Heap {
  readonly #collect: Collect | null;
  readonly #memory: () => Memory;
  /** What was in use after the last collection; starting leaves something to collect too. */
  #keptBytes: number;
  /** What was beside the heap when pages were given back last. */
  #besideBytes: number;
  /** Sessions since the last collection. */
  #sessions = 0;
  #isClean = false;

  /** @param collect null where Node was started without `--expose-gc`: V8 collects when it wants to */
  constructor(collect: Collect | null, memory: () => Memory = ofThisProcess) {
    this.#collect = collect;
    this.#memory = memory;
    const { usedBytes, besideBytes } = memory();
    this.#keptBytes = usedBytes;
    this.#besideBytes = besideBytes;
  }

  /** A session has ended. `isLast` when no other is under way. */
  async ended(isLast: boolean): Promise<void> {
    this.#isClean = false;
    this.#sessions++;
    if (!isLast) return;
    const { usedBytes, besideBytes } = this.#memory();
    if (besideBytes - this.#besideBytes > HELD_BYTES) await this.#now("last-resort");
    else if (usedBytes - this.#keptBytes > GATHERED_BYTES || this.#sessions >= SESSIONS) await this.#now("regular");
  }

  /** Nobody has asked anything for a while: what was gathered since the last time is collected, and pages are given back to the system. */
  async resting(): Promise<void> {
    if (!this.#isClean) await this.#now("last-resort");
  }

  async #now(flavor: NonNullable<NodeJS.GCOptions["flavor"]>): Promise<void> {
    this.#isClean = true;
    this.#sessions = 0;
    // Not before what is under way in this turn of the loop.
    await this.#collect?.({ type: "major", execution: "async", flavor });
    const { usedBytes, besideBytes } = this.#memory();
    this.#keptBytes = usedBytes;
    if (flavor === "last-resort") this.#besideBytes = besideBytes;
  }
}

function ofThisProcess(): Memory {
  const { used_heap_size, total_heap_size, external_memory } = getHeapStatistics();
  return { usedBytes: used_heap_size + external_memory, besideBytes: process.memoryUsage.rss() - total_heap_size - external_memory };
}
