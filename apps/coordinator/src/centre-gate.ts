import { HttpSignatureFault, type Sha256, type SignatureScheme, verifyRequest } from "@tutti/envelope";
import { CLOCK_SKEW_MS, type PinnedRoster } from "@tutti/protocol";
import type { Clock } from "./clock.ts";
import { Nonces } from "./nonces.ts";
import { ProblemFault } from "./problem-fault.ts";

/** A request as it came in. */
export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
}

const SKEW_SECONDS = CLOCK_SKEW_MS / 1_000;

/** Lets centres of the roster in, by their signature on the request (RFC 9421), each signature once. */
export class CentreGate {
  readonly #roster: PinnedRoster;
  readonly #scheme: SignatureScheme;
  readonly #sha256: Sha256;
  readonly #clock: Clock;
  readonly #nonces = new Nonces();

  constructor(roster: PinnedRoster, scheme: SignatureScheme, hash: Sha256, clock: Clock) {
    this.#roster = roster;
    this.#scheme = scheme;
    this.#sha256 = hash;
    this.#clock = clock;
  }

  /** The centre that signed a request. Throws a ProblemFault `not-signed`. */
  centreOf(request: RawRequest): string {
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1_000);
    const verification = { audience: this.#roster.coordinator.name, nowSeconds, skewSeconds: SKEW_SECONDS, sha256: this.#sha256 };
    try {
      const { keyid, nonce, expiresSeconds } = verifyRequest(
        request,
        (name) => this.#roster.centreKeys.get(name) ?? null,
        verification,
        this.#scheme,
      );
      if (!this.#nonces.use(`${keyid} ${nonce}`, expiresSeconds + SKEW_SECONDS, nowSeconds))
        throw new ProblemFault("not-signed", "this signed request was received before: sign it again with a new nonce");
      return keyid;
    } catch (fault) {
      throw fault instanceof HttpSignatureFault ? new ProblemFault("not-signed", fault.message) : fault;
    }
  }
}
