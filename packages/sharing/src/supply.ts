import { SharingFault } from "./fault.ts";

/** How much correlated randomness a protocol uses up. */
export interface Demand {
  /** Sharings of secret random elements, degree t. */
  readonly randoms: number;
  /** Sharings of zero, degree 2t: they mask opened products, whose own polynomials would tell more than their value. */
  readonly zeros: number;
  /** The same secret random element shared with degree t and with degree 2t: they bring products back to degree t. */
  readonly doubles: number;
}

/** The sum of demands. */
export function demandOf(...demands: readonly Demand[]): Demand {
  return demands.reduce((sum, d) => ({ randoms: sum.randoms + d.randoms, zeros: sum.zeros + d.zeros, doubles: sum.doubles + d.doubles }), {
    randoms: 0,
    zeros: 0,
    doubles: 0,
  });
}

/**
 * One holder's shares of correlated randomness, each used once. Whether it was dealt for this query or drawn from a pool
 * does not show. It is closed until the check of what was dealt has passed: a product of a secret with a sharing of too
 * high a degree opens to points that tell of the secret, and by then it is too late to find the liar.
 */
export class Supply {
  readonly #randoms: Uint32Array;
  readonly #zeros: Uint32Array;
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;
  #used: Demand = { randoms: 0, zeros: 0, doubles: 0 };
  #checked = false;

  constructor(randoms: Uint32Array, zeros: Uint32Array, low: Uint32Array, high: Uint32Array) {
    this.#randoms = randoms;
    this.#zeros = zeros;
    this.#low = low;
    this.#high = high;
  }

  /** Opens the supply: everything in it, and the secrets dealt beside it, have passed their check. */
  release(): void {
    this.#checked = true;
  }

  /**
   * Takes sharings of random elements. Throws a SharingFault (`defect`) when too few were asked for, or before the check
   * has passed; so do the others.
   */
  randoms(count: number): Uint32Array {
    this.#expectChecked();
    return this.#randoms.subarray(...this.#take("randoms", count, this.#randoms.length));
  }

  /** Takes sharings of zero of degree 2t. */
  zeros(count: number): Uint32Array {
    this.#expectChecked();
    return this.#zeros.subarray(...this.#take("zeros", count, this.#zeros.length));
  }

  /** Takes double sharings. */
  doubles(count: number): { readonly low: Uint32Array; readonly high: Uint32Array } {
    this.#expectChecked();
    const range = this.#take("doubles", count, this.#low.length);
    return { low: this.#low.subarray(...range), high: this.#high.subarray(...range) };
  }

  /**
   * Takes random elements with zeros, also beside the check: only for openings that nothing but these goes into, so that
   * if the check fails they have told of nothing but randomness that is thrown away.
   */
  unchecked(count: number): { readonly randoms: Uint32Array; readonly zeros: Uint32Array } {
    return {
      randoms: this.#randoms.subarray(...this.#take("randoms", count, this.#randoms.length)),
      zeros: this.#zeros.subarray(...this.#take("zeros", count, this.#zeros.length)),
    };
  }

  /** What is left. */
  left(): Demand {
    return {
      randoms: this.#randoms.length - this.#used.randoms,
      zeros: this.#zeros.length - this.#used.zeros,
      doubles: this.#low.length - this.#used.doubles,
    };
  }

  #expectChecked(): void {
    if (!this.#checked) throw new SharingFault("defect", "run the check of what was dealt to its end before secrets are multiplied");
  }

  #take(kind: keyof Demand, count: number, length: number): [number, number] {
    const from = this.#used[kind];
    if (from + count > length) throw new SharingFault("defect", "the protocol uses more randomness than it asked for");
    this.#used = { ...this.#used, [kind]: from + count };
    return [from, from + count];
  }
}
