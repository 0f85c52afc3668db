import { DEFAULT_POLICY, quantileOpens, quantileRanks, type Standing, suppress } from "@tutti/disclosure";
import type { Quantile } from "@tutti/query";
import { type Cohort, PLAN, QUANTILES, SHOWN } from "./cohort-draw.ts";

/** The rules that are compared, k = 5 in all of them. */
export const RULES = ["per centre, then sum", "per centre, small as 0", "pooled", "pooled, complementary"] as const;
export type Rule = (typeof RULES)[number];

/** One number of the report under one rule. */
export interface Answer {
  readonly truth: number;
  /** Null: it hides. */
  readonly told: number | null;
  /** Some of the patients are not in it, though the answer looks whole. */
  readonly partial: boolean;
}

/** What a rule makes of the report. */
export interface Outcome {
  readonly cells: readonly Answer[];
  readonly quantiles: readonly Answer[];
}

const K = DEFAULT_POLICY.threshold;

/**
 * The report under each rule.
 *
 * Per centre, then sum: a centre hides its numbers below k, zeros too, and the sum is over the others; nothing is told when all hide. Per centre,
 * small as 0: a number below k counts as 0. Their quantiles are the median of the quantiles of the centres with at least k values. Pooled: tested
 * and opened as one number, zeros hidden; quantiles by the rule on tails. Complementary: further cells hide so that none can be worked out.
 *
 * @param places the centre of each patient
 */
export function outcomes(cohort: Cohort, places: readonly number[]): Readonly<Record<Rule, Outcome>> {
  const byCentre = cohort.sizes.map(() => new Uint32Array(PLAN.cells.length));
  cohort.inCell.forEach((cells, patient) => {
    const counts = byCentre[places[patient]!]!;
    cells.forEach((inside, cell) => (counts[cell]! += inside));
  });
  const pooled = PLAN.cells.map((_, cell) => byCentre.reduce((sum, counts) => sum + counts[cell]!, 0));
  const medians = QUANTILES.map((_, q) => byCentrePart(cohort, places, q));
  const small = pooled.map((count) => count < K);
  const primary = small.map((hides): Standing => (hides ? "hidden" : "open"));
  return {
    "per centre, then sum": { cells: SHOWN.map((cell) => summed(cell, byCentre, pooled, true)), quantiles: medians.map(ofCentres) },
    "per centre, small as 0": { cells: SHOWN.map((cell) => summed(cell, byCentre, pooled, false)), quantiles: medians.map(ofCentres) },
    pooled: ofPool(cohort, pooled, primary),
    "pooled, complementary": ofPool(cohort, pooled, suppress(PLAN, DEFAULT_POLICY, small)),
  };
}

function summed(cell: number, byCentre: readonly Uint32Array[], pooled: readonly number[], hides: boolean): Answer {
  const large = byCentre.map((counts) => counts[cell]!).filter((count) => count >= K);
  const told = large.reduce((sum, count) => sum + count, 0);
  const truth = pooled[cell]!;
  return { truth, told: hides && large.length === 0 ? null : told, partial: told !== truth };
}

function ofPool(cohort: Cohort, pooled: readonly number[], standing: readonly Standing[]): Outcome {
  const opened = (cell: number): number | null => (standing[cell] === "open" ? pooled[cell]! : null);
  return {
    cells: SHOWN.map((cell) => ({ truth: pooled[cell]!, told: opened(cell), partial: false })),
    quantiles: QUANTILES.map(({ known, quantile }, q) => {
      const truth = quantileOf(
        cohort.values[q]!.filter((value) => value >= 0),
        quantile,
      );
      const n = opened(known);
      return { truth, told: n !== null && quantileOpens(quantile, n, DEFAULT_POLICY) ? truth : null, partial: false };
    }),
  };
}

interface Part {
  readonly truth: number;
  /** Of each centre with at least k values. */
  readonly ofCentres: readonly number[];
}

function byCentrePart({ values, sizes }: Cohort, places: readonly number[], q: number): Part {
  const { quantile } = QUANTILES[q]!;
  const all: number[] = [];
  const some: number[][] = sizes.map(() => []);
  values[q]!.forEach((value, patient) => {
    if (value < 0) return;
    all.push(value);
    some[places[patient]!]!.push(value);
  });
  const enough = some.filter((own) => own.length >= K);
  return { truth: quantileOf(all, quantile), ofCentres: enough.map((own) => quantileOf(own, quantile)) };
}

function ofCentres({ truth, ofCentres: some }: Part): Answer {
  return { truth, told: some.length === 0 ? null : quantileOf(some, MEDIAN), partial: true };
}

const MEDIAN: Quantile = { text: "0.5", numerator: 1, denominator: 2 };

/** The type-2 quantile of some values; NaN of none. */
function quantileOf(values: Iterable<number>, quantile: Quantile): number {
  const sorted = Float64Array.from(values).toSorted();
  const [low, high] = quantileRanks(quantile, sorted.length);
  return (sorted[low - 1]! + sorted[high - 1]!) / 2;
}
