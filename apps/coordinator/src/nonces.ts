/** Nonces are forgotten in lots of this many seconds. */
const LOT_SECONDS = 10;

/** The nonces of signed requests that still count, so that none counts twice. */
export class Nonces {
  readonly #lots = new Map<number, Set<string>>();

  /**
   * Whether a nonce is new; it is not when asked again.
   * @param untilSeconds when the signature no longer counts, seconds since 1970
   */
  use(nonce: string, untilSeconds: number, nowSeconds: number): boolean {
    const text = withoutItsRequest(nonce);
    const last = Math.ceil(untilSeconds / LOT_SECONDS);
    const lot = this.#lots.get(last);
    if (lot?.has(text) === true) return false;
    if (lot !== undefined) lot.add(text);
    else {
      for (const old of this.#lots.keys()) if (old * LOT_SECONDS < nowSeconds) this.#lots.delete(old);
      this.#lots.set(last, new Set([text]));
    }
    return true;
  }
}

/** The text in memory of its own: a part of a header keeps the whole header. */
function withoutItsRequest(nonce: string): string {
  return Buffer.from(nonce).toString("latin1");
}
