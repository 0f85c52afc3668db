import { add } from "@tutti/field";
import { SharingFault } from "./fault.ts";
import type { Powers } from "./powers.ts";
import type { Protocol } from "./round.ts";

/** A secret histogram with a public total, and the ranks to find in it. */
export interface RankSearch {
  /** Shares of how many values lie at each point of the grid. */
  readonly histogram: Uint32Array;
  /** The public number of values, 1 … 2³⁰ − 1. */
  readonly n: number;
  /** 1-based ranks, 1 … n: rank m is the m-th smallest value. */
  readonly ranks: readonly number[];
  /** Powers of the cumulative counts (`cumulative`), if some were made. */
  readonly powers?: Powers | undefined;
}

/** A cumulative count of a search. */
export interface Point {
  /** Index of the search. */
  readonly search: number;
  /** Index on its grid. */
  readonly point: number;
}

/** Whether the cumulative count at a point is at least a rank. */
export interface Question {
  /** Index of the point among those that are asked about. */
  readonly at: number;
  readonly threshold: number;
  /** Index of the rank among those of its search. */
  readonly rank: number;
}

/** Opens the answers to questions, and nothing more. */
export type Answering = (points: readonly Point[], questions: readonly Question[]) => Protocol<readonly boolean[]>;

/**
 * For each rank m of each search the index of the first grid point with a cumulative count ≥ m, on two levels of about √points questions each: block
 * ends first, then inside the block. Every answer follows from the index.
 */
export function* searchRanks(searches: readonly RankSearch[], answer: Answering): Protocol<number[][]> {
  const coarse = searches.flatMap(({ histogram }, search) => blockEnds(histogram.length).map((point) => ({ search, point })));
  const coarseAsked = coarse.flatMap(({ search }, at) => searches[search]!.ranks.map((threshold, rank) => ({ at, threshold, rank })));
  const blocks = placesOf(searches, coarse, coarseAsked, yield* answer(coarse, coarseAsked));

  const fine = searches.flatMap(({ histogram }, search) =>
    [...new Set(blocks[search])].flatMap((block) => insideOf(histogram.length, block).map((point) => ({ search, block, point }))),
  );
  const fineAsked = fine.flatMap(({ search, block }, at) =>
    searches[search]!.ranks.flatMap((threshold, rank) => (blocks[search]![rank] === block ? [{ at, threshold, rank }] : [])),
  );
  const offsets = placesOf(searches, fine, fineAsked, yield* answer(fine, fineAsked));
  return searches.map(({ histogram, ranks }, s) => ranks.map((_, r) => blocks[s]![r]! * blockOf(histogram.length) + offsets[s]![r]!));
}

/** Points that a search of so many ranks asks about at most: first, and then. */
export function pointsAsked(points: number, ranks: number): { readonly coarse: number; readonly fine: number } {
  const block = blockOf(points);
  return { coarse: Math.ceil(points / block) - 1, fine: ranks * (block - 1) };
}

/** Shares of how many values lie at each point of the grid or below. */
export function cumulative(histogram: Uint32Array): Uint32Array {
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
  asked: readonly Question[],
  bits: readonly boolean[],
): number[][] {
  const answers = searches.map(({ ranks }) => ranks.map((): boolean[] => []));
  asked.forEach(({ at, rank }, k) => answers[points[at]!.search]![rank]!.push(bits[k]!));
  return answers.map((ranks) => ranks.map(firstTrue));
}

/** Where a run of false turns into true; the length when it never does. Throws a SharingFault `defect` when it turns back. */
export function firstTrue(answers: readonly boolean[]): number {
  const first = answers.indexOf(true);
  if (first >= 0 && answers.includes(false, first)) throw new SharingFault("defect", "cumulative counts do not rise");
  return first < 0 ? answers.length : first;
}
