import { problem, type Problem, type ProblemName } from "@tutti/protocol";

/** Ends a request with a problem of the protocol's table. */
export class ProblemFault extends Error {
  override readonly name = "ProblemFault";
  readonly problem: Problem;

  /** @param detail what to do next, for people: never a value from data, a key or a token */
  constructor(name: ProblemName, detail: string, outcome?: string) {
    super(detail);
    this.problem = problem(name, detail, outcome);
  }
}
