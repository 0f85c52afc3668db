/**
 * What a cell of a report says, apart from how it is written. `hidden` says only which kind of number is not shown:
 * a reader cannot tell a small number from one hidden to protect it. `of` names the statistics: `quantile_0.5`, `mean`, `sd`.
 */
export type Meaning =
  | { readonly is: "nothing" }
  | { readonly is: "count"; readonly count: number }
  | { readonly is: "share"; readonly count: number; readonly rate: number }
  | { readonly is: "rate"; readonly rate: number }
  | { readonly is: "interval"; readonly low: number; readonly high: number }
  | { readonly is: "quantiles"; readonly values: Readonly<Record<string, number | null>> }
  | { readonly is: "mean"; readonly mean: number; readonly sd: number | null }
  | { readonly is: "hidden"; readonly what: "count"; readonly below: number }
  | { readonly is: "hidden"; readonly what: "statistic"; readonly of: readonly string[] };

/** One cell of a report: how it is written, the mark of its footnote or "", and what it says. */
export interface Cell {
  readonly text: string;
  readonly mark: string;
  readonly meaning: Meaning;
}
