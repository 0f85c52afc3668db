/** How often somebody may ask: a token bucket. */
export interface Rate {
  /** What comes back to the bucket in a minute. */
  readonly perMinute: number;
  /** What it holds: so many at once after a pause. */
  readonly burst: number;
}

/** The limits of the coordinator. */
export interface Limits {
  /** Requests that nobody has signed and no token came with, and those that were refused for it, by the address they come from. */
  readonly address: Rate;
  /** Signed requests, by centre. */
  readonly centre: Rate;
  /** Queries and previews, by requester. */
  readonly asking: Rate;
  /** All else that a token allows, by requester. */
  readonly reading: Rate;
}

/**
 * What honest use stays far below: a query costs an agent some ten requests, and its requester one for each event that is waited for.
 */
export const DEFAULT_LIMITS: Limits = {
  address: { perMinute: 600, burst: 200 },
  centre: { perMinute: 6_000, burst: 2_000 },
  asking: { perMinute: 120, burst: 60 },
  reading: { perMinute: 6_000, burst: 2_000 },
};

/** Buckets that are kept; beyond that the one that was used least recently is forgotten, which is to say full again. */
const MAX_BUCKETS = 20_000;
const MINUTE_MS = 60_000;

/** One bucket a name, as the time at which it is full again (the generic cell rate algorithm: one number, the same as a token bucket). */
export class RateLimit {
  readonly #stepMs: number;
  readonly #depthMs: number;
  /** By name, the one used least recently first. */
  readonly #fullAtMs = new Map<string, number>();

  constructor({ perMinute, burst }: Rate) {
    this.#stepMs = MINUTE_MS / perMinute;
    this.#depthMs = burst * this.#stepMs;
  }

  /** Takes one of a name's bucket and gives 0; or takes none, and gives the milliseconds until there is one. */
  take(name: string, nowMs: number): number {
    const before = this.#fullAtMs.get(name) ?? 0;
    const after = Math.max(nowMs, before) + this.#stepMs;
    const waitMs = after - nowMs - this.#depthMs;
    // Sums of steps are not whole, and a clock has no parts of a millisecond.
    const taken = waitMs <= 1e-3;
    this.#fullAtMs.delete(name);
    this.#fullAtMs.set(name, taken ? after : before);
    if (this.#fullAtMs.size > MAX_BUCKETS) this.#fullAtMs.delete(this.#fullAtMs.keys().next().value!);
    return taken ? 0 : waitMs;
  }

  /** Puts back the one that was taken last. */
  giveBack(name: string): void {
    const fullAtMs = this.#fullAtMs.get(name);
    if (fullAtMs !== undefined) this.#fullAtMs.set(name, fullAtMs - this.#stepMs);
  }
}
