import type { ProgressEvent } from "@tutti/protocol";
import { type CallOff, type Clock, within } from "./clock.ts";

/** Readers are woken for mere events at most this often. */
const WAKE_MS = 100;

/** What happened to one query, and those who wait to read it. */
export class Journal {
  readonly #clock: Clock;
  readonly #events: ProgressEvent[] = [];
  #news = Promise.withResolvers<void>();
  #wokenMs = 0;
  #waking: CallOff | null = null;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get length(): number {
    return this.#events.length;
  }

  /** The events after the first `seen`. */
  after(seen: number): readonly ProgressEvent[] {
    return this.#events.slice(seen);
  }

  /** Writes one event; its readers hear of it within `WAKE_MS`. */
  write(what: ProgressEvent["what"], about: Pick<ProgressEvent, "centre" | "exchange"> = {}): void {
    const atMs = this.#clock.nowMs();
    this.#events.push({ atMs, what, ...about });
    this.#waking ??= this.#clock.after(Math.max(0, this.#wokenMs + WAKE_MS - atMs), () => this.#wake());
  }

  /** Writes the last event, and wakes all readers at once. */
  close(): void {
    this.write("ended");
    this.#closed = true;
    this.#wake();
  }

  /** Wakes all readers at once, without a last event: nothing more is written here. */
  leave(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Waits until there are more than `seen` events, or the journal is closed; `ms` at most. */
  async wait(seen: number, ms: number): Promise<void> {
    const untilMs = this.#clock.nowMs() + ms;
    while (!this.#closed && (this.#events.length <= seen || this.#waking !== null)) {
      const leftMs = untilMs - this.#clock.nowMs();
      if (leftMs <= 0) return;
      await within(this.#news.promise, leftMs, this.#clock);
    }
  }

  #wake(): void {
    this.#waking?.();
    this.#waking = null;
    this.#wokenMs = this.#clock.nowMs();
    const news = this.#news;
    this.#news = Promise.withResolvers();
    news.resolve();
  }
}
