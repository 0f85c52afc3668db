import type { CallOff, Clock } from "../clock.ts";

/** A clock that moves when it is told to. */
export class TrialClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  #last = 0;
  readonly #timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): CallOff {
    const id = ++this.#last;
    this.#timers.set(id, { atMs: this.#nowMs + ms, run });
    return () => this.#timers.delete(id);
  }

  /** Lets time pass, and all that is due happen in its order. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const [id, next] = [...this.#timers].toSorted(([, a], [, b]) => a.atMs - b.atMs)[0] ?? [0, null];
      if (next === null || next.atMs > untilMs) break;
      this.#timers.delete(id);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = untilMs;
    await settled();
  }
}

/** Waits until everything that needs no clock has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise(setImmediate);
}
