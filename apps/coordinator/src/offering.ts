import { type Policy, strictest } from "@tutti/disclosure";
import type { Envelope } from "@tutti/envelope";
import type { Acceptance, RefusalReason, StopCause } from "@tutti/protocol";
import type { CallOff, Clock } from "./clock.ts";
import { type Ending, notFormed } from "./ending.ts";

/** Why a centre does not take part: its refusal, what stopped it after a yes, or that its people did not decide in time. */
export type Reason = RefusalReason | StopCause | "undecided";

/** One centre's yes. */
export interface Yes {
  readonly acceptance: Acceptance;
  readonly envelope: Envelope;
}

/** What an offering is set up with. */
export interface OfferingSetting {
  /** Names of the centres that are asked, in the roster's order. */
  readonly invited: readonly string[];
  /** The network's policy. */
  readonly policy: Policy;
  readonly answerMs: number;
  /** Once every connected centre has answered, and enough of them with yes, the others have this long to turn up. */
  readonly graceMs: number;
  readonly clock: Clock;
  readonly isConnected: (centre: string) => boolean;
  /** Those that are not asked, and why. */
  readonly out: ReadonlyMap<string, Reason>;
  /** Told once. */
  readonly onDecided: (decision: OfferingDecision) => void;
}

/** Those who take part in the roster's order and the strictest policy among them; that people are asked first; or why they can't. */
export type OfferingDecision = { readonly yes: readonly Yes[]; readonly policy: Policy } | "held" | Ending;

/** Gathers the answers to one offer until it is clear who takes part. */
export class Offering {
  readonly #setting: OfferingSetting;
  readonly #yes = new Map<string, Yes>();
  readonly #no: Map<string, Reason>;
  readonly #held = new Set<string>();
  readonly #callOffs: CallOff[] = [];
  #grace = false;
  #decided = false;

  constructor(setting: OfferingSetting) {
    this.#setting = setting;
    this.#no = new Map(setting.out);
    this.#callOffs.push(setting.clock.after(setting.answerMs, () => this.#decide()));
  }

  /** Whether a centre is asked and has not answered yet. */
  isOpenTo(centre: string): boolean {
    const answered = this.#yes.has(centre) || this.#no.has(centre) || this.#held.has(centre);
    return !this.#decided && this.#setting.invited.includes(centre) && !answered;
  }

  /** A centre asks its people first: the offer comes to nothing, once it is known who else does. */
  hold(centre: string): void {
    this.#held.add(centre);
    this.#weigh();
  }

  accept(centre: string, yes: Yes): void {
    this.#yes.set(centre, yes);
    this.#weigh();
  }

  /** Takes a refusal, or takes a yes back. */
  refuse(centre: string, reason: Reason): void {
    this.#yes.delete(centre);
    this.#held.delete(centre);
    this.#no.set(centre, reason);
    this.#weigh();
  }

  /** Decides nothing any more. */
  close(): void {
    this.#decided = true;
    for (const callOff of this.#callOffs) callOff();
  }

  #weigh(): void {
    const open = this.#setting.invited.filter((centre) => this.isOpenTo(centre));
    if (open.length === 0) return this.#decide();
    if (this.#grace || !this.#suffices() || open.some((centre) => this.#setting.isConnected(centre))) return;
    this.#grace = true;
    this.#callOffs.push(
      this.#setting.clock.after(this.#setting.graceMs, () => {
        this.#grace = false;
        if (!open.some((centre) => this.isOpenTo(centre) && this.#setting.isConnected(centre))) this.#decide();
      }),
    );
  }

  #suffices(): boolean {
    return this.#yes.size + this.#held.size >= this.#policy().minimumCentres;
  }

  #policy(): Policy {
    return strictest([this.#setting.policy, ...[...this.#yes.values()].map(({ acceptance }) => acceptance.policy)]);
  }

  #decide(): void {
    if (this.#decided) return;
    this.close();
    const policy = this.#policy();
    if (this.#suffices() && this.#held.size > 0) return this.#setting.onDecided("held");
    const yes = this.#setting.invited.flatMap((centre) => this.#yes.get(centre) ?? []);
    this.#setting.onDecided(this.#suffices() ? { yes, policy } : notFormed(yes.length, policy.minimumCentres, [...this.#no.values()]));
  }
}
