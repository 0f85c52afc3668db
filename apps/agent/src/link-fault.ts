import type { ProblemName } from "@tutti/protocol";

/**
 * The coordinator did not do what was asked of it.
 * - the name of a problem: it said so
 * - `unreachable`: no answer, or none that is its own, until the deadline
 * - `unlike`: an answer that is not of the protocol
 */
export class LinkFault extends Error {
  override readonly name = "LinkFault";
  readonly kind: ProblemName | "unreachable" | "unlike";
  /** For `ended`: how. */
  readonly outcome: string | null;

  constructor(kind: LinkFault["kind"], message: string, outcome: string | null = null) {
    super(message);
    this.kind = kind;
    this.outcome = outcome;
  }
}
