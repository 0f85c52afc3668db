import { ProblemFault } from "./problem-fault.ts";

/** Whether a coordinator still takes something on. */
export class Lifetime {
  readonly #lost = Promise.withResolvers<void>();
  #isStopping = false;
  #isLost = false;

  /** Whether the end has begun. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether everything was let go of. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Settles when it was. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Throws the ProblemFault `stopping` once the end has begun. */
  demandRunning(): void {
    if (this.#isStopping) throw new ProblemFault("stopping", "the coordinator is stopping: ask again in a moment");
  }

  /** The end begins. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Everything is let go of, by `release`, unless that was done before. */
  lose(release: () => void): void {
    if (this.#isLost) return;
    this.#isStopping = this.#isLost = true;
    release();
    this.#lost.resolve();
  }
}
