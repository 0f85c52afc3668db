import { add, dot, sub, WIDE_P } from "@tutti/field";
import { coefficientRows, WIDE_CHECKS, wideCoefficientRows } from "./coefficients.ts";
import { expectZero, inspect, inspectWide } from "./inspection.ts";
import type { Protocol } from "./round.ts";
import type { Scheme } from "./scheme.ts";

/** The shares that one dealer gave to this holder, by what was promised of them. */
export interface Inspected {
  readonly dealer: number;
  /** True when the dealer is one of the holders, of whom at most t lie. */
  readonly holder: boolean;
  /** Degree t: what was dealt; `low` ends with the `doubles` low halves of double sharings. */
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
  const rows = coefficientRows(challenge, Math.max(0, ...dealers.map((dealer) => Math.max(dealer.low.length, dealer.high.length))));
  const low = dealers.filter((dealer) => dealer.masks.length > 0);
  const high = dealers.filter((dealer) => dealer.zeroMasks.length > 0);
  const wide = dealers.filter((dealer) => dealer.wide.length > 0);
  const wideRows = wideCoefficientRows(challenge, Math.max(0, ...wide.map((dealer) => dealer.wide.length - WIDE_CHECKS)));
  const checkOfDegree = {
    shares: Uint32Array.from(low.flatMap((dealer) => rows.map((row, c) => add(dealer.masks[c]!, dot(dealer.low, row))))),
    degree: scheme.degree,
    read: (shares: readonly (Uint32Array | null)[]) => inspect(scheme, shares, scheme.degree, low),
  };
  const checkOfZeros = {
    shares: Uint32Array.from(high.flatMap((dealer) => rows.map((row, c) => add(dealer.zeroMasks[c]!, combineZeros(dealer, row))))),
    degree: scheme.productDegree,
    read: (shares: readonly (Uint32Array | null)[]) => expectZero(scheme, inspect(scheme, shares, scheme.productDegree, high), high),
  };
  const checkOfSums = {
    shares: BigUint64Array.from(wide.flatMap((dealer) => wideRows.map((row, c) => combineWide(dealer.wide, row, c)))),
    degree: scheme.degree,
    read: (shares: readonly (BigUint64Array | null)[]) => inspectWide(scheme, shares, wide),
  };
  yield { deal: null, open: [checkOfDegree, checkOfZeros], openWide: wide.length === 0 ? [] : [checkOfSums] };
}

/** The combination of the zeros and of the differences of double sharings: Σ row · high, less Σ row · low over the doubles. */
function combineZeros({ low, high, doubles }: Inspected, row: Uint32Array): number {
  return sub(dot(high, row), dot(low.subarray(low.length - doubles), row.subarray(high.length - doubles)));
}

function combineWide(wide: BigUint64Array, row: readonly bigint[], c: number): bigint {
  const length = wide.length - WIDE_CHECKS;
  let total = wide[length + c]!;
  for (let j = 0; j < length; j++) total = (total + wide[j]! * row[j]!) % WIDE_P;
  return total;
}
