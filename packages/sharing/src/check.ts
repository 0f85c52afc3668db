import { add, difference, fold, join, mul, P, WIDE_P } from "@tutti/field";
import { sha256 } from "@noble/hashes/sha2.js";
import { SharingFault } from "./fault.ts";
import { decodeErrors, lagrange } from "./interpolate.ts";
import { open, openWide, type Shares } from "./open.ts";
import type { Protocol } from "./round.ts";
import type { Scheme } from "./scheme.ts";

/** Random combinations opened of each dealer's parcels: grinding a challenge that hides a lie costs 2^(31 · CHECKS) tries. */
export const CHECKS = 4;
/** The same of wide sharings, 61 bits each. */
export const WIDE_CHECKS = 2;

/** The shares that one dealer gave to this holder, by what was promised of them. */
export interface Inspected {
  readonly dealer: number;
  /** Degree t. `low` ends with the `doubles` low halves of double sharings. */
  readonly counts: Uint32Array;
  readonly low: Uint32Array;
  readonly masks: Uint32Array;
  /** Degree 2t and zero, once the low half of each double sharing is subtracted from the high halves that `high` ends with. */
  readonly high: Uint32Array;
  readonly zeroMasks: Uint32Array;
  readonly doubles: number;
  /** Degree t, wide; ends with the masks. */
  readonly wide: BigUint64Array;
}

/**
 * Opens random combinations of everything that each dealer dealt, each masked by a sharing dealt for it alone, and
 * throws a SharingFault when one has the wrong degree, is not the zero that was promised, or two halves of a double
 * sharing differ. The coefficients come from the challenge, which depends on a commitment to all that was dealt.
 */
export function* check(scheme: Scheme, dealers: readonly Inspected[], challenge: Uint8Array): Protocol<void> {
  const coefficients = coefficientsOf(dealers, challenge);
  const low = dealers.filter((dealer) => dealer.masks.length > 0);
  const high = dealers.filter((dealer) => dealer.zeroMasks.length > 0);
  const wide = dealers.filter((dealer) => dealer.wide.length > 0);
  const wideCoefficients = wideCoefficientsOf(wide, challenge);
  yield {
    deal: null,
    open: [
      {
        shares: join(low.map((dealer) => combine(join([dealer.counts, dealer.low]), dealer.masks, coefficients))),
        degree: scheme.degree,
        read: (shares) => inspect(scheme, shares, scheme.degree, low, CHECKS),
      },
      {
        shares: join(high.map((dealer) => combine(zerosOf(dealer), dealer.zeroMasks, coefficients))),
        degree: scheme.productDegree,
        read: (shares) => expectZero(inspect(scheme, shares, scheme.productDegree, high, CHECKS), high),
      },
    ],
    openWide:
      wide.length === 0
        ? []
        : [
            {
              shares: BigUint64Array.from(wide.flatMap((dealer) => combineWide(dealer.wide, wideCoefficients))),
              degree: scheme.degree,
              read: (shares) => inspectWide(scheme, shares, wide),
            },
          ],
  };
}

function zerosOf(dealer: Inspected): Uint32Array {
  const zeros = dealer.high.length - dealer.doubles;
  const low = dealer.low.subarray(dealer.low.length - dealer.doubles);
  return join([dealer.high.subarray(0, zeros), difference(dealer.high.subarray(zeros), low)]);
}

function combine(vector: Uint32Array, masks: Uint32Array, coefficients: readonly Uint32Array[]): Uint32Array {
  return masks.map((mask, c) => {
    const row = coefficients[c]!;
    let total = mask;
    for (let j = 0; j < vector.length; j++) total = add(total, mul(vector[j]!, row[j]!));
    return total;
  });
}

function combineWide(wide: BigUint64Array, coefficients: readonly (readonly bigint[])[]): bigint[] {
  const length = wide.length - WIDE_CHECKS;
  return coefficients.map((row, c) => {
    let total = wide[length + c]!;
    for (let j = 0; j < length; j++) total = (total + wide[j]! * row[j]!) % WIDE_P;
    return total;
  });
}

/**
 * Opens what must open. When it does not: a holder is named if its points are wrong for more than t dealers (t liars
 * can't fake that of an honest holder), a dealer if the points of its sharing are not within t lies of any polynomial;
 * otherwise it is one word against another, and nobody is.
 */
function inspect(scheme: Scheme, shares: Shares<Uint32Array>, degree: number, dealers: readonly Inspected[], each: number): Uint32Array {
  try {
    return open(scheme, shares, degree);
  } catch (fault) {
    if (!(fault instanceof SharingFault) || fault.kind !== "opening") throw fault;
  }
  const present = shares.flatMap((share, i) => (share === null ? [] : [i]));
  const liars: number[] = [];
  const accused = new Map<number, number>();
  dealers.forEach((dealer, d) => {
    const part = shares.map((share) => share?.subarray(d * each, (d + 1) * each) ?? null);
    if (agree(present, part, degree)) return;
    const wrong = decodeErrors(present, part, degree);
    if (wrong === null && Math.floor((present.length - degree - 1) / 2) >= scheme.degree) liars.push(dealer.dealer);
    for (const holder of wrong ?? []) accused.set(holder, (accused.get(holder) ?? 0) + 1);
  });
  const holders = [...accused].filter(([, dealers]) => dealers > scheme.degree).map(([holder]) => holder);
  if (holders.length > 0) throw new SharingFault("opening", "a holder sent wrong shares of the check of what was dealt", holders);
  throw new SharingFault("deal", "what was dealt does not lie on polynomials of the promised degree", liars);
}

function agree(present: readonly number[], shares: Shares<Uint32Array>, degree: number): boolean {
  const base = present.slice(0, degree + 1);
  return present.slice(degree + 1).every((i) => lagrange(base, shares, i + 1).every((x, j) => x === shares[i]![j]));
}

function expectZero(opened: Uint32Array, dealers: readonly Inspected[]): Uint32Array {
  const liars = dealers.filter((_, d) => opened.subarray(d * CHECKS, (d + 1) * CHECKS).some((x) => x !== 0));
  if (liars.length > 0) {
    throw new SharingFault(
      "deal",
      "a sharing promised to be of zero, or a double sharing of one value, is not",
      liars.map((liar) => liar.dealer),
    );
  }
  return opened;
}

function inspectWide(scheme: Scheme, shares: Shares<BigUint64Array>, dealers: readonly Inspected[]): BigUint64Array {
  try {
    return openWide(scheme, shares, scheme.degree);
  } catch (fault) {
    if (!(fault instanceof SharingFault) || fault.kind !== "opening" || dealers.length === 0) throw fault;
    throw new SharingFault("deal", "what was dealt of a sum does not lie on polynomials of the promised degree");
  }
}

function coefficientsOf(dealers: readonly Inspected[], challenge: Uint8Array): Uint32Array[] {
  const length = Math.max(0, ...dealers.map((dealer) => Math.max(dealer.counts.length + dealer.low.length, dealer.high.length)));
  const whole = expand(challenge, 0, CHECKS * length);
  return Array.from({ length: CHECKS }, (_, c) => whole.subarray(c * length, (c + 1) * length));
}

function wideCoefficientsOf(dealers: readonly Inspected[], challenge: Uint8Array): bigint[][] {
  const length = Math.max(0, ...dealers.map((dealer) => dealer.wide.length - WIDE_CHECKS));
  const words = expand(challenge, 1, 2 * WIDE_CHECKS * length);
  return Array.from({ length: WIDE_CHECKS }, (_, c) =>
    Array.from({ length }, (_, j) => {
      const at = 2 * (c * length + j);
      return ((BigInt(words[at]!) << 30n) ^ BigInt(words[at + 1]!)) % WIDE_P;
    }),
  );
}

/** Field elements from a seed: SHA-256 over (seed, stream, counter), 31 bits of each word; the one pattern in 2³¹ that is P counts as 0. */
export function expand(seed: Uint8Array, stream: number, length: number): Uint32Array {
  const block = new Uint8Array(seed.length + 8);
  block.set(seed);
  const view = new DataView(block.buffer);
  view.setUint32(seed.length, stream, true);
  const elements = new Uint32Array(length);
  for (let at = 0; at < length; at += 8) {
    view.setUint32(seed.length + 4, at / 8, true);
    const hash = sha256(block);
    const words = new DataView(hash.buffer, hash.byteOffset);
    for (let k = 0; k < 8 && at + k < length; k++) elements[at + k] = fold(words.getUint32(4 * k, true) & P);
  }
  return elements;
}
