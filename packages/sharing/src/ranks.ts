import { add, type Random } from "@tutti/field";
import { atLeast, atLeastDemand, type Comparison } from "./comparison.ts";
import { dealing, holdersDeal } from "./dealing.ts";
import { SharingFault } from "./fault.ts";
import { hide, MaskPool } from "./mask-pool.ts";
import type { Masks } from "./mask.ts";
import { type Protocol, together } from "./round.ts";
import type { Scheme } from "./scheme.ts";
import { type Demand, demandOf, type Supply } from "./supply.ts";

/** A secret histogram with a public total, and the ranks to find in it. */
export interface RankSearch {
  /** Shares of how many values lie at each point of the grid. */
  readonly histogram: Uint32Array;
  /** The public number of values, 1 … 2³⁰ − 1. */
  readonly n: number;
  /** 1-based ranks, 1 … n: rank m is the m-th smallest value. */
  readonly ranks: readonly number[];
}

/** Masks that one search uses at most; made ahead, beside other work. A few more are for those that wrap (n/2³¹ of them). */
export function masksAhead(points: number, ranks: number): number {
  const block = blockOf(points);
  return Math.ceil(points / block) - 1 + ranks * (block - 1);
}

/** What the comparisons of one search of at most n values use at most. */
export function ranksDemand(points: number, ranks: number, n: number): Demand {
  const block = blockOf(points);
  return demandOf(atLeastDemand(n, (Math.ceil(points / block) - 1) * ranks), atLeastDemand(n, ranks * (block - 1)));
}

/**
 * Finds exact order statistics in secret histograms: for each rank m, opens only the index of the first grid point
 * with a cumulative count ≥ m. Two levels, √points comparisons each: block ends first, then inside the block; every
 * bit opened follows from the index that is the answer. The histograms must have passed their check.
 *
 * Exchanges: 2 · (1 + ⌈log₂ (L + 2)⌉) with 2^L > n, one more when `supply` has too little for the comparisons, two more when
 * `ahead` has too few masks.
 * @param ahead masks made earlier (see `masksAhead`)
 * @param self this holder's index
 * @param supply randomness dealt and checked earlier (see `ranksDemand`), used if it is enough; else it is dealt here
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
  if (searches.length === 0) return [];
  const n = Math.max(...searches.map((search) => search.n));
  const pool = new MaskPool(scheme, ahead, self, random);
  const prefixes = searches.map((search) => cumulative(search.histogram));
  const at = (points: readonly Point[]): Uint32Array => Uint32Array.from(points, ({ search, point }) => prefixes[search]![point]!);
  const demand = demandOf(...searches.map(({ histogram, ranks }) => ranksDemand(histogram.length, ranks.length, n)));

  const coarse = searches.flatMap(({ histogram }, search) => blockEnds(histogram.length).map((point) => ({ search, point })));
  const coarseAsked = coarse.flatMap(({ search }, mask) => searches[search]!.ranks.map((threshold, rank) => ({ mask, threshold, rank })));
  const first = yield* pool.take(coarse.length);
  const [ends, products] = yield* together([hide(pool, first, at(coarse), n), enough(scheme, supply, demand, self, random)]);
  const beyond = yield* atLeast(scheme, ends.opened, ends.masks, n, coarseAsked, products);
  const blocks = placesOf(searches, coarse, coarseAsked, beyond);

  const fine = searches.flatMap(({ histogram }, search) =>
    [...new Set(blocks[search])].flatMap((block) => insideOf(histogram.length, block).map((point) => ({ search, block, point }))),
  );
  const fineAsked = fine.flatMap(({ search, block }, mask) =>
    searches[search]!.ranks.flatMap((threshold, rank) => (blocks[search]![rank] === block ? [{ mask, threshold, rank }] : [])),
  );
  const second = yield* pool.take(fine.length);
  const inside = yield* hide(pool, second, at(fine), n);
  const reached = yield* atLeast(scheme, inside.opened, inside.masks, n, fineAsked, products);
  const offsets = placesOf(searches, fine, fineAsked, reached);
  return searches.map(({ histogram, ranks }, s) => ranks.map((_, r) => blocks[s]![r]! * blockOf(histogram.length) + offsets[s]![r]!));
}

interface Point {
  readonly search: number;
  readonly point: number;
}

interface Asked extends Comparison {
  readonly rank: number;
}

function* enough(scheme: Scheme, supply: Supply | null, demand: Demand, self: number, random: Random): Protocol<Supply> {
  if (supply !== null && covers(supply.left(), demand)) return supply;
  const dealt = yield* dealing(holdersDeal(scheme, demand), self, null, random);
  yield* dealt.check;
  return dealt.supply;
}

function covers(left: Demand, demand: Demand): boolean {
  return left.randoms >= demand.randoms && left.zeros >= demand.zeros && left.doubles >= demand.doubles;
}

function cumulative(histogram: Uint32Array): Uint32Array {
  let total = 0;
  return histogram.map((count) => (total = add(total, count)));
}

function blockOf(points: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(points)));
}

/** The last point of every block but the last: the cumulative count there tells whether the answer is beyond. */
function blockEnds(points: number): number[] {
  const block = blockOf(points);
  return Array.from({ length: Math.ceil(points / block) - 1 }, (_, b) => (b + 1) * block - 1);
}

/** The points of a block but its last. */
function insideOf(points: number, block: number): number[] {
  const from = block * blockOf(points);
  const to = Math.min(from + blockOf(points), points) - 1;
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** For each search and rank, at which of the points asked about, in their order, the answer turned true. */
function placesOf(
  searches: readonly RankSearch[],
  points: readonly Point[],
  asked: readonly Asked[],
  bits: readonly boolean[],
): number[][] {
  const answers = searches.map(({ ranks }) => ranks.map((): boolean[] => []));
  asked.forEach(({ mask, rank }, k) => answers[points[mask]!.search]![rank]!.push(bits[k]!));
  return answers.map((ranks) => ranks.map(firstTrue));
}

/** Where a run of false turns into true; the length when it never does. */
function firstTrue(answers: readonly boolean[]): number {
  const first = answers.indexOf(true);
  if (first >= 0 && answers.includes(false, first)) throw new SharingFault("defect", "cumulative counts do not rise");
  return first < 0 ? answers.length : first;
}
