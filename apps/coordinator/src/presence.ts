import type { Clock } from "./clock.ts";

/** A centre that asked for offers this long ago still counts as connected: it may be between two requests. */
const RECENT_MS = 10_000;

/** Which centres wait for offers at the moment, or did so just now. */
export class Presence {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, number>();
  readonly #seenMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says that a centre begins to wait; call what it returns when the wait is over. */
  enter(centre: string): (hungUp: boolean) => void {
    this.#waiting.set(centre, (this.#waiting.get(centre) ?? 0) + 1);
    return (hungUp) => {
      this.#waiting.set(centre, this.#waiting.get(centre)! - 1);
      if (hungUp) this.#seenMs.delete(centre);
      else this.#seenMs.set(centre, this.#clock.nowMs());
    };
  }

  isConnected(centre: string): boolean {
    return (this.#waiting.get(centre) ?? 0) > 0 || this.#clock.nowMs() - (this.#seenMs.get(centre) ?? -Infinity) <= RECENT_MS;
  }
}
