import type { Reveal, Search } from "./reveal.ts";
import { quantileRanks } from "./statistic.ts";

/** Everything that a session opened: pooled, and let through by the rule. What is not in it stays hidden. */
export interface Opened {
  /** By cell. */
  readonly counts: ReadonlyMap<number, number>;
  /** By result: sum and sum of squares of grid indices. */
  readonly sums: ReadonlyMap<number, { readonly sum: bigint; readonly squares: bigint }>;
  /** By result, then by the text of the quantile: the grid indices of its two ranks. */
  readonly quantiles: ReadonlyMap<number, ReadonlyMap<string, readonly [low: number, high: number]>>;
}

/** Names what was opened first. RangeError when the lengths do not fit the reveal. */
export function openedFirst(reveal: Reveal, counts: Uint32Array, sums: BigUint64Array): Pick<Opened, "counts" | "sums"> {
  if (counts.length !== reveal.cells.length || sums.length !== 2 * reveal.means.length)
    throw new RangeError("what was opened is not what the reveal asked for");
  return {
    counts: new Map(reveal.cells.map((cell, i) => [cell, counts[i]!])),
    sums: new Map(reveal.means.map((result, i) => [result, { sum: sums[2 * i]!, squares: sums[2 * i + 1]! }])),
  };
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
