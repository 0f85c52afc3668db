import type { Dataset } from "@tutti/dataset";
import { type Policy, preview, type Preview } from "@tutti/disclosure";
import {
  contentHash,
  type Envelope,
  EnvelopeFault,
  type Identity,
  type Random,
  type Sha256,
  type SignatureScheme,
  toHex,
} from "@tutti/envelope";
import {
  ACCEPTANCE,
  FORMATION,
  CLOCK_SKEW_MS,
  CONSENT,
  type MessageKind,
  type HistoryItem,
  type LogEntry,
  logEntry,
  OFFER,
  openMessage,
  type QueryState,
  type Receipt,
  REFUSAL,
  type Said,
  signMessage,
  STOP,
  WAIT_MS,
} from "@tutti/protocol";
import { LimitError, plan } from "@tutti/query";
import { type AskedQuery, askedQuery } from "./asked-query.ts";
import { type Clock, within } from "./clock.ts";
import { DatabaseFault } from "./database.ts";
import type { Deadlines } from "./deadlines.ts";
import { type Ending, INTERRUPTED, notFormed } from "./ending.ts";
import { faultFields, type Log } from "./log.ts";
import { OpenOffers } from "./open-offers.ts";
import { Past } from "./past.ts";
import { Presence } from "./presence.ts";
import { ProblemFault } from "./problem-fault.ts";
import { PublicLog } from "./public-log.ts";
import { QueryEntries } from "./query-entries.ts";
import { QueryRun } from "./query-run.ts";
import type { Rosters } from "./rosters.ts";
import type { KeptFormation, KeptQuestion, KeptSession, OpenQuery, Store } from "./store.ts";
import { Turns } from "./turns.ts";

/** What a coordinator is, and what it works with. */
export interface CoordinatorSetting {
  readonly identity: Identity;
  readonly rosters: Rosters;
  readonly policy: Policy;
  readonly datasets: readonly Dataset[];
  readonly deadlines: Deadlines;
  readonly store: Store;
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
}

/** Open queries of one requester, and of all. */
const MAX_OPEN = { requester: 8, all: 64 } as const;
/** Ended queries that are kept in memory, for participants and readers that come late. */
const KEPT_RUNS = 100;

/** Signs queries, fans them out, passes sealed mail, publishes releases. Each method is one endpoint; each throws ProblemFaults. */
export class Coordinator {
  /** What it did, for everybody to see. */
  readonly publicLog: PublicLog;
  readonly #setting: CoordinatorSetting;
  readonly #past: Past;
  readonly #turns = new Turns<QueryRun>();
  /** The signed offers of runs that have begun. */
  readonly #envelopes = new WeakMap<QueryRun, Envelope>();
  /** What each run will leave in the public log. */
  readonly #entries = new WeakMap<QueryRun, QueryEntries>();
  readonly #presence: Presence;
  readonly #offers: OpenOffers;
  readonly #hashes: ReadonlyMap<Dataset, string>;
  /** By id, in the order in which they were asked. */
  readonly #runs = new Map<string, QueryRun>();
  /** By the hexadecimal part of the offer's hash. */
  readonly #byOffer = new Map<string, QueryRun>();
  /** By the session's name. */
  readonly #bySession = new Map<string, QueryRun>();
  #stopping = false;
  #isLost = false;
  readonly #lost = Promise.withResolvers<void>();

  private constructor(setting: CoordinatorSetting, past: Past, publicLog: PublicLog) {
    this.#setting = setting;
    this.#past = past;
    this.publicLog = publicLog;
    this.#presence = new Presence(setting.clock);
    this.#offers = new OpenOffers(setting.clock, this.#presence);
    this.#hashes = new Map(setting.datasets.map((dataset) => [dataset, contentHash(dataset, setting.sha256)]));
  }

  /** Reads what the store holds, and goes on with the queries that have not ended (`QUERY_STAGES`). Rejects with a DatabaseFault. */
  static async open(setting: CoordinatorSetting): Promise<Coordinator> {
    const { store, log } = setting;
    const publicLog = await PublicLog.open({ ...setting, rows: store.logRows });
    // What could not be written now is written at the next start.
    setting.rosters.onNewer(() => void publicLog.writeRosters().catch(() => {}));
    const coordinator = new Coordinator(setting, await Past.open(setting, store, log), publicLog);
    for (const query of await store.open()) await coordinator.#takeUp(query);
    return coordinator;
  }

  /** Takes a query, offers it to all centres, and gives its id. */
  async ask(value: unknown, requester: string): Promise<string> {
    this.#demandRunning();
    const { query, dataset } = askedQuery(value, this.#setting.datasets);
    const open = [...this.#runs.values()].filter(({ isOpen }) => isOpen);
    // Those that wait for people at a centre keep nobody waiting.
    if (
      open.filter(({ isHeld }) => !isHeld).length >= MAX_OPEN.all ||
      open.filter((run) => run.requester === requester).length >= MAX_OPEN.requester
    )
      throw new ProblemFault("too-many", "too many queries are open at a time: wait until one of them has ended");
    const { random, clock, store, log } = this.#setting;
    const id = toHex(random(16));
    const run = this.#runOf({ id, requester, askedAtMs: clock.nowMs() }, { query, dataset });
    this.#runs.set(id, run);
    this.#forgetOld();
    try {
      await store.begin({ id, requester, askedAtMs: run.askedAtMs, query });
    } catch (fault) {
      this.#runs.delete(id);
      if (fault instanceof DatabaseFault) this.#unwritten(fault);
      throw fault;
    }
    this.#demandRunning();
    log.info({ query: id, requester }, "asked");
    this.#turns.enter(query.dataset, run, () => this.#begin(run, dataset));
    return id;
  }

  #runOf({ id, requester, askedAtMs }: Omit<KeptQuestion, "query">, { query, dataset }: AskedQuery): QueryRun {
    const { identity, deadlines, scheme, sha256, clock, store, log } = this.#setting;
    const run: QueryRun = new QueryRun({
      id,
      requester,
      askedAtMs,
      query,
      identity,
      scheme,
      sha256,
      clock,
      queryMs: deadlines.queryMs,
      graceMs: deadlines.graceMs,
      decideMs: deadlines.decideMs,
      isConnected: (centre) => this.#presence.isConnected(centre),
      onForming: (session, formation) => {
        const kept = { session: session.name, offer: this.#envelopes.get(run)!, formation };
        return store.form(id, kept, this.#entries.get(run)!.formed(session.name, formation));
      },
      onFormed: (session) => {
        this.#bySession.set(session.name, run);
        log.info({ query: id, session: session.name, participants: session.participants.length }, "formed");
      },
      onEnding: (ending) => this.#keepEnding(run, ending),
      onUnwritten: (fault) => this.#unwritten(fault),
      onEnded: () => this.#turns.leave(run),
      onHeld: () => {
        this.#offers.remove(run);
        log.info({ query: id }, "held");
        this.#turns.leave(run);
      },
      onConsented: () => this.#turns.enter(query.dataset, run, () => this.#begin(run, dataset)),
    });
    this.#entries.set(run, new QueryEntries(clock, sha256));
    return run;
  }

  /** Goes on with a query that had not ended when the process did. */
  async #takeUp(kept: OpenQuery): Promise<void> {
    const { store, clock, datasets, log } = this.#setting;
    try {
      const asked = askedQuery(kept.query, datasets);
      const run = this.#runOf(kept, asked);
      const begin = kept.formed === null ? () => this.#begin(run, asked.dataset) : this.#resuming(run, kept.formed);
      log.info({ query: kept.id }, kept.formed === null ? "taken up" : "resumed");
      this.#runs.set(kept.id, run);
      this.#turns.enter(asked.query.dataset, run, begin);
    } catch (fault) {
      // The dictionary or the roster is another one than when it was asked.
      if (!(fault instanceof ProblemFault || fault instanceof EnvelopeFault)) throw fault;
      await store.end(kept.id, INTERRUPTED, clock.nowMs(), null);
      log.info({ query: kept.id, outcome: INTERRUPTED.outcome, cause: INTERRUPTED.cause }, "ended");
    }
  }

  /** Throws an EnvelopeFault when the session is of an unknown roster. */
  #resuming(run: QueryRun, { session, offer: envelope, formation }: KeptFormation): () => void {
    const { rosters, scheme, sha256 } = this.#setting;
    const { value: offer } = openMessage(OFFER, envelope, rosters.newest.coordinatorKey, scheme);
    const roster = rosters.get(offer.roster);
    if (roster === null) throw new EnvelopeFault("payload", "the session is of a roster that this network does not know");
    const { value } = openMessage(FORMATION, formation, roster.coordinatorKey, scheme);
    const yes = value.acceptances.map((one) => ({
      acceptance: openMessage(ACCEPTANCE, one, roster.centreKeys, scheme).value,
      envelope: one,
    }));
    const offerHash = contentHash(offer, sha256);
    return () => {
      this.#envelopes.set(run, envelope);
      this.#entries.get(run)!.resumed(session);
      this.#byOffer.set(hexOf(offerHash), run);
      run.resume(offer, offerHash, roster, formation, yes);
    };
  }

  /** What a query would mean and cost, from what is public alone; nothing is asked. */
  preview(value: unknown): Preview {
    this.#demandRunning();
    const { query, dataset } = askedQuery(value, this.#setting.datasets);
    try {
      return preview(plan(query, dataset), this.#past.of(query.dataset), dataset);
    } catch (fault) {
      if (!(fault instanceof LimitError)) throw fault;
      throw new ProblemFault(
        "query-invalid",
        "the query is too large to be compared with all earlier releases: ask fewer strata or measures",
      );
    }
  }

  /** Offers a query to all centres: on one dataset one after the other, since each answer counts for the next. */
  #begin(run: QueryRun, dataset: Dataset): void {
    if (this.#stopping) return;
    const { identity, rosters, policy, deadlines, scheme, sha256, clock } = this.#setting;
    const { id, requester, query } = run;
    const roster = rosters.newest;
    // No offer goes to fewer: an agent would not read it.
    if (roster.centres.length < policy.minimumCentres) return run.end(notFormed(roster.centres.length, policy.minimumCentres, []));
    const issuedAtMs = clock.nowMs();
    const offer = {
      network: roster.network,
      id,
      query,
      dataset: this.#hashes.get(dataset)!,
      roster: roster.hash,
      history: this.#past.hash(query.dataset),
      requester,
      policy,
      invited: roster.centres.map(({ name }) => name),
      issuedAtMs,
      expiresAtMs: issuedAtMs + deadlines.answerMs + CLOCK_SKEW_MS,
      answerMs: deadlines.answerMs,
      exchangeMs: deadlines.exchangeMs,
      consent: { untilMs: run.decideUntilMs, sharesMs: deadlines.sharesMs },
    };
    const offerHash = contentHash(offer, sha256);
    const envelope = signMessage(OFFER, offer, identity, scheme);
    this.#envelopes.set(run, envelope);
    this.#entries.get(run)!.offered(offerHash, envelope);
    this.#byOffer.set(hexOf(offerHash), run);
    this.#setting.log.info({ query: id, offer: offerHash }, "offered");
    run.begin(offer, offerHash, roster);
    this.#offers.add(run, envelope);
  }

  /**
   * Where a query stands, once there are more than `seen` events or it has ended.
   * @param requester whose queries may be seen; null for everybody's
   */
  async state(id: string, requester: string | null, seen: number): Promise<QueryState> {
    const run = this.#runs.get(id);
    if (run === undefined) {
      const kept = await this.#setting.store.find(id, requester);
      if (kept === null) throw new ProblemFault("not-found", "you have asked no query of this id");
      return { id, state: kept.ending.outcome, events: [], seen, release: kept.ending.release, detail: kept.ending.detail };
    }
    if (requester !== null && run.requester !== requester) throw new ProblemFault("not-found", "you have asked no query of this id");
    // After a restart the events are others than those that were seen.
    const known = seen > run.journal.length ? 0 : seen;
    await run.journal.wait(known, WAIT_MS);
    return run.state(known);
  }

  /**
   * Where a requester's own release comes from; anybody's for a requester that is null.
   * @throws ProblemFault `not-found` where there is no release, or none of theirs
   */
  async receipt(id: string, requester: string | null): Promise<Receipt> {
    const kept = await this.#setting.store.sessionOf(id, requester);
    if (kept === null || kept.item.release === null) throw new ProblemFault("not-found", "no query of yours has this id and a release");
    const { offer, formation, release } = kept.item;
    const { envelope: head, size } = await this.publicLog.head();
    const inclusion = await this.publicLog.inclusion(kept.session, contentHash(release, this.#setting.sha256), size);
    return { offer, formation, head, inclusion };
  }

  /** The offers that a centre has not answered yet, as soon as there are any. */
  async offersTo(centre: string, hungUp: AbortSignal): Promise<readonly Envelope[]> {
    this.#demandRunning();
    const offers = await this.#offers.wait(centre, hungUp);
    this.#demandRunning();
    return offers;
  }

  /** Takes a centre's answer to an offer; after a yes waits for the formation, null means not yet. */
  async answer(centre: string, offerHex: string, envelope: Envelope): Promise<Envelope | null> {
    const run = this.#byOffer.get(offerHex);
    if (run === undefined) throw unknown();
    const offerHash = `sha256:${offerHex}`;
    if (envelope.payloadType.endsWith(".refusal+json")) {
      const { value, by } = this.#open(REFUSAL, envelope, run);
      // A centre that could not read the offer can't know its hash.
      if (by !== centre || value.centre !== centre || (value.offer !== offerHash && value.reason !== "altered")) throw mismatched();
      this.#setting.log.warn({ query: run.id, centre, reason: value.reason }, "refused");
      if (run.isOffered(offerHash) || run.isDeciding(centre)) run.refuse(centre, value.reason);
      return null;
    }
    if (envelope.payloadType.endsWith(".consent+json")) {
      const { value, by } = this.#open(CONSENT, envelope, run);
      if (by !== centre || value.centre !== centre || value.offer !== offerHash) throw mismatched();
      if (value.consent === "given") run.consent(centre);
      else if (run.isOffered(offerHash)) run.hold(centre);
      return null;
    }
    const { value: acceptance, by } = this.#open(ACCEPTANCE, envelope, run);
    if (by !== centre || acceptance.centre !== centre || acceptance.offer !== offerHash) throw mismatched();
    run.demandOffered(offerHash);
    run.accept(centre, { acceptance, envelope });
    run.demandOffered(offerHash);
    if (run.isOpen && run.formation === null) await within(run.formed, WAIT_MS, this.#setting.clock);
    run.demandOffered(offerHash);
    if (run.isOpen && run.formation === null) return null;
    run.sessionOf(centre);
    return run.formation;
  }

  /** Takes a centre's bundle, and gives what it gets of the exchange; null means not yet. */
  async exchange(centre: string, session: string, exchange: number, bytes: Uint8Array): Promise<Uint8Array | null> {
    const run = this.#bySession.get(session);
    if (run === undefined) throw unknown();
    const posted = run.sessionOf(centre, session).post(centre, exchange, bytes);
    const early = posted.delivery();
    if (early !== null) return early;
    await within(posted.over, WAIT_MS, this.#setting.clock);
    const delivery = posted.delivery();
    // It has ended, or was formed anew: then this says so.
    if (delivery === null) run.sessionOf(centre, session);
    return delivery;
  }

  /** Takes the release as a participant signed it, and gives the one that all have signed; null means not yet. */
  async release(centre: string, session: string, envelope: Envelope): Promise<Envelope | null> {
    const run = this.#bySession.get(session);
    if (run === undefined) return this.#kept(centre, session);
    if (run.ending?.release == null) {
      try {
        run.sessionOf(centre, session).sign(centre, envelope);
      } catch (fault) {
        throw fault instanceof EnvelopeFault ? new ProblemFault("not-understood", fault.message) : fault;
      }
      if (run.isOpen) await within(run.over, WAIT_MS, this.#setting.clock);
    }
    if (run.ending !== null && run.ending.release === null) throw run.ended();
    return run.ending?.release ?? null;
  }

  /** The release of a session from before a restart, for those who have signed it. */
  async #kept(centre: string, session: string): Promise<Envelope> {
    const release = await this.#setting.store.releasedIn(session);
    if (release === null || release.signatures.every(({ keyid }) => keyid !== centre)) throw unknown();
    return release;
  }

  /** Takes records of sessions that came to no release, and gives what a centre does not know of a dataset's past. */
  async history(dataset: string, marks: readonly string[], records: readonly HistoryItem[]): Promise<readonly HistoryItem[]> {
    const { store, clock, sha256 } = this.#setting;
    for (const item of records) {
      await this.#past.add(item, async (told) => {
        if (told !== null) await store.keep(told, [entryOf(told, clock.nowMs(), sha256)]);
      });
    }
    return this.#past.beyond(dataset, marks);
  }

  /** Takes a participant's stop. */
  stop(centre: string, session: string, envelope: Envelope): void {
    const run = this.#bySession.get(session) ?? this.#byOffer.get(session);
    if (run === undefined) throw unknown();
    const { value, by } = this.#open(STOP, envelope, run);
    if (by !== centre || value.centre !== centre || (value.session !== session && value.session !== `sha256:${session}`))
      throw mismatched();
    this.#setting.log.warn({ query: run.id, centre, cause: value.cause, blame: value.blame }, "stopped");
    if (run.isOpen) this.#entries.get(run)!.stopped(value.session, envelope);
    run.stop(value);
  }

  /** Throws a ProblemFault while the store does not answer, or the end has begun. */
  async demandReady(): Promise<void> {
    this.#demandRunning();
    try {
      await this.#setting.store.find("", "");
    } catch {
      throw new ProblemFault(
        "not-ready",
        "the coordinator's store does not answer: its operator looks at the disk, or the database server",
      );
    }
  }

  /** How many centres wait for offers, or did so just now. */
  get present(): number {
    return this.#setting.rosters.newest.centres.filter(({ name }) => this.#presence.isConnected(name)).length;
  }

  /** Ends everything that is open, with a named outcome; but for what waits for people: whoever opens the store next goes on with that. */
  async close(): Promise<void> {
    this.#stopping = true;
    for (const run of this.#runs.values()) {
      if (run.isHeld) run.abandon();
      else run.interrupt();
    }
    this.#offers.close();
    await Promise.all([...this.#runs.values()].map(({ over }) => over));
  }

  /** Lets go of everything without an end, as a crash would: whoever opens the store next goes on with it. */
  abandon(): void {
    if (this.#isLost) return;
    this.#stopping = this.#isLost = true;
    for (const run of this.#runs.values()) run.abandon();
    this.#offers.close();
    this.#lost.resolve();
  }

  /** Whether this coordinator has let go of everything. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Settles when it has. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Nothing is told that could not be written; what was not told is found in the store. */
  #unwritten(fault: unknown): void {
    this.#setting.log.error(faultFields(fault), "the store can't be written");
    this.abandon();
  }

  #open<T>(kind: MessageKind<T>, envelope: Envelope, { centreKeys }: QueryRun): Said<T> {
    try {
      return openMessage(kind, envelope, centreKeys, this.#setting.scheme);
    } catch (fault) {
      throw fault instanceof EnvelopeFault ? new ProblemFault("not-understood", fault.message) : fault;
    }
  }

  /** An ending is kept before anybody is told. */
  async #keepEnding(run: QueryRun, ending: Ending): Promise<void> {
    const { store, clock, log } = this.#setting;
    const endedAtMs = clock.nowMs();
    this.#offers.remove(run);
    const { formation } = run;
    const entries = this.#entries.get(run)!.ended(ending.release);
    if (ending.release === null || formation === null) await store.end(run.id, ending, endedAtMs, null, entries);
    else {
      const item = { offer: this.#envelopes.get(run)!, formation, release: ending.release, record: null };
      await this.#past.add(item, (told) => store.end(run.id, ending, endedAtMs, told, entries));
    }
    log.info({ query: run.id, outcome: ending.outcome, cause: ending.cause, tookMs: endedAtMs - run.askedAtMs }, "ended");
  }

  #forgetOld(): void {
    const ended = [...this.#runs.values()].filter(({ isOpen }) => !isOpen);
    for (const run of ended.slice(0, Math.max(0, ended.length - KEPT_RUNS))) {
      this.#runs.delete(run.id);
      for (const index of [this.#byOffer, this.#bySession]) for (const [name, of] of index) if (of === run) index.delete(name);
    }
  }

  #demandRunning(): void {
    if (this.#stopping) throw new ProblemFault("stopping", "the coordinator is stopping: ask again in a moment");
  }
}

/** What the public log says of a session that a centre told of. */
function entryOf({ session, item: { release, record } }: KeptSession, atMs: number, hash: Sha256): LogEntry {
  return release === null ? logEntry("record", session, record!, atMs, hash) : logEntry("release", session, release, atMs, hash);
}

function hexOf(hash: string): string {
  return hash.slice("sha256:".length);
}

function unknown(): ProblemFault {
  return new ProblemFault("ended", "nothing is known of this session or offer any more: leave it", "ended");
}

function mismatched(): ProblemFault {
  return new ProblemFault(
    "not-understood",
    "the message is not by the centre that sends it, or about something else than its address says",
  );
}
