import { EnvelopeFault } from "@tutti/envelope";
import { History, type HistoryCheck, type HistoryItem, openHistoryItem, type PastSession } from "@tutti/protocol";
import { faultFields, type Log } from "./log.ts";
import type { Store } from "./store.ts";

/** What past sessions have told: kept in the store, and told to centres that were away. */
export class Past {
  readonly #history = new History();
  readonly #check: HistoryCheck;
  readonly #store: Store;
  readonly #log: Log;

  /** Reads the store. Items about dictionaries that are not served any more stay in it, and are passed over. */
  constructor(check: HistoryCheck, store: Store, log: Log) {
    this.#check = check;
    this.#store = store;
    this.#log = log;
    for (const item of store.history()) this.#open(item);
  }

  /** What all must agree on about a dataset's past. */
  hash(dataset: string): string {
    return this.#history.hash(dataset);
  }

  /** The sessions on a dataset, oldest first. */
  of(dataset: string): readonly PastSession[] {
    return this.#history.of(dataset);
  }

  /** Adds a session. Items that do not hold, or tell nothing new, change nothing. */
  add(item: HistoryItem): void {
    const session = this.#open(item);
    if (session !== null) this.#store.keep(session, item);
  }

  /** The items of a dataset that are not among these marks. */
  beyond(dataset: string, marks: readonly string[]): readonly HistoryItem[] {
    return this.#history.beyond(dataset, new Set(marks));
  }

  /** The session's name when the item is new. */
  #open(item: HistoryItem): string | null {
    try {
      const past = openHistoryItem(item, this.#check);
      return this.#history.add(past, item) ? past.session : null;
    } catch (fault) {
      if (!(fault instanceof EnvelopeFault || fault instanceof RangeError)) throw fault;
      this.#log.warn(faultFields(fault), "a past session was not taken");
      return null;
    }
  }
}
