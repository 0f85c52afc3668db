import type { ExactGrid } from "@tutti/dataset";
import type { Predicate } from "./predicate.ts";

/**
 * What a query means, as a fixed list of numbers. A pure function of (query, dataset): the same at every
 * party, and never a value from data.
 *
 * A centre contributes its `inputs`. The network may open `cells`, each a sum of count inputs. `relations`
 * say which cells add up to which. `results` are the rows of the release, in order.
 */
export interface Plan {
  /** `id@version` */
  readonly dataset: string;
  readonly inputs: readonly Input[];
  readonly cells: readonly Cell[];
  readonly relations: readonly Relation[];
  readonly results: readonly Result[];
}

/**
 * What each centre contributes, over its patients who satisfy `predicate`.
 * - `count`: how many they are; 1 number.
 * - `histogram`: how many of them have each value of the variable's grid; `points` numbers.
 * - `sum`: the sum of (grid index)^power over those whose value is known; 1 wide number.
 */
export type Input =
  | { readonly kind: "count"; readonly predicate: Predicate }
  | { readonly kind: "histogram"; readonly predicate: Predicate; readonly variable: string; readonly points: number }
  | { readonly kind: "sum"; readonly predicate: Predicate; readonly variable: string; readonly power: 1 | 2 };

/** A pooled number of patients that may be opened. */
export interface Cell {
  /** The canonical text of the predicate that its patients satisfy; cells with the same text are one cell. */
  readonly key: string;
  /**
   * `patients`: a count of a cohort or stratum. `known`: those whose value is recorded. `part`: those with one value.
   * `missing`: those whose value, or whose stratum, is not recorded; tested only where the policy or the dictionary says so.
   */
  readonly role: "patients" | "known" | "part" | "missing";
  /** For `missing`: true when the dictionary says that being recorded is itself sensitive. */
  readonly sensitive: boolean;
  /** Indices of the inputs that add up to this cell; a histogram counts with the sum of all its points. */
  readonly terms: readonly number[];
  /**
   * Which cohorts or strata it tells something of: indices of their cells with the role `patients` (or `missing`, where a stratum is not
   * recorded), rising. A cell that is a stratum itself also tells of the stratum.
   */
  readonly within: readonly number[];
}

/** The cell `total` is the sum of the cells `parts`, whatever the data. */
export interface Relation {
  readonly total: number;
  readonly parts: readonly number[];
}

/** The values of the `by` variables that a result is about: `{}` is all patients of the cohort. */
export type Stratum = Readonly<Record<string, string | boolean>>;

interface Row {
  readonly measure: string;
  readonly stratum: Stratum;
}

/** One row of the release; numbers are indices into `cells` or `inputs`. */
export type Result =
  | (Row & { readonly kind: "count"; readonly count: number })
  | (Row & { readonly kind: "proportion"; readonly known: number; readonly positive: number; readonly negative: number })
  | (Row & { readonly kind: "distribution"; readonly known: number; readonly counts: readonly (readonly [label: string, cell: number])[] })
  | (Row & {
      readonly kind: "quantiles";
      readonly known: number;
      readonly variable: string;
      readonly grid: ExactGrid;
      readonly at: readonly Quantile[];
      readonly histograms: readonly number[];
    })
  | (Row & {
      readonly kind: "mean";
      readonly known: number;
      readonly variable: string;
      readonly grid: ExactGrid;
      readonly sums: readonly number[];
      readonly squares: readonly number[];
    });

/** A quantile asked for: `numerator / denominator` in lowest terms, strictly between 0 and 1; `text` is the key in the release. */
export interface Quantile {
  readonly text: string;
  readonly numerator: number;
  readonly denominator: number;
}

/** Where each input lies in a centre's contribution: counts and histograms in the narrow vector, sums in the wide one. */
export interface Layout {
  readonly narrow: number;
  readonly wide: number;
  /** The first position of each input in its vector. */
  readonly offsets: readonly number[];
}

/** The positions of a plan's inputs, in the order of the plan. */
export function layout(plan: Plan): Layout {
  let narrow = 0;
  let wide = 0;
  const offsets = plan.inputs.map((input) => {
    if (input.kind === "sum") return wide++;
    const at = narrow;
    narrow += input.kind === "histogram" ? input.points : 1;
    return at;
  });
  return { narrow, wide, offsets };
}

/**
 * What one centre contributes to a plan: each number is of that centre's patients only and never leaves it unshared.
 * `counts` has `layout(plan).narrow` numbers, each at most the centre's number of patients; `sums` has `layout(plan).wide`.
 */
export interface Contribution {
  readonly counts: Uint32Array;
  readonly sums: BigUint64Array;
}
