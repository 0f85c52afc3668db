import type { CallOff, Clock } from "@tutti/coordinator";

/** Turns of the event loop after which everything that waits for no clock has happened. */
const TURNS = 4;

interface Timer {
  readonly atMs: number;
  readonly number: number;
  readonly run: () => void;
}

/** The time of a simulated network: it stands still while anything is being worked out, and then jumps to what is due next. */
export class VirtualClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  #last = 0;
  /** A heap: the next on top. */
  readonly #timers: Timer[] = [];
  readonly #calledOff = new Set<number>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): CallOff {
    const timer = { atMs: this.#nowMs + Math.ceil(Math.max(0, ms)), number: ++this.#last, run };
    this.#push(timer);
    return () => void this.#calledOff.add(timer.number);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets time pass until something is so, at most so long; whether it came to be so. */
  async run(until: () => boolean, atMostMs: number): Promise<boolean> {
    const endMs = this.#nowMs + atMostMs;
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
      if (until()) return true;
      const next = this.#next();
      if (next === null || next.atMs > endMs) {
        this.#nowMs = endMs;
        return false;
      }
      this.#pop();
      this.#nowMs = next.atMs;
      next.run();
    }
  }

  #next(): Timer | null {
    for (;;) {
      const top = this.#timers[0];
      if (top === undefined) return null;
      if (!this.#calledOff.delete(top.number)) return top;
      this.#pop();
    }
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    for (let above = (at - 1) >> 1; at > 0 && before(timer, heap[above]!); above = (at - 1) >> 1) {
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && before(heap[below + 1]!, heap[below]!)) below++;
      if (!before(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number);
}
