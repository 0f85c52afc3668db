import { type Distance, pairsLeft, type Policy } from "@tutti/disclosure";
import type { Random } from "@tutti/field";
import {
  dealing,
  type Demand,
  demandOf,
  holdersDeal,
  type Protocol,
  type Scheme,
  smallness,
  smallnessDemand,
  type SmallValues,
  type Supply,
  together,
} from "@tutti/sharing";
import type { Guard } from "./participation.ts";

/** What of a difference is too small to tell: 1 … k − 1; also 0 where patients may be missing from the count. */
function nearValues({ threshold }: Policy, partial: boolean): SmallValues {
  return { from: partial ? 0 : 1, to: threshold - 1 };
}

const ZERO: SmallValues = { from: 0, to: 0 };

/** What the distances of pairs are worked out from. */
export interface Comparison {
  readonly scheme: Scheme;
  readonly guard: Guard;
  /** The centres that contributed. */
  readonly present: ReadonlySet<string>;
  /** Shares of the pooled differences, one a pair of the guard. */
  readonly differences: Uint32Array;
  readonly policy: Policy;
}

/**
 * Tests, for some pairs of the guard, how many patients are in one of the two only, and opens no more than the distance.
 * Where a centre of the earlier release is not among those present, its patients can't be counted: what seems equal is near.
 *
 * @param chosen indices of the pairs
 * @returns the distance of each of these
 */
export function* distancesOf(comparison: Comparison, chosen: readonly number[], supply: Supply): Protocol<readonly Distance[]> {
  const { scheme, guard, present, differences, policy } = comparison;
  const pairs = chosen.map((pair) => guard.pairs[pair]!);
  const partial = guard.earlier.map(({ participants }) => participants.some((centre) => !present.has(centre)));
  const all = [...pairs.keys()];
  const whole = all.filter((i) => !partial[pairs[i]!.earlier]);
  const cut = all.filter((i) => partial[pairs[i]!.earlier]);
  const same = whole.filter((i) => pairs[i]!.same);
  const some = (places: readonly number[]): Uint32Array => Uint32Array.from(places, (i) => differences[chosen[i]!]!);
  const [nearWhole, nearCut, equal] = yield* together([
    smallness(scheme, some(whole), nearValues(policy, false), supply),
    smallness(scheme, some(cut), nearValues(policy, true), supply),
    smallness(scheme, some(same), ZERO, supply),
  ]);
  const distances = all.map((): Distance => "far");
  whole.forEach((i, k) => nearWhole[k]! && (distances[i] = "near"));
  cut.forEach((i, k) => nearCut[k]! && (distances[i] = "near"));
  same.forEach((i, k) => equal[k]! && (distances[i] = "equal"));
  return distances;
}

/** What `distancesOf` uses at most: who will have contributed is not known when it is dealt. */
export function distancesDemand({ pairs }: Guard, chosen: readonly number[], policy: Policy): Demand {
  const whole = smallnessDemand(nearValues(policy, false), chosen.length);
  const cut = smallnessDemand(nearValues(policy, true), chosen.length);
  const either = {
    randoms: Math.max(whole.randoms, cut.randoms),
    zeros: Math.max(whole.zeros, cut.zeros),
    doubles: Math.max(whole.doubles, cut.doubles),
  };
  return demandOf(either, smallnessDemand(ZERO, chosen.filter((pair) => pairs[pair]!.same).length));
}

/** The pairs that are tested beside the verdicts. */
export function pairsFirst({ pairs }: Guard): readonly number[] {
  return pairs.flatMap(({ later }, pair) => (later ? [] : [pair]));
}

/** Tests the pairs of cells that have changed against all that was told; what that takes is dealt now, since it is seldom needed. */
export function* distancesLeft(
  comparison: Comparison,
  first: readonly (Distance | null)[],
  self: number,
  random: Random,
): Protocol<readonly (Distance | null)[]> {
  const { scheme, guard, policy } = comparison;
  const left = pairsLeft(guard.pairs, first);
  if (left.length === 0) return first;
  const dealt = yield* dealing(holdersDeal(scheme, distancesDemand(guard, left, policy)), self, null, random);
  yield* dealt.check;
  const found = yield* distancesOf(comparison, left, dealt.supply);
  const distances = [...first];
  left.forEach((pair, i) => (distances[pair] = found[i]!));
  return distances;
}
