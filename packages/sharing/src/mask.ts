import { add, fold, hadamard, inverse, inverseSquareRoots, mul, sub, sum } from "@tutti/field";
import { SharingFault } from "./fault.ts";
import { opening, type Protocol } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import type { Demand, Supply } from "./supply.ts";

/** Bits of a mask: 31 random bits are a uniform field element but for one value in 2³¹. */
export const MASK_BITS = 31;
/** Spare bits made beside those asked for, because a random element that is 0 gives none. */
const SPARE_BITS = 2;

/** Secret random numbers 0 … 2³¹ − 1, shared whole and bit by bit; number k is `values[k]`, its bits `bits[0][k]` (the lowest) … `bits[30][k]`. */
export interface Masks {
  readonly values: Uint32Array;
  readonly bits: readonly Uint32Array[];
}

/**
 * Makes `count` masks in one exchange: a random bit is (a/√(a²) + 1)/2 for a random a whose square is opened (Damgård, Fitzi,
 * Kiltz, Nielsen, Toft, TCC 2006), √ being the root that is a square itself. May run beside the check of what was dealt: no secret goes into it.
 * Throws a SharingFault: `deal` when a square is none, `defect` when the supply is too small.
 */
export function* masks(scheme: Scheme, count: number, supply: Supply): Protocol<Masks> {
  if (count === 0) return { values: new Uint32Array(0), bits: Array.from({ length: MASK_BITS }, () => new Uint32Array(0)) };
  const wanted = MASK_BITS * count;
  const { randoms, zeros } = supply.unchecked(masksDemand(count).randoms);
  const squares = yield* opening(sum(hadamard(randoms, randoms), zeros), scheme.productDegree);
  const half = inverse(2);
  const usable: number[] = [];
  for (let i = 0; i < squares.length && usable.length < wanted; i++) if (squares[i] !== 0) usable.push(i);
  if (usable.length < wanted) throw new SharingFault("defect", "random elements were zero more often than chance allows; ask again");
  const roots = inverseSquareRoots(Uint32Array.from(usable, (i) => squares[i]!));
  if (roots === null) throw new SharingFault("deal", "the square of a shared element is not a square: something dealt was wrong");
  const shares = usable.map((i, k) => mul(add(mul(randoms[i]!, roots[k]!), 1), half));
  const bits = Array.from({ length: MASK_BITS }, (_, b) => Uint32Array.from(shares.slice(b * count, (b + 1) * count)));
  const values = new Uint32Array(count);
  for (let b = MASK_BITS - 1; b >= 0; b--) for (let k = 0; k < count; k++) values[k] = add(fold(2 * values[k]!), bits[b]![k]!);
  return { values, bits };
}

/** What `masks` uses. */
export function masksDemand(count: number): Demand {
  const elements = count === 0 ? 0 : MASK_BITS * count + SPARE_BITS;
  return { randoms: elements, zeros: elements, doubles: 0 };
}

/** The masks from index `from` to before `to`. */
export function sliceMasks(whole: Masks, from: number, to: number): Masks {
  return { values: whole.values.subarray(from, to), bits: whole.bits.map((bit) => bit.subarray(from, to)) };
}

/** 1 − x of a shared bit where the public bit is 1, x where it is 0: their exclusive or. */
export function xorPublic(shared: number, open: number): number {
  return open === 1 ? sub(1, shared) : shared;
}
