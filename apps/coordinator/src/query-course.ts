import type { Dataset } from "@tutti/dataset";
import { contentHash, type Envelope, EnvelopeFault } from "@tutti/envelope";
import { ACCEPTANCE, CLOCK_SKEW_MS, FORMATION, type Offer, OFFER, openMessage, type PinnedRoster, signMessage } from "@tutti/protocol";
import type { AskedQuery } from "./asked-query.ts";
import type { CoordinatorSetting } from "./coordinator-setting.ts";
import { type Ending, notFormed } from "./ending.ts";
import type { Lifetime } from "./lifetime.ts";
import type { OpenOffers } from "./open-offers.ts";
import type { Past } from "./past.ts";
import type { Presence } from "./presence.ts";
import { QueryEntries } from "./query-entries.ts";
import type { QueryCourses } from "./query-courses.ts";
import { QueryRun } from "./query-run.ts";
import type { KeptFormation, KeptQuestion } from "./store.ts";
import type { Turns } from "./turns.ts";

/** What all queries of a coordinator share. */
export interface CourseSetting extends CoordinatorSetting {
  /** The content hashes of the dictionaries. */
  readonly hashes: ReadonlyMap<Dataset, string>;
  readonly past: Past;
  readonly courses: QueryCourses;
  readonly turns: Turns<QueryCourse>;
  readonly offers: OpenOffers;
  readonly presence: Presence;
  readonly lifetime: Lifetime;
  /** Told when something could not be written: nothing goes on. */
  readonly onUnwritten: (fault: unknown) => void;
}

/** One query at this coordinator: its run, tied to the line in which it waits, the offers that centres see, the store, and the public log. */
export class QueryCourse {
  readonly run: QueryRun;
  /** What it will leave in the public log. */
  readonly entries: QueryEntries;
  readonly #setting: CourseSetting;
  readonly #dataset: Dataset;
  /** The signed offer, once it has begun. */
  #offer: Envelope | null = null;

  constructor({ id, requester, askedAtMs }: Omit<KeptQuestion, "query">, { query, dataset }: AskedQuery, setting: CourseSetting) {
    const { identity, deadlines, scheme, sha256, clock, store, log, courses, turns, offers, presence, onUnwritten } = setting;
    this.#setting = setting;
    this.#dataset = dataset;
    this.entries = new QueryEntries(clock, sha256);
    this.run = new QueryRun({
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
      isConnected: (centre) => presence.isConnected(centre),
      onForming: (session, formation) => {
        const kept = { session: session.name, offer: this.#offer!, formation };
        return store.form(id, kept, this.entries.formed(session.name, formation));
      },
      onFormed: (session) => {
        courses.nameSession(session.name, this);
        log.info({ query: id, session: session.name, participants: session.participants.length }, "formed");
      },
      onEnding: (ending) => this.#keep(ending),
      onUnwritten,
      onEnded: () => turns.leave(this),
      onHeld: () => {
        offers.remove(this.run.answers);
        log.info({ query: id }, "held");
        turns.leave(this);
      },
      onConsented: () => this.takeTurn(),
    });
  }

  /** Waits for its turn, and is offered to all centres then: on one dataset one after the other, since each answer counts for the next. */
  takeTurn(): void {
    this.#setting.turns.enter(this.run.query.dataset, this, () => this.#begin());
  }

  /**
   * Gives what waits for its turn, and goes on then with a session from before a restart.
   * @throws EnvelopeFault when the session is of an unknown roster
   */
  resuming({ session, offer: envelope, formation }: KeptFormation): () => void {
    const { rosters, scheme, sha256, courses, turns } = this.#setting;
    const { value: offer } = openMessage(OFFER, envelope, rosters.newest.coordinatorKey, scheme);
    const roster = rosters.get(offer.roster);
    if (roster === null) throw new EnvelopeFault("payload", "the session is of a roster that this network does not know");
    const { value } = openMessage(FORMATION, formation, roster.coordinatorKey, scheme);
    const yes = value.acceptances.map((one) => ({
      acceptance: openMessage(ACCEPTANCE, one, roster.centreKeys, scheme).value,
      envelope: one,
    }));
    const offerHash = contentHash(offer, sha256);
    const resume = () => {
      this.#offer = envelope;
      this.entries.resumed(session);
      courses.nameOffer(offerHash, this);
      this.run.resume({ roster, offer, offerHash }, formation, yes);
    };
    return () => turns.enter(this.run.query.dataset, this, resume);
  }

  #begin(): void {
    const { identity, rosters, policy, lifetime, courses, scheme, sha256, offers, log } = this.#setting;
    if (lifetime.isStopping) return;
    const { run } = this;
    const roster = rosters.newest;
    // No offer goes to fewer: an agent would not read it.
    if (roster.centres.length < policy.minimumCentres) return run.end(notFormed(roster.centres.length, policy.minimumCentres, []));
    const offer = this.#offerTo(roster);
    const offerHash = contentHash(offer, sha256);
    const envelope = signMessage(OFFER, offer, identity, scheme);
    this.#offer = envelope;
    this.entries.offered(offerHash, envelope);
    courses.nameOffer(offerHash, this);
    log.info({ query: run.id, offer: offerHash }, "offered");
    run.begin({ roster, offer, offerHash });
    offers.add(run.answers, envelope);
  }

  #offerTo(roster: PinnedRoster): Offer {
    const { policy, deadlines, clock, hashes, past } = this.#setting;
    const { id, requester, query, decideUntilMs } = this.run;
    const issuedAtMs = clock.nowMs();
    return {
      network: roster.network,
      id,
      query,
      dataset: hashes.get(this.#dataset)!,
      roster: roster.hash,
      history: past.hash(query.dataset),
      requester,
      policy,
      invited: roster.centres.map(({ name }) => name),
      issuedAtMs,
      expiresAtMs: issuedAtMs + deadlines.answerMs + CLOCK_SKEW_MS,
      answerMs: deadlines.answerMs,
      exchangeMs: deadlines.exchangeMs,
      consent: { untilMs: decideUntilMs, sharesMs: deadlines.sharesMs },
    };
  }

  /** An ending is kept before anybody is told. */
  async #keep(ending: Ending): Promise<void> {
    const { store, clock, log, offers, past } = this.#setting;
    const { run } = this;
    const endedAtMs = clock.nowMs();
    offers.remove(run.answers);
    const { formation } = run;
    const entries = this.entries.ended(ending.release);
    if (ending.release === null || formation === null) await store.end(run.id, ending, endedAtMs, null, entries);
    else {
      const item = { offer: this.#offer!, formation, release: ending.release, record: null };
      await past.add(item, (told) => store.end(run.id, ending, endedAtMs, told, entries));
    }
    log.info({ query: run.id, outcome: ending.outcome, cause: ending.cause, tookMs: endedAtMs - run.askedAtMs }, "ended");
  }
}
