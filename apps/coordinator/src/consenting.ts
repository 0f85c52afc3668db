import type { CallOff, Clock } from "./clock.ts";
import type { Reason } from "./offering.ts";

/** What a query's waiting for people is set up with. */
export interface ConsentingSetting {
  /** Milliseconds since 1970. */
  readonly untilMs: number;
  readonly clock: Clock;
  /** Told each time when it waits and there is nobody left to wait for, or their time is over. */
  readonly onDecided: () => void;
}

/** Where people are asked about one query, from the first offer to the last. A centre asks them once. */
export class Consenting {
  readonly untilMs: number;
  readonly #setting: ConsentingSetting;
  readonly #deciding = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #out = new Map<string, Reason>();
  #callOff: CallOff | null = null;
  #waiting = false;

  constructor(setting: ConsentingSetting) {
    this.#setting = setting;
    this.untilMs = setting.untilMs;
  }

  /** Whether the query waits, and no offer is open meanwhile. */
  get isWaiting(): boolean {
    return this.#waiting;
  }

  /** How many centres have not decided. */
  get deciding(): number {
    return this.#deciding.size;
  }

  /** Whether people at this centre have not decided. */
  isDeciding(centre: string): boolean {
    return this.#deciding.has(centre);
  }

  /** Those that are not asked again, and why. */
  get out(): ReadonlyMap<string, Reason> {
    return this.#out;
  }

  /** A centre asks its people. False when it has done so before, or there is no time left: then it counts as a refusal. */
  ask(centre: string): boolean {
    if (this.#asked.has(centre) || this.#setting.clock.nowMs() >= this.untilMs) return false;
    this.#asked.add(centre);
    this.#deciding.add(centre);
    return true;
  }

  /** They have agreed. */
  give(centre: string): void {
    this.#deciding.delete(centre);
    this.#look();
  }

  /** A centre says no for good, whether people there were asked or not. */
  deny(centre: string, reason: Reason): void {
    this.#out.set(centre, reason);
    this.#deciding.delete(centre);
    this.#look();
  }

  /** Begins to wait. */
  wait(): void {
    const { clock } = this.#setting;
    this.#waiting = true;
    this.#callOff?.();
    this.#callOff = clock.after(Math.max(0, this.untilMs - clock.nowMs()), () => this.#lapse());
    this.#look();
  }

  /** Waits no longer. */
  close(): void {
    this.#waiting = false;
    this.#callOff?.();
    this.#callOff = null;
  }

  #lapse(): void {
    for (const centre of this.#deciding) this.#out.set(centre, "undecided");
    this.#deciding.clear();
    this.#look();
  }

  #look(): void {
    if (!this.#waiting || this.#deciding.size > 0) return;
    this.close();
    this.#setting.onDecided();
  }
}
