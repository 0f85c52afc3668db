import type { Random } from "@tutti/field";
import { atLeast, atLeastDemand } from "./comparison.ts";
import { dealing, holdersDeal } from "./dealing.ts";
import { hide, MaskPool } from "./mask-pool.ts";
import type { Masks } from "./mask.ts";
import { evaluate, vanishingAt } from "./powers.ts";
import { openProduct } from "./product.ts";
import { type Answering, cumulative, type Point, pointsAsked, type RankSearch, searchRanks } from "./rank-search.ts";
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

/** What one search by powers uses at most, once they are made. */
export function ranksByPowersDemand(points: number, ranks: number): Demand {
  const questions = questionsAsked(points, ranks);
  return { randoms: questions, zeros: questions, doubles: 0 };
}

/** Whether powers up to `highest` tell all ranks of n values: ∏ over the counts below the rank, or over those from it on, must be linear in them. */
export function isWithinPowers(n: number, ranks: readonly number[], highest: number): boolean {
  return ranks.every((rank) => Math.min(rank, n - rank + 1) <= highest);
}

/**
 * Finds exact order statistics in secret histograms: for each rank m, opens only the index of the first grid point
 * with a cumulative count ≥ m. The histograms, and powers of their cumulative counts, must have passed their check.
 *
 * A search that has powers enough, and for which `supply` has enough, takes 2 exchanges. Others are compared: 2 · (1 + ⌈log₂ (L + 2)⌉) exchanges with
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
  const raised = searches.filter(({ n, ranks, powers }) => powers !== undefined && isWithinPowers(n, ranks, powers.length));
  const demand = demandOf(...raised.map(({ histogram, ranks }) => ranksByPowersDemand(histogram.length, ranks.length)));
  const quick = supply !== null && covers(supply.left(), demand) ? raised : [];
  const slow = searches.filter((search) => !quick.includes(search));
  const [byPowers, compared] = yield* together([
    quick.length === 0 ? nothing() : searchRanks(quick, tellingByPowers(scheme, quick, supply!)),
    slow.length === 0
      ? nothing()
      : searchRanks(slow, comparing(scheme, slow, new MaskPool(scheme, ahead, self, random), self, random, supply)),
  ]);
  return searches.map((search) => (quick.includes(search) ? byPowers[quick.indexOf(search)]! : compared[slow.indexOf(search)]!));
}

/**
 * With C a cumulative count, 0 … n, and ρ a random secret: ρ · ∏ (C − j) over the j below the rank opens to 0 just when C is below it, else to
 * something uniform; over the j from the rank on, just when it is not. Whichever has fewer factors is taken.
 */
function tellingByPowers(scheme: Scheme, searches: readonly RankSearch[], supply: Supply): Answering {
  return function* (points, questions) {
    if (questions.length === 0) return [];
    const fromBelow = questions.map(({ at, threshold }) => 2 * threshold <= searches[points[at]!.search]!.n + 1);
    const polynomials = new Map<string, Uint32Array>();
    const products = Uint32Array.from(questions, ({ at, threshold }, k) => {
      const { search, point } = points[at]!;
      const { n, powers } = searches[search]!;
      const [from, to] = fromBelow[k] ? [0, threshold - 1] : [threshold, n];
      const coefficients = polynomials.get(`${from} ${to}`) ?? vanishingAt(from, to);
      polynomials.set(`${from} ${to}`, coefficients);
      return evaluate(coefficients, powers!, point);
    });
    const opened = yield* openProduct(scheme, products, supply.randoms(questions.length), supply);
    return fromBelow.map((below, k) => (opened[k] === 0) !== below);
  };
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
