import { demandDigest, HttpSignatureFault, type Sha256, type SignatureScheme, type SignedHttpHead, verifyHead } from "@tutti/envelope";
import { CLOCK_SKEW_MS } from "@tutti/protocol";
import type { Clock } from "./clock.ts";
import { Nonces } from "./nonces.ts";
import { ProblemFault } from "./problem-fault.ts";
import type { Rosters } from "./rosters.ts";

/** A centre at the gate: its request counts once its body is the one that was signed. */
export interface Admitted {
  readonly centre: string;
  /** Throws a ProblemFault `not-signed` for another body than the one that was signed. */
  demandBody(body: Uint8Array): void;
}

const SKEW_SECONDS = CLOCK_SKEW_MS / 1_000;

/** Lets centres of the newest roster in, by their signature on the request (RFC 9421), each signature once. */
export class CentreGate {
  readonly #rosters: Pick<Rosters, "newest">;
  readonly #scheme: SignatureScheme;
  readonly #sha256: Sha256;
  readonly #clock: Clock;
  readonly #nonces = new Nonces();

  constructor(rosters: Pick<Rosters, "newest">, scheme: SignatureScheme, hash: Sha256, clock: Clock) {
    this.#rosters = rosters;
    this.#scheme = scheme;
    this.#sha256 = hash;
    this.#clock = clock;
  }

  /** The centre that signed a request, before its body is read; its nonce counts as used from here on. Throws a ProblemFault `not-signed`. */
  admit(request: SignedHttpHead): Admitted {
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1_000);
    const { centreKeys, coordinator } = this.#rosters.newest;
    const verification = { audience: coordinator.name, nowSeconds, skewSeconds: SKEW_SECONDS };
    const head = signedOrRefused(() => verifyHead(request, (name) => centreKeys.get(name) ?? null, verification, this.#scheme));
    if (!this.#nonces.use(`${head.keyid} ${head.nonce}`, head.expiresSeconds + SKEW_SECONDS, nowSeconds))
      throw new ProblemFault("not-signed", "this signed request was received before: sign it again with a new nonce");
    return { centre: head.keyid, demandBody: (body) => signedOrRefused(() => demandDigest(head, body, this.#sha256)) };
  }
}

function signedOrRefused<T>(check: () => T): T {
  try {
    return check();
  } catch (fault) {
    throw fault instanceof HttpSignatureFault ? new ProblemFault("not-signed", fault.message) : fault;
  }
}
