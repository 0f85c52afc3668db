import type { Entry } from "@tutti/ledger";
import type { PastAnswer } from "@tutti/protocol";
import { packed } from "../packed-hash.ts";

/** Longer than the longest window of a limit: a clock may be set back. */
const KEPT_MS = 8 * 86_400_000;

/** The answers of the last week, read from the ledger: each offer once, whether its answer was new or given again. */
export class AnsweredLately {
  /** By the offer's hash, as a text of 32 characters. */
  readonly #answers = new Map<string, PastAnswer>();
  /** The name of each requester, held once. */
  readonly #names = new Map<string, string>();

  /** Takes the next entry of the ledger. */
  remember(entry: Entry): void {
    if (entry.kind !== "answered" && entry.kind !== "released") return;
    const atMs = Date.parse(entry.time);
    const { offer, requester } = entry.body;
    const key = packed(offer);
    const name = this.#names.get(requester) ?? requester;
    this.#names.set(name, name);
    if (!this.#answers.has(key)) this.#answers.set(key, { requester: name, atMs });
    for (const [oldest, answer] of this.#answers) {
      if (answer.atMs > atMs - KEPT_MS) break;
      this.#answers.delete(oldest);
    }
  }

  has(offerHash: string): boolean {
    return this.#answers.has(packed(offerHash));
  }

  /** Those that are remembered. */
  all(): readonly PastAnswer[] {
    return [...this.#answers.values()];
  }
}
