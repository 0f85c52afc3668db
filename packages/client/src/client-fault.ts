import type { ProblemName } from "@tutti/protocol";

/**
 * Why the client has no answer. Its message says what to do next.
 * - a name of the protocol's problems: what the coordinator said
 * - `unreachable`: nobody answered
 * - `unlike`: what answered is not a coordinator of this version
 * - `aborted`: the caller gave up
 * - `timed-out`: the caller's own time was over
 */
export type ClientFaultKind = ProblemName | "unreachable" | "unlike" | "aborted" | "timed-out";

/** The client has no answer. */
export class ClientFault extends Error {
  override readonly name = "ClientFault";
  readonly kind: ClientFaultKind;
  /** For `too-fast`: how long the coordinator wants not to be asked. */
  readonly retryAfterMs: number;

  constructor(kind: ClientFaultKind, message: string, retryAfterMs = 0) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}
