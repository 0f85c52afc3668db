import type { Plan, Quantile, Result } from "@tutti/query";
import type { RankSearch } from "@tutti/sharing";
import type { Policy } from "./policy.ts";
import { quantileOpens, quantileRanks } from "./statistic.ts";
import type { Standing } from "./suppression.ts";
import type { Totals } from "./totals.ts";

type Quantiles = Extract<Result, { kind: "quantiles" }>;

/** What is opened first: pooled counts of patients, and the sums of the means whose count opens. */
export interface Reveal {
  /** Cells that open, as indices, rising. */
  readonly cells: readonly number[];
  /** Rows of means whose sums open, as indices of results. */
  readonly means: readonly number[];
}

/** What opens under these standings: cells that a result shows, and means of patients whose number opens. */
export function revealOf(plan: Plan, standing: readonly Standing[]): Reveal {
  const shown = new Set(plan.results.flatMap(cellsOf).filter((cell) => standing[cell] === "open"));
  const means = plan.results.flatMap((result, i) => (result.kind === "mean" && shown.has(result.known) ? [i] : []));
  return { cells: [...shown].toSorted((a, b) => a - b), means };
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

/** One holder's shares of what opens first, in the order of the reveal; for each mean its sum, then its squares. */
export function revealShares(reveal: Reveal, plan: Plan, totals: Totals): { readonly counts: Uint32Array; readonly sums: BigUint64Array } {
  const lists = reveal.means.flatMap((i) => {
    const result = plan.results[i]!;
    return result.kind === "mean" ? [result.sums, result.squares] : [];
  });
  return { counts: totals.cells(reveal.cells), sums: totals.sums(lists) };
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
