import type { Bitmap, EarlierRelease, Membership } from "@tutti/disclosure";
import { type Envelope, EnvelopeFault, type Identity } from "@tutti/envelope";
import {
  type Accepted,
  type History,
  type HistoryCheck,
  type HistoryItem,
  type Offer,
  OFFER,
  openHistoryItem,
  type PastSession,
} from "@tutti/protocol";
import { datasetName } from "@tutti/dataset";
import type { PatientSet } from "@tutti/query";
import type { GridBit } from "@tutti/sql";
import type { AgentLog } from "../agent-log.ts";
import type { CoordinatorLink } from "../coordinator-link.ts";
import { faultFields } from "../fault-fields.ts";
import type { Ledger } from "../ledger-file.ts";
import { differencesOfSessions } from "./differences.ts";
import type { GuardStore } from "./guard-store.ts";
import type { Added, HistoryFile } from "./history-file.ts";
import { contentOf, Trail } from "./trail.ts";
import { KeptSetsFault, membershipOf, setsOf } from "./kept-sets.ts";

/** What a centre's past is made of. */
export interface PastParts {
  readonly identity: Identity;
  readonly check: HistoryCheck;
  readonly file: Pick<HistoryFile, "history" | "offerOf" | "itemOf" | "offers" | "write">;
  readonly store: Pick<GuardStore, "has" | "keep" | "load" | "sweep">;
  readonly ledger: Ledger;
  readonly link: Pick<CoordinatorLink, "history">;
  readonly nowMs: () => number;
  readonly log: AgentLog;
}

/** What a centre brings to the guard of one session. */
export interface Prepared {
  /** For each pair, how many of its patients are in one of the two only. Rejects with a KeptSetsFault when it can't be known. */
  readonly differences: Promise<Uint32Array>;
  /** The content hash of the sets, once they are durable: before that nothing is dealt. */
  readonly kept: Promise<string>;
}

/** Who is asked for patients. */
export interface Asked {
  members(sets: ReadonlyMap<string, PatientSet | GridBit>): Promise<ReadonlyMap<string, Bitmap>>;
}

const RESTORE =
  "stop the agent and restore the newest copy of the whole folder of the ledger (tutti agent restore); where there is none, see Backups in docs/operating.md";
const DAY_MS = 86_400_000;
const REMIND_MS = 3_600_000;
/** Records that one request takes. */
const MAX_RECORDS = 100;

/** What a centre knows of earlier sessions, and what it keeps of this one for later ones. Whatever is wrong with it, the centre answers nothing. */
export class Past {
  readonly #parts: PastParts;
  #trouble: string | null = null;
  /** Sessions whose record the coordinator has. */
  readonly #handedIn = new Set<string>();
  /** Offers that the ledger has answered before this start, of which the history does not know: while it runs, it is written before the ledger. */
  readonly #unknown = new Set<string>();
  #sweptMs = 0;
  readonly #remindedMs = new Map<string, number>();

  constructor(parts: PastParts) {
    this.#parts = parts;
    const { ledger, file } = parts;
    const known = file.offers();
    for (const offer of ledger.kept.keys()) if (!known.has(offer)) this.#unknown.add(offer);
    for (const past of this.history.all()) this.#inspect(past);
  }

  get history(): History {
    return this.#parts.file.history;
  }

  /** Why nothing may be answered until somebody has seen to it; null while something may. */
  get trouble(): string | null {
    if (this.#trouble !== null || this.#unknown.size === 0) return this.#trouble;
    return `the ledger has answered something that the history does not know: ${RESTORE}`;
  }

  /**
   * Tells the coordinator what this centre knows of a dataset, and learns what it does not. What does not hold is passed over; a failure to reach the
   * coordinator changes nothing.
   */
  async catchUp(dataset: string, deadlineMs: number): Promise<void> {
    const { link, log } = this.#parts;
    try {
      for (let more = true; more;) {
        const marks = this.history.of(dataset).map(({ mark }) => mark);
        const due = this.#due(dataset);
        const records = this.#itemsOf(due.slice(0, MAX_RECORDS));
        const items = await link.history(dataset, marks, records, deadlineMs);
        for (const { session } of due.slice(0, MAX_RECORDS)) this.#handedIn.add(session);
        for (const item of items) await this.#learn(item);
        more = due.length > MAX_RECORDS;
      }
    } catch (fault) {
      log.warn(faultFields(fault), "the coordinator could not be asked about earlier sessions");
    }
  }

  /**
   * Hands the coordinator everything that this centre knows of a dataset: a coordinator that was restored from an old copy has forgotten what it
   * published, and nobody answers it before it knows again. Once an hour at most.
   */
  async remind(dataset: string, deadlineMs: number): Promise<void> {
    const { link, log, nowMs } = this.#parts;
    if (nowMs() - (this.#remindedMs.get(dataset) ?? -Infinity) < REMIND_MS) return;
    this.#remindedMs.set(dataset, nowMs());
    try {
      const known = this.history.of(dataset);
      const marks = known.map(({ mark }) => mark);
      for (let at = 0; at < known.length; at += MAX_RECORDS)
        await link.history(dataset, marks, this.#itemsOf(known.slice(at, at + MAX_RECORDS)), deadlineMs);
      log.warn({}, "the coordinator was reminded of earlier sessions");
    } catch (fault) {
      log.warn(faultFields(fault), "the coordinator could not be asked about earlier sessions");
    }
  }

  /** Whether there is a record of a session on a dataset that the coordinator has not been handed. */
  owes(dataset: string): boolean {
    return this.#due(dataset).length > 0;
  }

  /** The releases of sessions that were asked after a time and that this centre took part in, as all have signed them, by session. */
  releasesSince(atMs: number): ReadonlyMap<string, Envelope> {
    const { identity, file } = this.#parts;
    const due = this.history
      .all()
      .filter((past) => past.atMs >= atMs && past.release !== null && past.participants.includes(identity.name));
    return new Map(
      due.flatMap((past) => {
        const { release } = file.itemOf(past);
        return release === null ? [] : [[past.session, release] as const];
      }),
    );
  }

  /** The release of a session as all have signed it; null where none is known. */
  releaseOf(session: string): Envelope | null {
    const past = this.history.all().findLast((one) => one.session === session);
    return past === undefined ? null : this.#parts.file.itemOf(past).release;
  }

  /** Looks up this centre's patients for a plan, keeps them, and compares them with those of earlier sessions. */
  prepare({ plan, guard, offerHash }: Accepted, source: Asked): Prepared {
    const { check, store } = this.#parts;
    const dataset = check.datasets.find((one) => datasetName(one) === plan.dataset)!;
    const members = source.members(setsOf(plan, dataset));
    const kept = members.then((found) => store.keep(offerHash, found));
    const differences = members.then((found) => differencesOfSessions(plan, guard, found, (past) => this.#membership(past)));
    for (const promise of [kept, differences]) promise.catch(() => {});
    void this.#sweep();
    return { kept, differences };
  }

  /** Follows a session from its formation. */
  follow(accepted: Accepted, evidence: Trail["evidence"], session: string, sets: string): Trail {
    return new Trail(this.#parts, accepted, evidence, session, sets, (added) => {
      if (added !== null) this.#add(added);
    });
  }

  async #membership(past: EarlierRelease): Promise<Membership> {
    const { identity, file, store, ledger } = this.#parts;
    if (!past.participants.includes(identity.name)) return new Map();
    const offer = file.offerOf(past);
    try {
      return membershipOf(await store.load(offer, ledger.kept.get(offer) ?? null), past.sets);
    } catch (fault) {
      if (fault instanceof KeptSetsFault) this.#stop(`${fault.message}: ${RESTORE}`);
      throw fault;
    }
  }

  async #learn(item: HistoryItem): Promise<void> {
    const { check, file, log } = this.#parts;
    let past: PastSession;
    let offer: Offer;
    try {
      past = openHistoryItem(item, check);
      // Its signature has held by now.
      offer = OFFER.schema.parse(contentOf(item.offer));
    } catch (fault) {
      if (!(fault instanceof EnvelopeFault || fault instanceof RangeError)) throw fault;
      log.warn(faultFields(fault), "an earlier session was not taken into the history");
      return;
    }
    this.#add(await file.write(past, offer, item));
  }

  #add(added: Added): void {
    const past = added();
    if (past === null) return;
    this.#unknown.delete(this.#parts.file.offerOf(past));
    this.#inspect(past);
  }

  /** This centre's own part in an earlier session: its ledger must run through the head that it showed, and its sets must be there. */
  #inspect(past: PastSession): void {
    const { identity, file, store, ledger } = this.#parts;
    if (!past.participants.includes(identity.name)) return;
    const head = past.heads.get(identity.name);
    if (head !== undefined && !ledger.runsThrough(head))
      return this.#stop(`the ledger is older than one that this centre has shown before: ${RESTORE}`);
    if (!store.has(file.offerOf(past))) this.#stop(`the sets kept of an earlier session are missing: ${RESTORE}`);
  }

  #stop(why: string): void {
    if (this.#trouble === null) this.#parts.log.error({ problem: why }, "nothing is answered any more");
    this.#trouble ??= why;
  }

  #due(dataset: string): readonly PastSession[] {
    // Its name is read from the file, and all but a few have a release.
    return this.history.of(dataset).filter((past) => past.recorded !== null && !this.#handedIn.has(past.session));
  }

  #itemsOf(sessions: readonly PastSession[]): readonly HistoryItem[] {
    return sessions.map((past) => this.#parts.file.itemOf(past));
  }

  /** Once a day, while the coordinator and this centre know the same: what was kept for sessions that came to nothing is removed. */
  async #sweep(): Promise<void> {
    const { nowMs, store, file } = this.#parts;
    if (nowMs() - this.#sweptMs < DAY_MS) return;
    this.#sweptMs = nowMs();
    await store.sweep(file.offers(), nowMs() - DAY_MS).catch(() => {});
  }
}
