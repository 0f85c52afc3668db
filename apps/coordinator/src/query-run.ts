import type { Envelope } from "@tutti/envelope";
import type { Keys, PinnedRoster, QueryState, Stop, StopCause } from "@tutti/protocol";
import type { Query } from "@tutti/query";
import type { BegunOffer } from "./begun-offer.ts";
import type { CallOff } from "./clock.ts";
import { type Ending, INTERRUPTED, ROSTER_CHANGED, stoppedBy, timedOut } from "./ending.ts";
import { Journal } from "./journal.ts";
import type { Yes } from "./offering.ts";
import { ProblemFault } from "./problem-fault.ts";
import { QueryAnswers } from "./query-answers.ts";
import type { QueryRunSetting } from "./query-run-setting.ts";
import { QuerySessions } from "./query-sessions.ts";
import type { RunningSession } from "./running-session.ts";

/** A centre's own trouble, for which the others need not stop: while not all have dealt they go on without it. */
const OWN_TROUBLE: ReadonlySet<StopCause> = new Set(["data", "rule", "ledger", "late", "ended", "defect"]);

/**
 * One query from its asking to its end, which always comes: every wait has a deadline. It waits for its turn until `begin`; where people at a centre
 * are asked first it gives up its turn, and begins once more when they have decided.
 */
export class QueryRun {
  readonly journal: Journal;
  /** What centres answer. */
  readonly answers: QueryAnswers;
  readonly id: string;
  readonly requester: string;
  readonly query: Query;
  readonly askedAtMs: number;
  /** Until when people at the centres may decide, in milliseconds since 1970. */
  readonly decideUntilMs: number;
  readonly #setting: QueryRunSetting;
  readonly #sessions: QuerySessions;
  readonly #over = Promise.withResolvers<void>();
  #overall: CallOff | null = null;
  #ending: Ending | null = null;
  /** Whether it is decided how it ends. */
  #isDecided = false;

  constructor(setting: QueryRunSetting) {
    const { id, requester, query, askedAtMs, decideMs, clock } = setting;
    this.#setting = setting;
    this.id = id;
    this.requester = requester;
    this.query = query;
    this.askedAtMs = askedAtMs;
    this.decideUntilMs = askedAtMs + decideMs;
    this.journal = new Journal(clock);
    const shared = {
      journal: this.journal,
      isOpen: () => this.isOpen,
      isDecided: () => this.#isDecided,
      onEnding: (ending: Ending) => this.end(ending),
    };
    this.#sessions = new QuerySessions({ ...setting, ...shared, onPeople: (peopleMs) => this.#limit(setting.queryMs + peopleMs) });
    this.answers = new QueryAnswers({
      ...setting,
      ...shared,
      untilMs: this.decideUntilMs,
      onYes: (decided, begun) => this.#sessions.form(decided, begun),
      onHeld: () => this.#setAside(),
    });
  }

  get isOpen(): boolean {
    return this.#ending === null;
  }

  /** Whether it waits for people, and for nothing else. */
  get isHeld(): boolean {
    return this.answers.isHeld;
  }

  /** How it ended: null while it is open. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /** Settles when it has ended. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Whose messages count in it: those of the roster that its offer names. */
  get centreKeys(): Keys {
    return this.answers.begun?.roster.centreKeys ?? new Map();
  }

  /** The formation once there, for those who are in it. */
  get formation(): Envelope | null {
    return this.#sessions.formation;
  }

  /** Settles when the session is formed, or the query has ended. */
  get formed(): Promise<void> {
    return this.#sessions.formed;
  }

  state(seen: number): QueryState {
    const { outcome, release, detail } = this.#ending ?? { outcome: "open", release: null, detail: null };
    const deciding = this.#ending === null ? this.answers.deciding + this.#sessions.deciding : 0;
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

  /** Offers the query to the centres. */
  begin(begun: BegunOffer): void {
    this.journal.write("offered");
    this.#limit(this.#setting.queryMs);
    this.answers.begin(begun);
  }

  /** Takes up a session that was formed before a restart: what was said in it is gone, and only its release may still come. */
  resume(begun: BegunOffer, formation: Envelope, yes: readonly Yes[]): void {
    this.answers.resume(begun);
    this.#sessions.resume(formation, yes, begun);
  }

  /**
   * The session that a centre takes part in.
   * @param name the session that the centre means; the present one if it names none
   * @throws ProblemFault `ended` when there is none any more, `formed-anew` when another has taken its place, `too-late` or `not-allowed` when it is
   * the others'
   */
  sessionOf(centre: string, name: string | null = null): RunningSession {
    const session = this.#ending === null ? this.#sessions.of(centre, name) : null;
    if (session === null) throw this.ended();
    return session;
  }

  /** A centre stops: for all when it takes part, for itself while not all have dealt and the trouble is its own. */
  stop(stop: Stop): void {
    if (!this.isOpen) return;
    const session = this.#sessions.current;
    if (session === null) return this.answers.takeBack(stop.centre, stop.cause);
    // One of a session that was left says nothing of the one that took its place.
    if (stop.session !== session.name && stop.session !== this.answers.begun!.offerHash) return;
    if (!session.participants.includes(stop.centre)) return;
    if (!session.dealt && OWN_TROUBLE.has(stop.cause)) this.#sessions.formAnew([stop.centre]);
    else this.end(stoppedBy(stop));
  }

  /**
   * Another roster counts. An offer under the one before ends, and so does a query that waits for people where others are invited now, since what these
   * people were asked is another question then. A session goes on under the roster of its offer; what was not offered yet will be offered under this one.
   */
  rosterChanged({ centres }: PinnedRoster): void {
    const { begun, isOffering } = this.answers;
    if (begun === null || this.#sessions.hasBegun) return;
    const isOther = centres.map(({ name }) => name).join(" ") !== begun.offer.invited.join(" ");
    if (isOffering || isOther) this.end(ROSTER_CHANGED);
  }

  /** The coordinator goes down. */
  interrupt(): void {
    this.end(INTERRUPTED);
  }

  /** Ends the query, once: first what outlives the process, then all who wait. */
  end(ending: Ending): void {
    if (this.#isDecided) return;
    this.#decide();
    void this.#setting.onEnding(ending).then(() => this.#tell(ending), this.#setting.onUnwritten);
  }

  /** Lets go of everything without an end: the store says what becomes of it. */
  abandon(): void {
    if (this.#ending !== null) return;
    this.#decide();
    this.#sessions.close();
    this.journal.leave();
    this.#over.resolve();
  }

  /** What those are told who come when it is over. */
  ended(): ProblemFault {
    return new ProblemFault("ended", "the query is over: nothing more is to be said in it", this.#ending?.cause ?? "ended");
  }

  /** Nothing else decides how it ends any more. */
  #decide(): void {
    this.#isDecided = true;
    this.#overall?.();
    this.answers.close();
  }

  #tell(ending: Ending): void {
    this.#ending = ending;
    // Who has asked first: what the centres do with the release nobody waits for.
    this.journal.close();
    this.#sessions.close();
    this.#over.resolve();
    this.#setting.onEnded();
  }

  /** Those who have said yes leave the offer; the turn is others'. */
  #setAside(): void {
    this.#overall?.();
    this.#sessions.dismiss();
    this.#setting.onHeld();
  }

  /** It may take so long from now. */
  #limit(ms: number): void {
    this.#overall?.();
    this.#overall = this.#setting.clock.after(ms, () => this.end(timedOut("the query took longer than the network allows")));
  }
}
