import { problem, type Problem, type ProblemName } from "@tutti/protocol";

/** Ends a request with a problem of the protocol's table. */
export class ProblemFault extends Error {
  override readonly name = "ProblemFault";
  readonly problem: Problem;
  /** When asking again makes sense; 0 where that can't be said. */
  readonly retryAfterMs: number;

  /** @param detail what to do next, for people: never a value from data, a key or a token */
  constructor(name: ProblemName, detail: string, outcome?: string, retryAfterMs = 0) {
    super(detail);
    this.retryAfterMs = retryAfterMs;
    this.problem = problem(name, detail, outcome);
  }

  /** `too-fast`, for this long. */
  static after(waitMs: number): ProblemFault {
    return new ProblemFault(
      "too-fast",
      "these are more requests than this coordinator takes at a time: wait, then go on",
      undefined,
      waitMs,
    );
  }
}
