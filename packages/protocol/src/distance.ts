import { type Distance, emptyIsNear, type Policy, releasesOf } from "@tutti/disclosure";
import type { Random } from "@tutti/field";
import {
  type Dealer,
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

/** What of a difference is too small to tell: 1 … k − 1; also 0 where patients may be missing from the count, or nobody would tell. */
function nearValues({ threshold }: Policy, alsoNobody: boolean): SmallValues {
  return { from: alsoNobody ? 0 : 1, to: threshold - 1 };
}

const ZERO: SmallValues = { from: 0, to: 0 };

/** What the distances of pairs are worked out from. */
export interface Comparison {
  readonly scheme: Scheme;
  readonly guard: Guard;
  readonly policy: Policy;
  /** Names of all participants. */
  readonly participants: readonly string[];
  /** Those of them whose patients are in the totals, as indices. */
  readonly contributors: readonly number[];
}

/** Pooled differences of some pairs, as one holder's shares, and whose patients are in them. */
export interface Pooled {
  /** Indices of the pairs. */
  readonly pairs: readonly number[];
  readonly shares: Uint32Array;
  /** Participants, as indices. */
  readonly contributors: readonly number[];
}

/**
 * Tests, for some pairs of the guard, how many patients are in one of the two only, and opens no more than the distance.
 * Where the patients of a centre that was in the earlier release, or is in the totals, can't be counted, what seems equal is near; also where that nobody
 * differs would tell what hides.
 *
 * @returns the distance of each pair
 */
export function* distancesOf(comparison: Comparison, pooled: Pooled, supply: Supply): Protocol<readonly Distance[]> {
  const { scheme, guard, policy, participants, contributors } = comparison;
  const counted = new Set(pooled.contributors.map((dealer) => participants[dealer]!));
  const lost = contributors.some((dealer) => !counted.has(participants[dealer]!));
  const partial = guard.earlier.map((past) => lost || past.participants.some((centre) => !counted.has(centre)));
  const pairs = pooled.pairs.map((pair) => guard.pairs[pair]!);
  const all = [...pairs.keys()];
  const isCut = (i: number): boolean => emptyIsNear(pairs[i]!, policy) || releasesOf(pairs[i]!).some((earlier) => partial[earlier]);
  const whole = all.filter((i) => !isCut(i));
  const cut = all.filter(isCut);
  const same = whole.filter((i) => pairs[i]!.same);
  const some = (places: readonly number[]): Uint32Array => Uint32Array.from(places, (i) => pooled.shares[i]!);
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

/**
 * The pairs whose differences are dealt with everything else: those that are tested first; all of them where some participants hold no points, since
 * these deal only once.
 */
export function pairsDealt(guard: Guard, dealers: readonly Dealer[]): readonly number[] {
  return dealers.some(({ holder }) => holder === null) ? [...guard.pairs.keys()] : pairsFirst(guard);
}

/** Some of the pairs whose differences are pooled. */
export function chosenOf({ pairs, shares, contributors }: Pooled, chosen: readonly number[]): Pooled {
  const places = new Map(pairs.map((pair, place) => [pair, place]));
  return { pairs: chosen, shares: Uint32Array.from(chosen, (pair) => shares[places.get(pair)!]!), contributors };
}

/** What is needed to test the pairs that have turned out to need it. */
export interface Rest {
  /** Indices of the pairs. */
  readonly left: readonly number[];
  /** The differences that were dealt with everything else. */
  readonly dealt: Pooled;
  readonly dealers: readonly Dealer[];
  readonly self: number;
  readonly holder: number;
  /** This centre's own differences, one a pair of the guard. */
  readonly own: Uint32Array;
  readonly random: Random;
}

/** Tests the pairs that are left. What that takes is dealt now, since it is seldom needed: randomness, and where all participants hold points the differences. */
export function* distancesLeft(comparison: Comparison, rest: Rest): Protocol<readonly Distance[]> {
  const { scheme, guard, policy } = comparison;
  const { left, dealt: before, dealers, self, holder, own, random } = rest;
  const demand = distancesDemand(guard, left, policy);
  if (dealers.some((dealer) => dealer.holder === null)) {
    const { check, supply } = yield* dealing(holdersDeal(scheme, demand), holder, null, random);
    yield* check;
    return yield* distancesOf(comparison, chosenOf(before, left), supply);
  }
  const what = { ...holdersDeal(scheme, demand), dealers, counts: left.length };
  const secrets = { counts: Uint32Array.from(left, (pair) => own[pair]!), sums: new BigUint64Array(0) };
  const { check, counts, contributors, supply } = yield* dealing(what, self, secrets, random);
  yield* check;
  return yield* distancesOf(comparison, { pairs: left, shares: counts, contributors }, supply);
}
