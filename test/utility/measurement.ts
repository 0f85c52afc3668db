import { allocation, type Cohort, iphDraw, QUANTILES, SHOWN, syntheticDraw } from "./cohort-draw.ts";
import { gridOf, IPH } from "@tutti/dataset";
import { type Answer, outcomes, type Rule, RULES } from "./rules.ts";

/** What a rule came to at one size, over all cohorts and allocations. */
export interface Measured {
  readonly patients: number;
  readonly centres: number;
  /** Cohorts drawn, times how often each was dealt to the centres. */
  readonly allocations: number;
  readonly rule: Rule;
  /** Shares of the report's cells, 0 … 1, that are told and right, told and too low, and hidden. */
  readonly right: number;
  readonly wrong: number;
  readonly hidden: number;
  /** Mean of |told − truth| / truth over cells that are told and not of nobody. */
  readonly sumError: number;
  /** Share of the report's quantiles that are told. */
  readonly quantilesTold: number;
  /** Mean of |told − truth| / truth over quantiles that are told, in the variable's unit. */
  readonly quantileError: number;
}

/** How many cohorts of a size are drawn, and how often each is dealt to the centres. */
interface Size {
  readonly patients: number;
  readonly cohorts: number;
  readonly allocations: number;
}

export const CENTRES = 12;
/** 25 is the IPH cohort: its own allocation, then others. */
export const SIZES: readonly Size[] = [
  { patients: 25, cohorts: 1, allocations: 1_000 },
  { patients: 50, cohorts: 20, allocations: 20 },
  { patients: 100, cohorts: 20, allocations: 20 },
  { patients: 250, cohorts: 20, allocations: 20 },
  { patients: 1_000, cohorts: 10, allocations: 20 },
  { patients: 10_000, cohorts: 3, allocations: 10 },
];

/** Measures all rules at one size. The same seed measures the same. */
export function measured({ patients, cohorts, allocations }: Size, seed: number): readonly Measured[] {
  const sums = RULES.map(() => ({ right: 0, wrong: 0, hidden: 0, sumError: 0, summed: 0, quantiles: 0, quantileError: 0 }));
  for (let number = 0; number < cohorts; number++) {
    const cohort = patients === 25 ? iphDraw() : syntheticDraw(patients, CENTRES, seed + number);
    for (let dealt = 0; dealt < allocations; dealt++) add(cohort, allocation(cohort, seed + number, dealt), sums);
  }
  const runs = cohorts * allocations;
  return RULES.map((rule, r) => {
    const { right, wrong, hidden, sumError, summed, quantiles, quantileError } = sums[r]!;
    const cells = runs * SHOWN.length;
    return {
      patients,
      centres: CENTRES,
      allocations: runs,
      rule,
      right: right / cells,
      wrong: wrong / cells,
      hidden: hidden / cells,
      sumError: sumError / summed,
      quantilesTold: quantiles / (runs * QUANTILES.length),
      quantileError: quantileError / quantiles,
    };
  });
}

interface Sums {
  right: number;
  wrong: number;
  hidden: number;
  sumError: number;
  summed: number;
  quantiles: number;
  quantileError: number;
}

function add(cohort: Cohort, places: readonly number[], sums: readonly Sums[]): void {
  const found = outcomes(cohort, places);
  RULES.forEach((rule, r) => {
    const sum = sums[r]!;
    for (const { truth, told } of found[rule].cells) {
      if (told === null) sum.hidden++;
      else if (told === truth) sum.right++;
      else sum.wrong++;
      if (told === null || truth === 0) continue;
      sum.summed++;
      sum.sumError += Math.abs(told - truth) / truth;
    }
    found[rule].quantiles.forEach((answer, q) => {
      if (answer.told === null) return;
      sum.quantiles++;
      sum.quantileError += errorOf(answer, q);
    });
  });
}

/** |told − truth| / truth of a quantile, in the unit of its variable. */
function errorOf({ truth, told }: Answer, q: number): number {
  const described = IPH.variables[QUANTILES[q]!.variable]!;
  if (described.type !== "number") throw new RangeError("a quantile is of a number");
  const grid = gridOf(described.grid);
  return Math.abs(grid.valueAt(told!) - grid.valueAt(truth)) / Math.abs(grid.valueAt(truth));
}
