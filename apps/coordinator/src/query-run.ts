import { type Release, strictest } from "@tutti/disclosure";
import { contentHash, type Envelope } from "@tutti/envelope";
import {
  FORMATION,
  type Keys,
  type LeftSession,
  mayFollow,
  type Offer,
  peopleTime,
  type PinnedRoster,
  type QueryState,
  signMessage,
  type Stop,
  type StopCause,
} from "@tutti/protocol";
import type { Query } from "@tutti/query";
import type { CallOff } from "./clock.ts";
import { dealtTooFew, type Ending, INTERRUPTED, notFormed, stoppedBy, timedOut } from "./ending.ts";
import { Consenting } from "./consenting.ts";
import { Journal } from "./journal.ts";
import { Offering, type Reason, type Yes } from "./offering.ts";
import { ProblemFault } from "./problem-fault.ts";
import { RunningSession } from "./running-session.ts";
import type { CoordinatorSetting } from "./coordinator-setting.ts";

/** What one query's run needs of its coordinator. */
export interface QueryRunSetting extends Pick<CoordinatorSetting, "identity" | "scheme" | "sha256" | "clock"> {
  readonly id: string;
  readonly requester: string;
  readonly query: Query;
  /** Milliseconds since 1970. */
  readonly askedAtMs: number;
  readonly queryMs: number;
  readonly graceMs: number;
  /** How long people have to decide. */
  readonly decideMs: number;
  readonly isConnected: (centre: string) => boolean;
  /** Makes a formation durable: nobody has it before. */
  readonly onForming: (session: RunningSession, formation: Envelope) => Promise<void>;
  readonly onFormed: (session: RunningSession) => void;
  /** Told when it waits for people, and its turn is over; and when they have decided, and it wants another one. */
  readonly onHeld: () => void;
  readonly onConsented: () => void;
  /** Makes an ending durable: nobody is told before. */
  readonly onEnding: (ending: Ending) => Promise<void>;
  /** What had to be made durable is not: the run goes no further. */
  readonly onUnwritten: (fault: unknown) => void;
  /** Told once, when all are told. */
  readonly onEnded: () => void;
}

/** What a run is about once its turn has come. */
interface Begun {
  readonly roster: PinnedRoster;
  readonly offer: Offer;
  readonly offerHash: string;
  /** Null after a restart. */
  readonly offering: Offering | null;
}

/** Who takes part, and under which policy. */
interface Decided {
  readonly yes: readonly Yes[];
  readonly policy: Offer["policy"];
}

/** A centre's own trouble, for which the others need not stop: while not all have dealt they go on without it. */
const OWN_TROUBLE: ReadonlySet<StopCause> = new Set(["data", "rule", "ledger", "late", "ended", "defect"]);

/**
 * One query from its asking to its end, which always comes: every wait has a deadline. It waits for its turn until `begin`; where people at a centre
 * are asked first it gives up its turn, and begins once more when they have decided.
 */
export class QueryRun {
  readonly journal: Journal;
  readonly id: string;
  readonly requester: string;
  readonly query: Query;
  readonly askedAtMs: number;
  readonly #setting: QueryRunSetting;
  #begun: Begun | null = null;
  #overall: CallOff | null = null;
  readonly #consenting: Consenting;
  /** Centres whose people are asked before their shares leave. */
  readonly #beforeShares = new Set<string>();
  #formed = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  #formation: Envelope | null = null;
  #session: RunningSession | null = null;
  /** Sessions of the offer in which not all have dealt. */
  readonly #left: LeftSession[] = [];
  #yes: readonly Yes[] = [];
  #ending: Ending | null = null;
  /** Whether it is decided how it ends. */
  #isDecided = false;

  constructor(setting: QueryRunSetting) {
    this.#setting = setting;
    this.id = setting.id;
    this.requester = setting.requester;
    this.query = setting.query;
    this.askedAtMs = setting.askedAtMs;
    this.journal = new Journal(setting.clock);
    const { clock, decideMs, onConsented } = setting;
    this.#consenting = new Consenting({
      untilMs: this.askedAtMs + decideMs,
      clock,
      onDecided: () => {
        if (!this.#endIfTooFew()) onConsented();
      },
    });
  }

  /** Until when people at the centres may decide, in milliseconds since 1970. */
  get decideUntilMs(): number {
    return this.#consenting.untilMs;
  }

  /** Whether it waits for people, and for nothing else. */
  get isHeld(): boolean {
    return this.isOpen && this.#consenting.isWaiting;
  }

  /** Offers the query to the centres. */
  begin(offer: Offer, offerHash: string, roster: PinnedRoster): void {
    const { clock, isConnected, queryMs, graceMs } = this.#setting;
    this.journal.write("offered");
    this.#overall = clock.after(queryMs, () => this.end(timedOut("the query took longer than the network allows")));
    const offering = new Offering({
      invited: roster.centres.map(({ name }) => name),
      policy: offer.policy,
      answerMs: offer.answerMs,
      graceMs,
      clock,
      isConnected,
      out: this.#consenting.out,
      onDecided: (decision) => {
        if (decision === "held") this.#setAside();
        else if (!("yes" in decision)) this.end(decision);
        else if (!this.#isDecided) this.#form(decision);
      },
    });
    this.#begun = { roster, offer, offerHash, offering };
  }

  /** Whose messages count in it: those of the roster that its offer names. */
  get centreKeys(): Keys {
    return this.#begun?.roster.centreKeys ?? new Map();
  }

  /** Takes up a session that was formed before a restart: what was said in it is gone, and only its release may still come. */
  resume(offer: Offer, offerHash: string, roster: PinnedRoster, formation: Envelope, yes: readonly Yes[]): void {
    this.#begun = { roster, offer, offerHash, offering: null };
    const policy = strictest([offer.policy, ...yes.map(({ acceptance }) => acceptance.policy)]);
    const session = this.#sessionOf({ yes, policy });
    session.resume();
    this.#enter(session, formation);
  }

  get isOpen(): boolean {
    return this.#ending === null;
  }

  /** The formation once there, for those who are in it. */
  get formation(): Envelope | null {
    return this.#formation;
  }

  /** Settles when the session is formed, or the query has ended. */
  get formed(): Promise<void> {
    return this.#formed.promise;
  }

  state(seen: number): QueryState {
    const { outcome, release, detail } = this.#ending ?? { outcome: "open", release: null, detail: null };
    const deciding = this.#ending === null ? this.#consenting.deciding + this.#beforeShares.size : 0;
    return {
      id: this.id,
      state: outcome,
      ...(deciding === 0 ? {} : { deciding }),
      events: this.journal.after(seen),
      seen: this.journal.length,
      release,
      detail,
    };
  }

  /** Whether a centre is asked and has not answered yet. */
  isOpenTo(centre: string): boolean {
    return this.isOpen && this.#begun?.offering?.isOpenTo(centre) === true;
  }

  /** Whether this is the offer that stands at the moment. */
  isOffered(offerHash: string): boolean {
    return this.isOpen && !this.isHeld && this.#begun?.offerHash === offerHash;
  }

  /** Throws the ProblemFault `ended`, with `held`, when this offer came to nothing because people are asked first. */
  demandOffered(offerHash: string): void {
    if (this.isOpen && !this.isOffered(offerHash))
      throw new ProblemFault("ended", "people at some centres are asked first: wait until the query is offered again", "held");
  }

  /** A centre asks its people before it answers this offer. */
  hold(centre: string): void {
    if (!this.isOpenTo(centre)) return;
    if (!this.#consenting.ask(centre)) return this.refuse(centre, "rule");
    this.journal.write("held", { centre });
    this.#begun?.offering?.hold(centre);
  }

  /** Whether people at a centre were asked and have not decided. */
  isDeciding(centre: string): boolean {
    return this.isOpen && this.#consenting.isDeciding(centre);
  }

  /** A centre's people have agreed. */
  consent(centre: string): void {
    if (!this.isDeciding(centre)) return;
    this.journal.write("consented", { centre });
    this.#consenting.give(centre);
  }

  accept(centre: string, yes: Yes): void {
    if (!this.isOpenTo(centre)) return;
    this.journal.write("accepted", { centre });
    this.#begun?.offering?.accept(centre, yes);
  }

  refuse(centre: string, reason: Reason): void {
    const deciding = this.isDeciding(centre);
    if (!deciding && !this.isOpenTo(centre)) return;
    this.journal.write("refused", { centre });
    this.#begun?.offering?.refuse(centre, reason);
    if (deciding || reason === "rule") this.#consenting.deny(centre, reason);
    if (this.isHeld) this.#endIfTooFew();
  }

  /**
   * The session that a centre takes part in.
   * @param name the session that the centre means; the present one if it names none
   * @throws ProblemFault `ended` when there is none any more, `formed-anew` when another has taken its place, `too-late` or `not-allowed` when it is
   * the others'
   */
  sessionOf(centre: string, name: string | null = null): RunningSession {
    const session = this.#session;
    if (this.#ending !== null) throw this.ended();
    if (session === null) throw this.#left.length === 0 ? this.ended() : formedAnew();
    if (!session.participants.includes(centre)) {
      if (this.#left.some(({ participants }) => participants.includes(centre)))
        throw new ProblemFault("too-late", "the session was formed anew without this centre, for it had not dealt in time: leave it");
      throw new ProblemFault("not-allowed", "the session was formed without this centre: wait for the next offer");
    }
    if (name !== null && name !== session.name) throw formedAnew();
    return session;
  }

  /** How it ended: null while it is open. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /** Settles when it has ended. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** A centre stops: for all when it takes part, for itself while not all have dealt and the trouble is its own. */
  stop(stop: Stop): void {
    if (!this.isOpen) return;
    // One of a session that was left says nothing of the one that took its place.
    if (this.#session !== null && stop.session !== this.#session.name && stop.session !== this.#begun!.offerHash) return;
    if (this.#session !== null && !this.#session.dealt && OWN_TROUBLE.has(stop.cause)) {
      if (this.#session.participants.includes(stop.centre)) this.#formAnew([stop.centre]);
    } else if (this.#session === null) {
      this.journal.write("refused", { centre: stop.centre });
      this.#begun?.offering?.refuse(stop.centre, stop.cause);
    } else if (this.#session.participants.includes(stop.centre)) this.end(stoppedBy(stop));
  }

  /** The coordinator goes down. */
  interrupt(): void {
    this.end(INTERRUPTED);
  }

  /** Ends the query, once: first what outlives the process, then all who wait. */
  end(ending: Ending): void {
    if (this.#isDecided) return;
    this.#isDecided = true;
    this.#overall?.();
    this.#begun?.offering?.close();
    this.#consenting.close();
    void this.#setting.onEnding(ending).then(() => this.#tell(ending), this.#setting.onUnwritten);
  }

  /** Lets go of everything without an end: the store says what becomes of it. */
  abandon(): void {
    if (this.#ending !== null) return;
    this.#isDecided = true;
    this.#overall?.();
    this.#begun?.offering?.close();
    this.#consenting.close();
    this.#session?.close();
    this.journal.leave();
    this.#formed.resolve();
    this.#over.resolve();
  }

  #tell(ending: Ending): void {
    this.#ending = ending;
    this.#session?.close();
    this.journal.close();
    this.#formed.resolve();
    this.#over.resolve();
    this.#setting.onEnded();
  }

  /** What those are told who come when it is over. */
  ended(): ProblemFault {
    return new ProblemFault("ended", "the query is over: nothing more is to be said in it", this.#ending?.cause ?? "ended");
  }

  /** Those who have said yes leave the offer; the turn is others'. */
  #setAside(): void {
    this.#overall?.();
    this.#formed.resolve();
    this.#formed = Promise.withResolvers();
    this.#setting.onHeld();
    this.#consenting.wait();
  }

  /** Some ask their people once more, before they deal: the query may take so much longer. */
  #waitForShares(centres: readonly string[], peopleMs: number): void {
    const { clock, queryMs } = this.#setting;
    for (const centre of centres) {
      this.#beforeShares.add(centre);
      this.journal.write("held", { centre });
    }
    this.#overall?.();
    this.#overall = clock.after(queryMs + peopleMs, () => this.end(timedOut("the query took longer than the network allows")));
  }

  /** Ends the query when the centres that are left could not answer it, whatever their people say. */
  #endIfTooFew(): boolean {
    if (this.#isDecided) return true;
    const { invited, policy } = this.#begun!.offer;
    const { out } = this.#consenting;
    const left = invited.filter((centre) => !out.has(centre)).length;
    if (left < policy.minimumCentres) this.end(notFormed(left, policy.minimumCentres, [...out.values()]));
    return this.#isDecided;
  }

  /** Forms the session anew without some who have not dealt; ends the query when the others are too few. */
  #formAnew(without: readonly string[]): void {
    if (this.#isDecided) return;
    const { offer } = this.#begun!;
    const yes = this.#yes.filter(({ acceptance }) => !without.includes(acceptance.centre));
    const policy = strictest([offer.policy, ...yes.map(({ acceptance }) => acceptance.policy)]);
    this.#left.push(this.#session!.left);
    const names = yes.map(({ acceptance }) => acceptance.centre);
    if (yes.length < policy.minimumCentres || !mayFollow(names, this.#left))
      return this.end(dealtTooFew(yes.length, this.#left[0]!.participants.length));
    this.#session!.close();
    this.#session = null;
    this.#formation = null;
    this.#formed = Promise.withResolvers();
    this.#form({ yes, policy });
  }

  #form(decided: Decided): void {
    const { offerHash } = this.#begun!;
    const { identity, scheme, onForming, onUnwritten } = this.#setting;
    const acceptances = decided.yes.map(({ envelope }) => envelope);
    const formation = signMessage(FORMATION, { offer: offerHash, acceptances }, identity, scheme);
    const session = this.#sessionOf(decided);
    void onForming(session, formation).then(() => (this.#isDecided ? undefined : this.#enter(session, formation)), onUnwritten);
  }

  /** From here on the participants may have the formation. */
  #enter(session: RunningSession, formation: Envelope): void {
    this.#formation = formation;
    this.#session = session;
    this.#setting.onFormed(session);
    this.journal.write("formed");
    this.#formed.resolve();
  }

  #sessionOf({ yes, policy }: Decided): RunningSession {
    const { roster, offer, offerHash } = this.#begun!;
    this.#yes = yes;
    const { identity, scheme, sha256, clock } = this.#setting;
    const query = contentHash(offer.query, sha256);
    const acceptances = yes.map(({ acceptance }) => acceptance);
    const peopleMs = peopleTime(offer, acceptances);
    if (peopleMs > 0)
      this.#waitForShares(
        acceptances.flatMap(({ centre, beforeShares }) => (beforeShares === "hold" ? centre : [])),
        peopleMs,
      );
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
        this.journal.write(what, about);
      },
      onIncomplete: (missing) => this.#formAnew(missing),
      onEnded: (ending) => this.end(ending),
    });
  }
}

function formedAnew(): ProblemFault {
  return new ProblemFault("formed-anew", "not all have dealt in time: leave this session, and ask for the new formation");
}
