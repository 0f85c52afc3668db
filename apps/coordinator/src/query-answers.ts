import type { BegunOffer } from "./begun-offer.ts";
import { Consenting } from "./consenting.ts";
import { type Ending, notFormed } from "./ending.ts";
import type { Journal } from "./journal.ts";
import { Offering, type Reason, type Yes } from "./offering.ts";
import { ProblemFault } from "./problem-fault.ts";
import type { QueryRunSetting } from "./query-run-setting.ts";
import type { Decided } from "./query-sessions.ts";

/** What a query's answers are gathered with. */
export interface QueryAnswersSetting extends Pick<QueryRunSetting, "clock" | "graceMs" | "isConnected" | "onConsented"> {
  /** Until when people may decide, in milliseconds since 1970. */
  readonly untilMs: number;
  readonly journal: Journal;
  /** Whether nobody was told of an end yet. */
  readonly isOpen: () => boolean;
  /** Whether it is decided how the query ends. */
  readonly isDecided: () => boolean;
  /** Told who takes part. */
  readonly onYes: (decided: Decided, begun: BegunOffer) => void;
  /** Told when an offer came to nothing, for people are asked first. */
  readonly onHeld: () => void;
  readonly onEnding: (ending: Ending) => void;
}

/**
 * What centres answer to one query: to its offer, and, where people at some are asked first, between that offer and the next. What comes when nobody
 * waits for it changes nothing.
 */
export class QueryAnswers {
  readonly #setting: QueryAnswersSetting;
  readonly #consenting: Consenting;
  #begun: BegunOffer | null = null;
  /** Null while no offer is open. */
  #offering: Offering | null = null;

  constructor(setting: QueryAnswersSetting) {
    const { untilMs, clock, onConsented } = setting;
    this.#setting = setting;
    this.#consenting = new Consenting({
      untilMs,
      clock,
      onDecided: () => {
        if (!this.#endIfTooFew()) onConsented();
      },
    });
  }

  /** The offer that was made last; null before the first. */
  get begun(): BegunOffer | null {
    return this.#begun;
  }

  /** Whether an offer is open: it is not decided yet who takes part. */
  get isOffering(): boolean {
    return this.#offering !== null;
  }

  /** Whether the query waits for people, and for nothing else. */
  get isHeld(): boolean {
    return this.#setting.isOpen() && this.#consenting.isWaiting;
  }

  /** At how many centres people have not decided. */
  get deciding(): number {
    return this.#consenting.deciding;
  }

  /** The centres are asked: all but those that have said no for good. */
  begin(begun: BegunOffer): void {
    const { clock, graceMs, isConnected, isDecided, onYes, onHeld, onEnding } = this.#setting;
    const { offer, roster } = begun;
    this.#offering = new Offering({
      invited: roster.centres.map(({ name }) => name),
      policy: offer.policy,
      answerMs: offer.answerMs,
      graceMs,
      clock,
      isConnected,
      out: this.#consenting.out,
      onDecided: (decision) => {
        this.#offering = null;
        if (decision === "held") {
          onHeld();
          this.#consenting.wait();
        } else if (!("yes" in decision)) onEnding(decision);
        else if (!isDecided()) onYes(decision, begun);
      },
    });
    this.#begun = begun;
  }

  /** All have answered, before a restart. */
  resume(begun: BegunOffer): void {
    this.#begun = begun;
  }

  /** Whether a centre is asked and has not answered yet. */
  isOpenTo(centre: string): boolean {
    return this.#setting.isOpen() && this.#offering?.isOpenTo(centre) === true;
  }

  /** Whether this is the offer that stands at the moment. */
  isOffered(offerHash: string): boolean {
    return this.#setting.isOpen() && !this.isHeld && this.#begun?.offerHash === offerHash;
  }

  /** Throws the ProblemFault `ended`, with `held`, when this offer came to nothing because people are asked first. */
  demandOffered(offerHash: string): void {
    if (this.#setting.isOpen() && !this.isOffered(offerHash))
      throw new ProblemFault("ended", "people at some centres are asked first: wait until the query is offered again", "held");
  }

  /** Whether people at a centre were asked and have not decided. */
  isDeciding(centre: string): boolean {
    return this.#setting.isOpen() && this.#consenting.isDeciding(centre);
  }

  /** A centre asks its people before it answers this offer. */
  hold(centre: string): void {
    if (!this.isOpenTo(centre)) return;
    if (!this.#consenting.ask(centre)) return this.refuse(centre, "rule");
    this.#setting.journal.write("held", { centre });
    this.#offering?.hold(centre);
  }

  /** A centre's people have agreed. */
  consent(centre: string): void {
    if (!this.isDeciding(centre)) return;
    this.#setting.journal.write("consented", { centre });
    this.#consenting.give(centre);
  }

  accept(centre: string, yes: Yes): void {
    if (!this.isOpenTo(centre)) return;
    this.#setting.journal.write("accepted", { centre });
    this.#offering?.accept(centre, yes);
  }

  refuse(centre: string, reason: Reason): void {
    const deciding = this.isDeciding(centre);
    if (!deciding && !this.isOpenTo(centre)) return;
    this.takeBack(centre, reason);
    if (deciding || reason === "rule") this.#consenting.deny(centre, reason);
    if (this.isHeld) this.#endIfTooFew();
  }

  /** A centre does not take part in this offer, whatever it has said. */
  takeBack(centre: string, reason: Reason): void {
    this.#setting.journal.write("refused", { centre });
    this.#offering?.refuse(centre, reason);
  }

  /** Decides nothing any more. */
  close(): void {
    this.#offering?.close();
    this.#consenting.close();
  }

  /** Ends the query when the centres that are left could not answer it, whatever their people say; says whether it ends. */
  #endIfTooFew(): boolean {
    const { isDecided, onEnding } = this.#setting;
    if (isDecided()) return true;
    const { invited, policy } = this.#begun!.offer;
    const { out } = this.#consenting;
    const left = invited.filter((centre) => !out.has(centre)).length;
    if (left < policy.minimumCentres) onEnding(notFormed(left, policy.minimumCentres, [...out.values()]));
    return isDecided();
  }
}
