import type { Entry } from "@tutti/ledger";
import type { PastAnswer } from "@tutti/protocol";
import { packed } from "../packed-hash.ts";

const DAY_MS = 86_400_000;
/** Longer than the longest window of a limit: a clock may be set back. */
const KEPT_MS = 8 * DAY_MS;
/** Longer than a session: for so long an offer that is answered is known again when its release is written. After that it would count twice, never less. */
const KNOWN_MS = DAY_MS;
const CHUNK_ANSWERS = 1_024;

/** Answers that came one after the other. */
interface Chunk {
  /** Milliseconds since 1970. */
  readonly atMs: Float64Array;
  /** Who asked, by number. */
  readonly requesters: Uint32Array;
}

/**
 * The answers of the last week, read from the ledger: each offer once, whether its answer was new or given again. An answer takes twelve bytes, and
 * for a day some hundred more.
 */
export class AnsweredLately {
  /** When each offer of the last day was answered, by its hash as a text of 32 characters. */
  readonly #known = new Map<string, number>();
  readonly #requesters: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** Full but for the last one. */
  readonly #chunks: Chunk[] = [];
  /** In the last chunk. */
  #size = CHUNK_ANSWERS;

  /** Takes the next entry of the ledger. */
  remember(entry: Entry): void {
    if (entry.kind !== "answered" && entry.kind !== "released") return;
    const atMs = Date.parse(entry.time);
    const { offer, requester } = entry.body;
    const key = packed(offer);
    if (!this.#known.has(key)) {
      this.#known.set(key, atMs);
      this.#add(atMs, this.#numberOf(requester));
    }
    this.#forget(atMs);
  }

  /** Whether an offer was answered within the last day. */
  has(offerHash: string): boolean {
    return this.#known.has(packed(offerHash));
  }

  /** Those of a week at least. */
  all(): readonly PastAnswer[] {
    const answers: PastAnswer[] = [];
    for (const [chunk, { atMs, requesters }] of this.#chunks.entries()) {
      const size = chunk === this.#chunks.length - 1 ? this.#size : CHUNK_ANSWERS;
      for (let i = 0; i < size; i++) answers.push({ requester: this.#requesters[requesters[i]!]!, atMs: atMs[i]! });
    }
    return answers;
  }

  #add(atMs: number, requester: number): void {
    if (this.#size === CHUNK_ANSWERS) {
      this.#chunks.push({ atMs: new Float64Array(CHUNK_ANSWERS), requesters: new Uint32Array(CHUNK_ANSWERS) });
      this.#size = 0;
    }
    const last = this.#chunks.at(-1)!;
    last.atMs[this.#size] = atMs;
    last.requesters[this.#size] = requester;
    this.#size++;
  }

  #numberOf(requester: string): number {
    const known = this.#numbers.get(requester);
    if (known !== undefined) return known;
    this.#numbers.set(requester, this.#requesters.length);
    return this.#requesters.push(requester) - 1;
  }

  #forget(nowMs: number): void {
    for (const [key, atMs] of this.#known) {
      if (atMs > nowMs - KNOWN_MS) break;
      this.#known.delete(key);
    }
    // A full chunk goes as a whole, once its last answer is too old.
    while (this.#chunks.length > 1 && this.#chunks[0]!.atMs[CHUNK_ANSWERS - 1]! <= nowMs - KEPT_MS) this.#chunks.shift();
  }
}
