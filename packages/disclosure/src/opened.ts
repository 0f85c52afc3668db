import type { OpenMean } from "./mean-rows.ts";
import type { Search } from "./reveal.ts";
import { quantileRanks } from "./statistic.ts";

/** Everything that a session opened: pooled, and let through by the rule. What is not in it stays hidden. */
export interface Opened {
  /** By cell. */
  readonly counts: ReadonlyMap<number, number>;
  /** By result: the sum of grid indices, and that of their squares where it opened. */
  readonly sums: ReadonlyMap<number, { readonly sum: bigint; readonly squares: bigint | null }>;
  /** By result, then by the text of the quantile: the grid indices of its two ranks. */
  readonly quantiles: ReadonlyMap<number, ReadonlyMap<string, readonly [low: number, high: number]>>;
}

/** Names the counts that were opened. RangeError when there are not as many as cells. */
export function openedCounts(cells: readonly number[], counts: Uint32Array): Opened["counts"] {
  if (counts.length !== cells.length) throw new RangeError("what was opened is not what was to be opened");
  return new Map(cells.map((cell, i) => [cell, counts[i]!]));
}

/** Names the sums that were opened, as `sumsOf` lists them. RangeError when there are not as many. */
export function openedSums(means: readonly OpenMean[], sums: BigUint64Array): Opened["sums"] {
  const expected = means.reduce((n, { squares }) => n + 1 + Number(squares), 0);
  if (sums.length !== expected) throw new RangeError("what was opened is not what was to be opened");
  let at = 0;
  return new Map(means.map(({ result, squares }) => [result, { sum: sums[at++]!, squares: squares ? sums[at++]! : null }]));
}

/** Names the grid indices that were found for the ranks of each search. */
export function openedQuantiles(searches: readonly Search[], found: readonly (readonly number[])[]): Opened["quantiles"] {
  return new Map(
    searches.map(({ result, quantiles, search }, s) => {
      const at = (rank: number): number => found[s]![search.ranks.indexOf(rank)]!;
      const indices = quantiles.map((quantile) => {
        const [low, high] = quantileRanks(quantile, search.n);
        return [quantile.text, [at(low), at(high)]] as const;
      });
      return [result, new Map(indices)];
    }),
  );
}
