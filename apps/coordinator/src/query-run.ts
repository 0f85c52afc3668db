import type { Release } from "@tutti/disclosure";
import { contentHash, type Envelope } from "@tutti/envelope";
import { FORMATION, type Offer, type QueryState, signMessage, type Stop } from "@tutti/protocol";
import type { Query } from "@tutti/query";
import type { CallOff } from "./clock.ts";
import { type Ending, INTERRUPTED, stoppedBy, timedOut } from "./ending.ts";
import { Journal } from "./journal.ts";
import { Offering, type Reason, type Yes } from "./offering.ts";
import { ProblemFault } from "./problem-fault.ts";
import { RunningSession } from "./running-session.ts";
import type { CoordinatorSetting } from "./coordinator.ts";

/** What one query's run needs of its coordinator. */
export interface QueryRunSetting extends Pick<CoordinatorSetting, "identity" | "roster" | "scheme" | "sha256" | "clock"> {
  readonly id: string;
  readonly requester: string;
  readonly query: Query;
  readonly queryMs: number;
  readonly isConnected: (centre: string) => boolean;
  readonly onFormed: (session: RunningSession) => void;
  readonly onEnded: (ending: Ending) => void;
}

/** What a run is about once its turn has come. */
interface Begun {
  readonly offer: Offer;
  readonly offerHash: string;
  readonly offering: Offering;
}

/** One query from its asking to its end, which always comes: every wait has a deadline. It waits for its turn until `begin`. */
export class QueryRun {
  readonly journal: Journal;
  readonly id: string;
  readonly requester: string;
  readonly query: Query;
  readonly askedAtMs: number;
  readonly #setting: QueryRunSetting;
  #begun: Begun | null = null;
  #overall: CallOff | null = null;
  readonly #formed = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  #formation: Envelope | null = null;
  #session: RunningSession | null = null;
  #ending: Ending | null = null;

  constructor(setting: QueryRunSetting) {
    this.#setting = setting;
    this.id = setting.id;
    this.requester = setting.requester;
    this.query = setting.query;
    this.askedAtMs = setting.clock.nowMs();
    this.journal = new Journal(setting.clock);
  }

  /** Offers the query to the centres. */
  begin(offer: Offer, offerHash: string): void {
    const { roster, clock, isConnected, queryMs } = this.#setting;
    this.journal.write("offered");
    this.#overall = clock.after(queryMs, () => this.end(timedOut("the query took longer than the network allows")));
    const offering = new Offering({
      invited: roster.centres.map(({ name }) => name),
      policy: offer.policy,
      answerMs: offer.answerMs,
      clock,
      isConnected,
      onDecided: (decision) => ("yes" in decision ? this.#form(decision) : this.end(decision)),
    });
    this.#begun = { offer, offerHash, offering };
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
    return { id: this.id, state: outcome, events: this.journal.after(seen), seen: this.journal.length, release, detail };
  }

  /** Whether a centre is asked and has not answered yet. */
  isOpenTo(centre: string): boolean {
    return this.isOpen && this.#begun?.offering.isOpenTo(centre) === true;
  }

  accept(centre: string, yes: Yes): void {
    if (!this.isOpenTo(centre)) return;
    this.journal.write("accepted", { centre });
    this.#begun?.offering.accept(centre, yes);
  }

  refuse(centre: string, reason: Reason): void {
    if (!this.isOpenTo(centre)) return;
    this.journal.write("refused", { centre });
    this.#begun?.offering.refuse(centre, reason);
  }

  /** The session that a centre takes part in. Throws a ProblemFault: `ended` when there is none any more, `not-allowed` when it is others'. */
  sessionOf(centre: string): RunningSession {
    const session = this.#session;
    if (this.#ending !== null || session === null) throw this.ended();
    if (!session.participants.includes(centre))
      throw new ProblemFault("not-allowed", "the session was formed without this centre: wait for the next offer");
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

  /** A centre stops: for all when it takes part, for itself when it has only said yes. */
  stop(stop: Stop): void {
    if (!this.isOpen) return;
    if (this.#session === null) {
      this.journal.write("refused", { centre: stop.centre });
      this.#begun?.offering.refuse(stop.centre, stop.cause);
    } else if (this.#session.participants.includes(stop.centre)) this.end(stoppedBy(stop));
  }

  /** The coordinator goes down. */
  interrupt(): void {
    this.end(INTERRUPTED);
  }

  /** Ends the query, once. */
  end(ending: Ending): void {
    if (this.#ending !== null) return;
    this.#ending = ending;
    this.#overall?.();
    this.#begun?.offering.close();
    this.#session?.close();
    this.journal.close();
    this.#formed.resolve();
    this.#setting.onEnded(ending);
    this.#over.resolve();
  }

  /** What those are told who come when it is over. */
  ended(): ProblemFault {
    return new ProblemFault("ended", "the query is over: nothing more is to be said in it", this.#ending?.cause ?? "ended");
  }

  #form({ yes, policy }: { readonly yes: readonly Yes[]; readonly policy: Offer["policy"] }): void {
    const { offer, offerHash } = this.#begun!;
    const { identity, roster, scheme, sha256, clock, onFormed } = this.#setting;
    const query = contentHash(offer.query, sha256);
    this.#formation = signMessage(FORMATION, { offer: offerHash, acceptances: yes.map(({ envelope }) => envelope) }, identity, scheme);
    this.#session = new RunningSession({
      offerHash,
      yes,
      policy,
      exchangeMs: offer.exchangeMs,
      identity,
      centreKeys: roster.centreKeys,
      scheme,
      sha256,
      clock,
      isExpected: (release: Release) => release.query === query && release.dataset === offer.query.dataset,
      onEvent: (what, about) => this.journal.write(what, about),
      onEnded: (ending) => this.end(ending),
    });
    onFormed(this.#session);
    this.journal.write("formed");
    this.#formed.resolve();
  }
}
