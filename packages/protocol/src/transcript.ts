import { digestWith, LABELS, type Sha256 } from "@tutti/envelope";
import type { Bundle } from "./bundle.ts";

/**
 * The running hash of everything that was said in a session: each exchange adds the heads of all bundles, and who said nothing.
 * Every bundle carries the hash of what came before, so participants who were shown different things stop.
 */
export class Transcript {
  readonly #hash: Sha256;
  #state: Uint8Array;

  /** @param session the id, 32 bytes: a hash of offer, participants, keys, policies and plan */
  constructor(session: Uint8Array, hash: Sha256) {
    this.#hash = hash;
    this.#state = digestWith(hash, LABELS.transcript, session);
  }

  /** 32 bytes. */
  get state(): Uint8Array {
    return this.#state;
  }

  /** Adds one exchange: the bundle of each participant in session order, null for one that is gone. */
  add(exchange: number, bundles: readonly (Pick<Bundle, "head"> | null)[]): void {
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, exchange);
    const heads = bundles.map((bundle) => bundle?.head ?? new Uint8Array(0));
    this.#state = digestWith(this.#hash, LABELS.transcript, this.#state, number, ...heads);
  }

  /** Public randomness that nobody knew before all had spoken. */
  challenge(): Uint8Array {
    return digestWith(this.#hash, LABELS.challenge, this.#state);
  }
}
