import { type Release, strictest } from "@tutti/disclosure";
import { contentHash, type Envelope } from "@tutti/envelope";
import { FORMATION, type LeftSession, mayFollow, type Offer, peopleTime, signMessage } from "@tutti/protocol";
import type { BegunOffer } from "./begun-offer.ts";
import { dealtTooFew, type Ending } from "./ending.ts";
import type { Journal } from "./journal.ts";
import type { Yes } from "./offering.ts";
import { ProblemFault } from "./problem-fault.ts";
import type { QueryRunSetting } from "./query-run-setting.ts";
import { RunningSession } from "./running-session.ts";

/** Who takes part, and under which policy. */
export interface Decided {
  readonly yes: readonly Yes[];
  readonly policy: Offer["policy"];
}

/** What a query's sessions are run with. */
export interface QuerySessionsSetting extends Pick<
  QueryRunSetting,
  "identity" | "scheme" | "sha256" | "clock" | "onForming" | "onFormed" | "onUnwritten"
> {
  readonly journal: Journal;
  /** Whether it is decided how the query ends: then nothing is formed any more. */
  readonly isDecided: () => boolean;
  /** Told when people at some centres are asked before shares leave: the query may take so much longer. */
  readonly onPeople: (peopleMs: number) => void;
  readonly onEnding: (ending: Ending) => void;
}

/** The sessions of one query, one after the other: while not all have dealt, one is formed anew without those who are missing. */
export class QuerySessions {
  readonly #setting: QuerySessionsSetting;
  #begun: BegunOffer | null = null;
  #yes: readonly Yes[] = [];
  #formation: Envelope | null = null;
  #session: RunningSession | null = null;
  #formed = Promise.withResolvers<void>();
  /** Sessions of the offer in which not all have dealt. */
  readonly #left: LeftSession[] = [];
  /** Centres whose people are asked before their shares leave. */
  readonly #beforeShares = new Set<string>();

  constructor(setting: QuerySessionsSetting) {
    this.#setting = setting;
  }

  /** The formation once there, for those who are in it. */
  get formation(): Envelope | null {
    return this.#formation;
  }

  /** Whether it is decided who takes part: from then on the query runs to its end under the roster of its offer. */
  get hasBegun(): boolean {
    return this.#begun !== null;
  }

  /** Settles when a session is formed, or there will be none. */
  get formed(): Promise<void> {
    return this.#formed.promise;
  }

  /** The session that runs; null before one is formed, and while one is formed anew. */
  get current(): RunningSession | null {
    return this.#session;
  }

  /** At how many centres people are asked before shares leave. */
  get deciding(): number {
    return this.#beforeShares.size;
  }

  /** Forms a session of those who said yes. */
  form(decided: Decided, begun: BegunOffer): void {
    this.#begun = begun;
    const { identity, scheme, onForming, onUnwritten, isDecided } = this.#setting;
    const acceptances = decided.yes.map(({ envelope }) => envelope);
    const formation = signMessage(FORMATION, { offer: begun.offerHash, acceptances }, identity, scheme);
    const session = this.#sessionOf(decided, begun);
    void onForming(session, formation).then(() => (isDecided() ? undefined : this.#enter(session, formation)), onUnwritten);
  }

  /** Takes up a session that was formed before a restart: what was said in it is gone, and only its release may still come. */
  resume(formation: Envelope, yes: readonly Yes[], begun: BegunOffer): void {
    this.#begun = begun;
    const session = this.#sessionOf({ yes, policy: policyOf(yes, begun) }, begun);
    session.resume();
    this.#enter(session, formation);
  }

  /** Forms the session anew without some who have not dealt; the query ends when the others are too few. */
  formAnew(without: readonly string[]): void {
    if (this.#setting.isDecided()) return;
    const begun = this.#begun!;
    const yes = this.#yes.filter(({ acceptance }) => !without.includes(acceptance.centre));
    const policy = policyOf(yes, begun);
    this.#left.push(this.#session!.left);
    const names = yes.map(({ acceptance }) => acceptance.centre);
    if (yes.length < policy.minimumCentres || !mayFollow(names, this.#left))
      return this.#setting.onEnding(dealtTooFew(yes.length, this.#left[0]!.participants.length));
    this.#session!.close();
    this.#session = null;
    this.#formation = null;
    this.#formed = Promise.withResolvers();
    this.form({ yes, policy }, begun);
  }

  /**
   * The session that a centre takes part in; null where none was formed yet.
   * @param name the session that the centre means; the present one if it names none
   * @throws ProblemFault `formed-anew` when another has taken its place, `too-late` or `not-allowed` when it is the others'
   */
  of(centre: string, name: string | null): RunningSession | null {
    const session = this.#session;
    if (session === null) {
      if (this.#left.length === 0) return null;
      throw formedAnew();
    }
    if (!session.participants.includes(centre)) {
      if (this.#left.some(({ participants }) => participants.includes(centre)))
        throw new ProblemFault("too-late", "the session was formed anew without this centre, for it had not dealt in time: leave it");
      throw new ProblemFault("not-allowed", "the session was formed without this centre: wait for the next offer");
    }
    if (name !== null && name !== session.name) throw formedAnew();
    return session;
  }

  /** The offer came to nothing: those who have said yes leave it. */
  dismiss(): void {
    this.#formed.resolve();
    this.#formed = Promise.withResolvers();
  }

  /** Ends all waits. */
  close(): void {
    this.#session?.close();
    this.#formed.resolve();
  }

  /** From here on the participants may have the formation. */
  #enter(session: RunningSession, formation: Envelope): void {
    this.#formation = formation;
    this.#session = session;
    this.#setting.onFormed(session);
    this.#setting.journal.write("formed");
    this.#formed.resolve();
  }

  #sessionOf({ yes, policy }: Decided, { roster, offer, offerHash }: BegunOffer): RunningSession {
    const { identity, scheme, sha256, clock, journal, onEnding } = this.#setting;
    this.#yes = yes;
    const query = contentHash(offer.query, sha256);
    const peopleMs = this.#waitForPeople(yes, offer);
    return new RunningSession({
      offerHash,
      yes,
      policy,
      exchangeMs: offer.exchangeMs,
      dealMs: offer.exchangeMs + peopleMs,
      identity,
      centreKeys: roster.centreKeys,
      scheme,
      sha256,
      clock,
      isExpected: (release: Release) => release.query === query && release.dataset === offer.query.dataset,
      onEvent: (what, about) => {
        if (about.centre !== undefined) this.#beforeShares.delete(about.centre);
        journal.write(what, about);
      },
      onIncomplete: (missing) => this.formAnew(missing),
      onEnded: onEnding,
    });
  }

  /** Some ask their people once more, before they deal; gives how long that may take, in milliseconds. */
  #waitForPeople(yes: readonly Yes[], offer: Offer): number {
    const acceptances = yes.map(({ acceptance }) => acceptance);
    const peopleMs = peopleTime(offer, acceptances);
    if (peopleMs <= 0) return 0;
    for (const { centre, beforeShares } of acceptances) {
      if (beforeShares !== "hold") continue;
      this.#beforeShares.add(centre);
      this.#setting.journal.write("held", { centre });
    }
    this.#setting.onPeople(peopleMs);
    return peopleMs;
  }
}

function policyOf(yes: readonly Yes[], { offer }: BegunOffer): Offer["policy"] {
  return strictest([offer.policy, ...yes.map(({ acceptance }) => acceptance.policy)]);
}

function formedAnew(): ProblemFault {
  return new ProblemFault("formed-anew", "not all have dealt in time: leave this session, and ask for the new formation");
}
