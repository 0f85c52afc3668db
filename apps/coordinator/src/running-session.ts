import type { Policy } from "@tutti/disclosure";
import { type Envelope, type Identity, type Sha256, type SignatureScheme } from "@tutti/envelope";
import { committeeOf, type Keys, type LeftSession, type ProgressEvent, sessionIdOf, sessionName } from "@tutti/protocol";
import type { Release } from "@tutti/disclosure";
import type { CallOff, Clock } from "./clock.ts";
import { Cosigning, Disagreement } from "./cosigning.ts";
import { DISAGREEMENT, type Ending, INTERRUPTED, released, timedOut } from "./ending.ts";
import type { Yes } from "./offering.ts";
import { ProblemFault } from "./problem-fault.ts";
import { type Posted, Relay } from "./relay.ts";

/** What a session is run with. */
export interface RunningSessionSetting {
  readonly offerHash: string;
  readonly yes: readonly Yes[];
  readonly policy: Policy;
  readonly exchangeMs: number;
  readonly dealMs: number;
  readonly identity: Identity;
  readonly centreKeys: Keys;
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly clock: Clock;
  readonly isExpected: (release: Release) => boolean;
  readonly onEvent: (what: ProgressEvent["what"], about: Pick<ProgressEvent, "centre" | "exchange">) => void;
  /** Told once when not all have dealt in time: names of those who are missing. */
  readonly onIncomplete: (missing: readonly string[]) => void;
  /** Told once. */
  readonly onEnded: (ending: Ending) => void;
}

/** One session as the coordinator sees it: sealed bundles that it passes on, and at the end a release that all have signed. */
export class RunningSession {
  /** Its name in addresses. */
  readonly name: string;
  readonly participants: readonly string[];
  readonly #holders: readonly string[];
  readonly #setting: RunningSessionSetting;
  readonly #relay: Relay;
  readonly #cosigning: Cosigning;
  #callOff: CallOff | null = null;
  /** After a restart: those who have said that they have no release. */
  #without: Set<string> | null = null;

  constructor(setting: RunningSessionSetting) {
    const { yes, offerHash, policy, sha256, exchangeMs, dealMs, clock, centreKeys, scheme, isExpected } = setting;
    const { onEvent, onIncomplete, onEnded } = setting;
    const acceptances = yes.map(({ acceptance }) => acceptance);
    const session = sessionIdOf(offerHash, policy, acceptances, sha256);
    this.#setting = setting;
    this.name = sessionName(session);
    this.participants = acceptances.map(({ centre }) => centre);
    const committee = committeeOf(acceptances);
    this.#holders = committee.map((i) => this.participants[i]!);
    this.#cosigning = new Cosigning(centreKeys, scheme, isExpected);
    this.#relay = new Relay({
      session,
      participants: acceptances.length,
      committee,
      exchangeMs,
      dealMs,
      clock,
      onEvent: (what, exchange, who) => onEvent(what, { exchange, ...(who === null ? {} : { centre: this.participants[who]! }) }),
      onIncomplete: (missing) => onIncomplete(missing.map((i) => this.participants[i]!)),
      onSilence: () => onEnded(timedOut("the centres fell silent in the middle of the session")),
    });
  }

  /** What participants remember of it when it is formed anew. */
  get left(): LeftSession {
    return { participants: this.participants, holders: this.#holders };
  }

  /** Whether all have dealt: from then on who takes part is settled. */
  get dealt(): boolean {
    return this.#without !== null || this.#relay.dealt;
  }

  /** Goes on after a restart: bundles are gone, and who posts one learns that the session has ended; releases are taken, for as long as an exchange lasts. */
  resume(): void {
    this.#without = new Set();
    this.#callOff = this.#setting.clock.after(this.#setting.exchangeMs, () => this.#finishLate());
  }

  /** Takes a participant's bundle. Throws a ProblemFault. */
  post(centre: string, exchange: number, bytes: Uint8Array): Posted {
    if (this.#without !== null) {
      this.#without.add(centre);
      this.#weighResumed();
      throw new ProblemFault("ended", "the coordinator was stopped in the middle of this session: leave it", "ended");
    }
    return this.#relay.post(this.participants.indexOf(centre), exchange, bytes);
  }

  /**
   * Takes the release as a participant signed it.
   * @throws EnvelopeFault when the signature does not hold
   */
  sign(centre: string, envelope: Envelope): void {
    if (this.#cosigning.hasSigned(centre)) return;
    try {
      this.#cosigning.add(centre, envelope);
    } catch (fault) {
      if (!(fault instanceof Disagreement)) throw fault;
      return this.#setting.onEnded(DISAGREEMENT);
    }
    this.#setting.onEvent("signed", { centre });
    if (this.#without !== null) return this.#weighResumed();
    this.#relay.heard();
    this.#callOff ??= this.#setting.clock.after(this.#setting.exchangeMs, () => this.#finishLate());
    const { gone } = this.#relay;
    if (this.participants.every((name, i) => gone.has(i) || this.#cosigning.hasSigned(name))) this.#finish();
  }

  /** Ends all waits. */
  close(): void {
    this.#callOff?.();
    this.#relay.close();
  }

  #weighResumed(): void {
    if (this.participants.every((name) => this.#without!.has(name) || this.#cosigning.hasSigned(name))) this.#finishLate();
  }

  #finish(): void {
    this.#setting.onEnded(released(this.#cosigning.finish(this.participants, this.#setting.identity)));
  }

  #finishLate(): void {
    if (this.#cosigning.count >= this.#setting.policy.minimumCentres) this.#finish();
    else if (this.#without !== null) this.#setting.onEnded(INTERRUPTED);
    else this.#setting.onEnded(timedOut("too few centres signed the release in time"));
  }
}
