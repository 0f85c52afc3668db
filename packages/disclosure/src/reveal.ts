import type { Plan, Quantile, Result } from "@tutti/query";
import type { RankSearch } from "@tutti/sharing";
import type { OpenMean } from "./mean-rows.ts";
import type { Policy } from "./policy.ts";
import { quantileOpens, quantileRanks } from "./statistic.ts";
import type { Standing } from "./suppression.ts";
import type { Totals } from "./totals.ts";

type Mean = Extract<Result, { kind: "mean" }>;
type Quantiles = Extract<Result, { kind: "quantiles" }>;

/** The cells that open under these standings, as indices, rising: those that a result shows. */
export function cellsToOpen(plan: Plan, standing: readonly Standing[]): readonly number[] {
  const shown = new Set(plan.results.flatMap(cellsOf).filter((cell) => standing[cell] === "open"));
  return [...shown].toSorted((a, b) => a - b);
}

/** The cells that a row of the release shows. */
export function cellsOf(result: Result): readonly number[] {
  switch (result.kind) {
    case "count":
      return [result.count];
    case "proportion":
      return [result.known, result.positive, result.negative];
    case "distribution":
      return [result.known, ...result.counts.map(([, cell]) => cell)];
    case "quantiles":
    case "mean":
      return [result.known];
  }
}

/** The inputs that each sum of these means adds up: for each row its sum, then its squares where they open. */
export function sumsOf(plan: Plan, means: readonly OpenMean[]): readonly (readonly number[])[] {
  return means.flatMap(({ result, squares }) => {
    const row = plan.results[result] as Mean;
    return squares ? [row.sums, row.squares] : [row.sums];
  });
}

/** One holder's shares of the sums of means, in the order of `sumsOf`. */
export function meanShares(plan: Plan, means: readonly OpenMean[], totals: Totals): BigUint64Array {
  return totals.sums(sumsOf(plan, means));
}

/** A row of quantiles, those of them that may open, and the ranks that they need. */
export interface Search {
  /** Index of the result. */
  readonly result: number;
  readonly quantiles: readonly Quantile[];
  readonly search: RankSearch;
}

/** The order statistics to be found once the counts are open: for rows whose number of values opened, the quantiles within the tail rule. */
export function searchesOf(plan: Plan, counts: ReadonlyMap<number, number>, policy: Policy, totals: Totals): readonly Search[] {
  return plan.results.flatMap((result, i): Search[] => {
    if (result.kind !== "quantiles") return [];
    const n = counts.get(result.known);
    if (n === undefined) return [];
    const quantiles = result.at.filter((quantile) => quantileOpens(quantile, n, policy));
    if (quantiles.length === 0) return [];
    return [{ result: i, quantiles, search: { histogram: totals.histogram(result), n, ranks: ranksOf(quantiles, n) } }];
  });
}

/** Rows of quantiles of a plan: what a session may have to search. */
export function quantileRows(plan: Plan): readonly Quantiles[] {
  return plan.results.filter((result) => result.kind === "quantiles");
}

/** The ranks of several quantiles of n values, rising, each once. */
export function ranksOf(quantiles: readonly Quantile[], n: number): readonly number[] {
  return [...new Set(quantiles.flatMap((quantile) => quantileRanks(quantile, n)))].toSorted((a, b) => a - b);
}
