import type { Envelope } from "@tutti/envelope";
import { WAIT_MS } from "@tutti/protocol";
import { type Clock, within } from "./clock.ts";
import type { Presence } from "./presence.ts";

/** A centre that did not answer an offer gets it again after this long: the first may have been lost on its way. */
const AGAIN_MS = 1_000;
/** Offers told in one answer, at most. */
const AT_ONCE = 100;

/** To whom an offer is open. */
export interface OfferTarget {
  isOpenTo(centre: string): boolean;
}

interface OpenOffer {
  readonly envelope: Envelope;
  /** When it was last told to a centre. */
  readonly toldMs: Map<string, number>;
}

/** The offers that are open, and the centres that wait for them. */
export class OpenOffers {
  readonly #clock: Clock;
  readonly #presence: Presence;
  readonly #offers = new Map<OfferTarget, OpenOffer>();
  /** What the last request of each centre waits for; an earlier one of the same centre is let go. */
  readonly #bells = new Map<string, PromiseWithResolvers<void>>();
  #closed = false;

  constructor(clock: Clock, presence: Presence) {
    this.#clock = clock;
    this.#presence = presence;
  }

  /** Adds an offer, and wakes all who wait. */
  add(target: OfferTarget, envelope: Envelope): void {
    this.#offers.set(target, { envelope, toldMs: new Map() });
    this.#ring();
  }

  remove(target: OfferTarget): void {
    this.#offers.delete(target);
  }

  /** Ends all waits. */
  close(): void {
    this.#closed = true;
    this.#ring();
  }

  /** The offers that a centre has not answered, as soon as there are any; none after `WAIT_MS`, or when it asks anew. */
  async wait(centre: string, hungUp: AbortSignal): Promise<readonly Envelope[]> {
    this.#bells.get(centre)?.resolve();
    let bell = this.#hang(centre);
    const onHungUp = () => bell.resolve();
    hungUp.addEventListener("abort", onHungUp);
    const leave = this.#presence.enter(centre);
    const untilMs = this.#clock.nowMs() + WAIT_MS;
    try {
      while (!this.#closed && !hungUp.aborted) {
        const nowMs = this.#clock.nowMs();
        const { due, nextMs } = this.#due(centre, nowMs);
        if (due.length > 0 || nowMs >= untilMs) return due;
        await within(bell.promise, Math.min(untilMs, nextMs) - nowMs, this.#clock);
        if (this.#bells.get(centre) !== bell) return [];
        bell = this.#hang(centre);
      }
      return [];
    } finally {
      hungUp.removeEventListener("abort", onHungUp);
      if (this.#bells.get(centre) === bell) this.#bells.delete(centre);
      leave(hungUp.aborted);
    }
  }

  /** What is to be told to a centre now, and when there may be more. */
  #due(centre: string, nowMs: number): { readonly due: readonly Envelope[]; readonly nextMs: number } {
    const due: Envelope[] = [];
    let nextMs = Infinity;
    for (const [target, { envelope, toldMs }] of this.#offers) {
      if (due.length === AT_ONCE || !target.isOpenTo(centre)) continue;
      const againMs = (toldMs.get(centre) ?? -Infinity) + AGAIN_MS;
      if (againMs > nowMs) nextMs = Math.min(nextMs, againMs);
      else {
        toldMs.set(centre, nowMs);
        due.push(envelope);
      }
    }
    return { due, nextMs };
  }

  #hang(centre: string): PromiseWithResolvers<void> {
    const bell = Promise.withResolvers<void>();
    this.#bells.set(centre, bell);
    return bell;
  }

  #ring(): void {
    for (const bell of this.#bells.values()) bell.resolve();
  }
}
