import type { Random } from "@tutti/field";
import { atLeast, atLeastDemand } from "./comparison.ts";
import { dealing, holdersDeal } from "./dealing.ts";
import { hide, MaskPool } from "./mask-pool.ts";
import type { Masks } from "./mask.ts";
import { type Answering, cumulative, type Point, pointsAsked, type RankSearch, searchRanks } from "./rank-search.ts";
import { isWithinPowers, type RaisedSearch, ranksByPowers, ranksByPowersDemand } from "./ranks-by-powers.ts";
import { type Protocol, together } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import { type Demand, demandOf, type Supply } from "./supply.ts";

/** Masks that one search uses at most; made ahead, beside other work. A few more are for those that wrap (n/2³¹ of them). */
export function masksAhead(points: number, ranks: number): number {
  const { coarse, fine } = pointsAsked(points, ranks);
  return coarse + fine;
}

/** What the comparisons of one search of at most n values use at most. */
export function ranksDemand(points: number, ranks: number, n: number): Demand {
  return atLeastDemand(n, questionsAsked(points, ranks));
}

/**
 * Finds exact order statistics in secret histograms: for each rank m, opens only the index of the first grid point
 * with a cumulative count ≥ m. The histograms, and powers of their cumulative counts, must have passed their check.
 *
 * A search that has powers enough, and for which `supply` has enough, takes one exchange. Others are compared: 2 · (1 + ⌈log₂ (L + 2)⌉) exchanges with
 * 2^L > n, one more when `supply` has too little for the comparisons, two more when `ahead` has too few masks.
 * @param ahead masks made earlier (see `masksAhead`)
 * @param self this holder's index
 * @param supply randomness dealt and checked earlier (see `ranksByPowersDemand`, `ranksDemand`), used if it is enough; else it is dealt here
 * @returns for each search, for each of its ranks, the index of the grid point
 */
export function* findRanks(
  scheme: Scheme,
  searches: readonly RankSearch[],
  ahead: Masks,
  self: number,
  random: Random,
  supply: Supply | null = null,
): Protocol<number[][]> {
  const raised = searches.filter(
    (search): search is RaisedSearch => search.powers !== undefined && isWithinPowers(search.n, search.ranks, search.powers.length),
  );
  const demand = demandOf(...raised.map(({ histogram, ranks }) => ranksByPowersDemand(histogram.length, ranks.length)));
  const quick = supply !== null && covers(supply.left(), demand) ? raised : [];
  const slow = searches.filter((search) => !quick.some((one) => one === search));
  const [byPowers, compared] = yield* together([
    quick.length === 0 ? nothing() : ranksByPowers(scheme, quick, supply!),
    slow.length === 0
      ? nothing()
      : searchRanks(slow, comparing(scheme, slow, new MaskPool(scheme, ahead, self, random), self, random, supply)),
  ]);
  const found = new Map<RankSearch, number[]>([
    ...quick.map((search, i) => [search, byPowers[i]!] as const),
    ...slow.map((search, i) => [search, compared[i]!] as const),
  ]);
  return searches.map((search) => found.get(search)!);
}

/** Counts are opened behind masks, whose bits then tell. */
function comparing(
  scheme: Scheme,
  searches: readonly RankSearch[],
  pool: MaskPool,
  self: number,
  random: Random,
  supply: Supply | null,
): Answering {
  const n = Math.max(...searches.map((search) => search.n));
  const counts = searches.map(({ histogram }) => cumulative(histogram));
  const at = (points: readonly Point[]): Uint32Array => Uint32Array.from(points, ({ search, point }) => counts[search]![point]!);
  const demand = demandOf(...searches.map(({ histogram, ranks }) => ranksDemand(histogram.length, ranks.length, n)));
  let products: Supply | null = null;
  return function* (points, questions) {
    const chosen = yield* pool.take(points.length);
    const hiding = hide(pool, chosen, at(points), n);
    const [hidden, enough] = yield* together([
      hiding,
      products === null ? sufficient(scheme, supply, demand, self, random) : given(products),
    ]);
    products = enough;
    const comparisons = questions.map(({ at: mask, threshold }) => ({ mask, threshold }));
    return yield* atLeast(scheme, hidden.opened, hidden.masks, n, comparisons, products);
  };
}

function questionsAsked(points: number, ranks: number): number {
  const { coarse, fine } = pointsAsked(points, ranks);
  return coarse * ranks + fine;
}

function* sufficient(scheme: Scheme, supply: Supply | null, demand: Demand, self: number, random: Random): Protocol<Supply> {
  if (supply !== null && covers(supply.left(), demand)) return supply;
  const dealt = yield* dealing(holdersDeal(scheme, demand), self, null, random);
  yield* dealt.check;
  return dealt.supply;
}

function covers(left: Demand, demand: Demand): boolean {
  return left.randoms >= demand.randoms && left.zeros >= demand.zeros && left.doubles >= demand.doubles;
}

// eslint-disable-next-line require-yield
function* given<T>(value: T): Protocol<T> {
  return value;
}

function nothing(): Protocol<number[][]> {
  return given<number[][]>([]);
}
