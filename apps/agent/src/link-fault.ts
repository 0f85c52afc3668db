import type { ProblemName } from "@tutti/protocol";

/**
 * The coordinator did not do what was asked of it.
 * - the name of a problem: it said so
 * - `unreachable`: no answer, or none that is its own, until the deadline
 * - `blocked`: a proxy or a certificate on the way, until somebody at the centre sets it right
 * - `unlike`: an answer that is not of the protocol
 */
export class LinkFault extends Error {
  override readonly name = "LinkFault";
  readonly kind: ProblemName | "unreachable" | "blocked" | "unlike";
  /** For `ended`: how. */
  readonly outcome: string | null;
  /** How long the coordinator wants not to be asked; 0 where it did not say. */
  readonly retryAfterMs: number;

  constructor(kind: LinkFault["kind"], message: string, outcome: string | null = null, retryAfterMs = 0) {
    super(message);
    this.kind = kind;
    this.outcome = outcome;
    this.retryAfterMs = retryAfterMs;
  }
}
