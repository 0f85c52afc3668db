import { fold, fromInteger, sub } from "@tutti/field";
import { multiply, vanishes, vanishesDemand } from "./product.ts";
import { type Protocol, together } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import { type Demand, demandOf, type Supply } from "./supply.ts";

/** The values for which a cell hides: every whole number from `from` to `to`, both included. */
export interface SmallValues {
  readonly from: number;
  readonly to: number;
}

/**
 * Tests secret counts against the threshold while they are secret: for each, opens only whether it is one of the small
 * values. With m small values the polynomial ∏ (x − j) is taken in u = (2x − from − to)², whose roots lie in pairs,
 * so that m values cost about m/2 products; everything is multiplied by a random secret ρ, so that what opens is 0 or
 * uniform. ρ = 0 (once in 2³¹) hides a cell that might have opened, never the other way. The counts and the supply
 * must have passed their check.
 */
export function* smallness(scheme: Scheme, counts: Uint32Array, small: SmallValues, supply: Supply): Protocol<boolean[]> {
  if (counts.length === 0) return [];
  const middle = fromInteger(small.from + small.to);
  const centred = Uint32Array.from(counts, (x) => sub(fold(2 * x), middle));
  const rho = supply.randoms(counts.length);
  const { odd, squares } = rootsOf(small);
  if (squares.length === 0) return yield* vanishes(scheme, [centred, rho], supply);
  const [square, masked] = yield* together<[Uint32Array, Uint32Array]>([
    multiply(scheme, centred, centred, supply),
    odd ? multiply(scheme, centred, rho, supply) : nothing(rho),
  ]);
  const leaves = squares.map((root) => Uint32Array.from(square, (u) => sub(u, root)));
  return yield* vanishes(scheme, [...leaves, masked], supply);
}

/** What `smallness` uses for `width` counts. */
export function smallnessDemand(small: SmallValues, width: number): Demand {
  const { odd, squares } = rootsOf(small);
  const first = { randoms: width, zeros: 0, doubles: squares.length === 0 ? 0 : (odd ? 2 : 1) * width };
  return demandOf(first, vanishesDemand(squares.length + 1, width));
}

/** In 2x − from − to the small values lie at ±(to − from), ±(to − from − 2), …: squared, one root a pair, and 0 when their number is odd. */
function rootsOf(small: SmallValues): { readonly odd: boolean; readonly squares: readonly number[] } {
  const squares: number[] = [];
  for (let root = small.to - small.from; root > 0; root -= 2) squares.push(fold(root * root));
  return { odd: (small.to - small.from) % 2 === 0, squares };
}

// eslint-disable-next-line require-yield
function* nothing<T>(value: T): Protocol<T> {
  return value;
}
