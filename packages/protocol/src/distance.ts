import type { Distance, Policy } from "@tutti/disclosure";
import {
  type Demand,
  demandOf,
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

/**
 * Tests, for each pair of the guard, how many patients are in one of the two only, and opens no more than the distance.
 * Where a centre of the earlier release is not among those present, its patients can't be counted: what seems equal is near.
 *
 * @param present the centres that contributed
 * @param differences shares of the pooled differences, one a pair
 */
export function* distancesOf(
  scheme: Scheme,
  { earlier, pairs }: Guard,
  present: ReadonlySet<string>,
  differences: Uint32Array,
  policy: Policy,
  supply: Supply,
): Protocol<readonly Distance[]> {
  const partial = earlier.map(({ participants }) => participants.some((centre) => !present.has(centre)));
  const all = [...pairs.keys()];
  const whole = all.filter((pair) => !partial[pairs[pair]!.earlier]);
  const cut = all.filter((pair) => partial[pairs[pair]!.earlier]);
  const same = whole.filter((pair) => pairs[pair]!.same);
  const some = (chosen: readonly number[]): Uint32Array => Uint32Array.from(chosen, (pair) => differences[pair]!);
  const [nearWhole, nearCut, equal] = yield* together([
    smallness(scheme, some(whole), nearValues(policy, false), supply),
    smallness(scheme, some(cut), nearValues(policy, true), supply),
    smallness(scheme, some(same), ZERO, supply),
  ]);
  const distances = all.map((): Distance => "far");
  whole.forEach((pair, i) => nearWhole[i]! && (distances[pair] = "near"));
  cut.forEach((pair, i) => nearCut[i]! && (distances[pair] = "near"));
  same.forEach((pair, i) => equal[i]! && (distances[pair] = "equal"));
  return distances;
}

/** What `distancesOf` uses at most: who will have contributed is not known when it is dealt. */
export function distancesDemand({ pairs }: Guard, policy: Policy): Demand {
  const whole = smallnessDemand(nearValues(policy, false), pairs.length);
  const cut = smallnessDemand(nearValues(policy, true), pairs.length);
  const either = {
    randoms: Math.max(whole.randoms, cut.randoms),
    zeros: Math.max(whole.zeros, cut.zeros),
    doubles: Math.max(whole.doubles, cut.doubles),
  };
  return demandOf(either, smallnessDemand(ZERO, pairs.filter(({ same }) => same).length));
}
