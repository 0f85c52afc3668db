import { setImmediate } from "node:timers/promises";
import { datasetName } from "@tutti/dataset";
import { EnvelopeFault } from "@tutti/envelope";
import { History, type HistoryCheck, type HistoryItem, openHistoryItem, type PastSession } from "@tutti/protocol";
import { KeptPast } from "./kept-past.ts";
import { faultFields, type Log } from "./log.ts";
import type { KeptSession, Store } from "./store.ts";

/** What past sessions have told: kept in the store, and told to centres that were away. All but what tells one from another stays there until it is asked for. */
export class Past {
  readonly #history = new History<KeptPast>();
  readonly #check: HistoryCheck;
  readonly #store: Store;
  readonly #log: Log;
  /** Additions one after the other: what tells more is never written over by what tells less. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(check: HistoryCheck, store: Store, log: Log) {
    this.#check = check;
    this.#store = store;
    this.#log = log;
  }

  /** Reads the store. Items about dictionaries that are not served any more stay in it, and are passed over. */
  static async open(check: HistoryCheck, store: Store, log: Log): Promise<Past> {
    const past = new Past(check, store, log);
    for await (const item of store.history()) {
      const session = past.#open(item, check);
      if (session !== null) past.#history.add(past.#kept(session));
    }
    return past;
  }

  /** What all must agree on about a dataset's past. */
  hash(dataset: string): string {
    return this.#history.hash(dataset);
  }

  /** The sessions on a dataset, oldest first, from the store. Rejects with a DatabaseFault. */
  async of(dataset: string): Promise<readonly PastSession[]> {
    const { scheme, ...check } = this.#check;
    // Each was checked when it was taken, and when the coordinator started.
    const taken = { ...check, scheme: { ...scheme, verify: () => true } };
    const found: PastSession[] = [];
    for (const { session } of this.#history.of(dataset)) {
      const item = await this.#store.itemOf(session);
      const past = item === null ? null : this.#open(item, taken);
      if (past !== null) found.push(past);
      // Queries that run meanwhile go on.
      await setImmediate();
    }
    return found;
  }

  /**
   * Adds a session once it is kept.
   * @param write keeps it; is given null where the item does not hold or tells nothing new
   */
  add(item: HistoryItem, write: (told: KeptSession | null) => Promise<void>): Promise<void> {
    const turn = this.#turn.then(() => this.#addNow(item, write));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** The items of a dataset that are not among these marks. Rejects with a DatabaseFault. */
  async beyond(dataset: string, marks: readonly string[]): Promise<readonly HistoryItem[]> {
    const items: HistoryItem[] = [];
    for (const { session } of this.#history.beyond(dataset, new Set(marks))) {
      const item = await this.#store.itemOf(session);
      if (item !== null) items.push(item);
    }
    return items;
  }

  async #addNow(item: HistoryItem, write: (told: KeptSession | null) => Promise<void>): Promise<void> {
    const past = this.#open(item, this.#check);
    const isNew = past !== null && this.#history.wouldAdd(past);
    await write(isNew ? { session: past.session, item } : null);
    if (isNew) this.#history.add(this.#kept(past));
  }

  #kept(past: PastSession): KeptPast {
    const dataset = this.#check.datasets.find((one) => datasetName(one) === past.dataset)!;
    return new KeptPast(past, datasetName(dataset));
  }

  #open(item: HistoryItem, check: HistoryCheck): PastSession | null {
    try {
      return openHistoryItem(item, check);
    } catch (fault) {
      if (!(fault instanceof EnvelopeFault || fault instanceof RangeError)) throw fault;
      this.#log.warn(faultFields(fault), "a past session was not taken");
      return null;
    }
  }
}
