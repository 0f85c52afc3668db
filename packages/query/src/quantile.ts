import type { Quantile } from "./plan.ts";

const exact = (text: string, numerator: number, denominator: number): readonly [number, Quantile] => [
  Number(text),
  { text, numerator, denominator },
];

/**
 * The quantiles that may be asked for. The list is fixed: with quantiles of one's choice, one at each 1/n, the values
 * of all patients could be read off one by one.
 */
const QUANTILES: ReadonlyMap<number, Quantile> = new Map([
  exact("0.05", 1, 20),
  exact("0.1", 1, 10),
  exact("0.2", 1, 5),
  exact("0.25", 1, 4),
  exact("0.3", 3, 10),
  exact("0.4", 2, 5),
  exact("0.5", 1, 2),
  exact("0.6", 3, 5),
  exact("0.7", 7, 10),
  exact("0.75", 3, 4),
  exact("0.8", 4, 5),
  exact("0.9", 9, 10),
  exact("0.95", 19, 20),
]);

/** The numbers that `at` may hold, rising. */
export const ALLOWED_QUANTILES: readonly number[] = [...QUANTILES.keys()];

/** The exact fraction of an allowed quantile, or undefined. */
export function quantileOf(at: number): Quantile | undefined {
  return QUANTILES.get(at);
}
