import { add, type Random, sum } from "@tutti/field";
import { atLeast, atLeastDemand, type Comparison } from "./comparison.ts";
import { type Dealing, dealing } from "./dealing.ts";
import { SharingFault } from "./fault.ts";
import { type Masks, masks, masksDemand, sliceMasks } from "./mask.ts";
import { opening, type Protocol, together } from "./round.ts";
import { pointsNeeded, type Scheme } from "./scheme.ts";
import { type Demand, demandOf } from "./supply.ts";

/** A secret histogram with a public total, and the ranks to find in it. */
export interface RankSearch {
  /** Shares of how many values lie at each point of the grid. */
  readonly histogram: Uint32Array;
  /** The public number of values. */
  readonly n: number;
  /** 1-based ranks, 1 … n: rank m is the m-th smallest value. */
  readonly ranks: readonly number[];
}

/** Masks that the searches use when no rank falls into a block of its own twice; made ahead, beside other work. */
export function masksAhead(points: number, ranks: number): number {
  const block = blockOf(points);
  return Math.ceil(points / block) - 1 + ranks * (block - 1);
}

/**
 * Finds exact order statistics in secret histograms: for each rank m, opens only the index of the first grid point
 * with a cumulative count ≥ m. Two levels, √points comparisons each: block ends first, then inside the block; every
 * bit opened follows from the index that is the answer.
 *
 * Exchanges: 2 · (1 + ⌈log₂ (L + 2)⌉) with 2^L > n, and two more when `ahead` has too few masks.
 * @param ahead masks made earlier (see `masksAhead`)
 * @param self this holder's index
 * @returns for each search, for each of its ranks, the index of the grid point
 */
export function* findRanks(
  scheme: Scheme,
  searches: readonly RankSearch[],
  ahead: Masks,
  self: number,
  random: Random,
): Protocol<number[][]> {
  const n = Math.max(...searches.map((search) => search.n));
  const pool = new MaskPool(scheme, ahead, self, random);
  const prefixes = searches.map((search) => cumulative(search.histogram));
  const coarse = searches.flatMap(({ histogram }, search) => blockEnds(histogram.length).map((point) => ({ search, point })));
  const coarseAsked = coarse.flatMap(({ search }, mask) => searches[search]!.ranks.map((threshold) => ({ mask, threshold })));
  const fineMost = searches.reduce((most, { histogram, ranks }) => most + ranks.length * (blockOf(histogram.length) - 1), 0);
  const products = holdersDeal(scheme, demandOf(atLeastDemand(n, coarseAsked.length), atLeastDemand(n, fineMost)));

  const first = yield* pool.take(coarse.length);
  const [hiddenEnds, dealt] = yield* together([hide(pool, first, prefixes, coarse, n), dealing(products, self, null, random)]);
  const [, ends] = yield* together([dealt.check, atLeast(scheme, hiddenEnds.opened, hiddenEnds.masks, n, coarseAsked, dealt.supply)]);
  const blocks = searches.map(({ ranks }, search) => ranks.map((_, r) => firstTrue(answersOf(coarse, ends, searches, search, r))));

  const fine = searches.flatMap(({ histogram }, search) =>
    [...new Set(blocks[search])].flatMap((block) => insideOf(histogram.length, block).map((point) => ({ search, block, point }))),
  );
  const fineAsked = fine.flatMap(({ search, block }, mask) =>
    searches[search]!.ranks.flatMap((threshold, r): (Comparison & { r: number })[] =>
      blocks[search]![r] === block ? [{ mask, threshold, r }] : [],
    ),
  );
  const second = yield* pool.take(fine.length);
  const inside = yield* hide(pool, second, prefixes, fine, n);
  const bits = yield* atLeast(scheme, inside.opened, inside.masks, n, fineAsked, dealt.supply);
  return searches.map(({ histogram, ranks }, search) =>
    ranks.map((_, r) => {
      const answers = bits.filter((_, k) => fineAsked[k]!.r === r && fine[fineAsked[k]!.mask]!.search === search);
      return blocks[search]![r]! * blockOf(histogram.length) + firstTrue(answers);
    }),
  );
}

/** What all holders deal among themselves, able to lose as many as an opened product can. */
export function holdersDeal(scheme: Scheme, demand: Demand): Dealing {
  const dealers = Array.from({ length: scheme.holders }, (_, holder) => ({ contributes: false, holder }));
  return { scheme, dealers, counts: 0, sums: 0, demand, spare: scheme.holders - pointsNeeded(scheme, scheme.productDegree) };
}

interface Hidden {
  readonly opened: Uint32Array;
  readonly masks: Masks;
}

/**
 * Opens cumulative counts behind masks. One that opens below n may have wrapped around the field and is masked anew;
 * that an opened number is small says nothing, since it is uniform.
 */
function* hide(
  pool: MaskPool,
  chosen: Masks,
  prefixes: readonly Uint32Array[],
  points: readonly { readonly search: number; readonly point: number }[],
  n: number,
): Protocol<Hidden> {
  const secrets = Uint32Array.from(points, ({ search, point }) => prefixes[search]![point]!);
  const values = chosen.values.slice();
  const bits = chosen.bits.map((bit) => bit.slice());
  const opened = yield* opening(sum(secrets, values), pool.scheme.degree);
  for (let again = wrapped(opened, n); again.length > 0; again = wrapped(opened, n)) {
    const fresh = yield* pool.take(again.length);
    const renewed = yield* opening(
      sum(
        Uint32Array.from(again, (i) => secrets[i]!),
        fresh.values,
      ),
      pool.scheme.degree,
    );
    again.forEach((i, k) => {
      opened[i] = renewed[k]!;
      values[i] = fresh.values[k]!;
      bits.forEach((bit, b) => (bit[i] = fresh.bits[b]![k]!));
    });
  }
  return { opened, masks: { values, bits } };
}

function wrapped(opened: Uint32Array, n: number): number[] {
  return Array.from(opened.keys()).filter((i) => opened[i]! < n);
}

/** Masks made ahead, and more when they run out (two exchanges). */
class MaskPool {
  readonly scheme: Scheme;
  readonly #self: number;
  readonly #random: Random;
  #masks: Masks;

  constructor(scheme: Scheme, ahead: Masks, self: number, random: Random) {
    this.scheme = scheme;
    this.#self = self;
    this.#random = random;
    this.#masks = ahead;
  }

  *take(count: number): Protocol<Masks> {
    if (count > this.#masks.values.length) {
      const dealt = yield* dealing(holdersDeal(this.scheme, masksDemand(count)), this.#self, null, this.#random);
      const [, made] = yield* together([dealt.check, masks(this.scheme, count, dealt.supply)]);
      return made;
    }
    const taken = sliceMasks(this.#masks, 0, count);
    this.#masks = sliceMasks(this.#masks, count, this.#masks.values.length);
    return taken;
  }
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

function answersOf(
  coarse: readonly { search: number }[],
  bits: readonly boolean[],
  searches: readonly RankSearch[],
  search: number,
  rank: number,
): boolean[] {
  const answers: boolean[] = [];
  let at = 0;
  for (const { search: of } of coarse) {
    if (of === search) answers.push(bits[at + rank]!);
    at += searches[of]!.ranks.length;
  }
  return answers;
}

/** Where a run of false turns into true; the length when it never does. */
function firstTrue(answers: readonly boolean[]): number {
  const first = answers.indexOf(true);
  if (first >= 0 && answers.includes(false, first)) throw new SharingFault("defect", "cumulative counts do not rise");
  return first < 0 ? answers.length : first;
}
