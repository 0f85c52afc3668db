import type { ExactGrid } from "@tutti/dataset";
import type { Quantile } from "@tutti/query";
import type { Policy } from "./policy.ts";

/** Whether a quantile of n values may open: at least `tail` of them lie on its shorter side, and n itself is not small. */
export function quantileOpens({ numerator, denominator }: Quantile, n: number, policy: Policy): boolean {
  const shorter = Math.min(numerator, denominator - numerator);
  return n >= policy.threshold && n * shorter >= policy.tail * denominator;
}

/**
 * The ranks whose mean is a quantile of n ≥ 1 values: ⌈n·p⌉ and ⌊n·p⌋ + 1, equal unless n·p is whole
 * (type 2 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996).
 */
export function quantileRanks({ numerator, denominator }: Quantile, n: number): readonly [low: number, high: number] {
  return [Math.ceil((n * numerator) / denominator), Math.floor((n * numerator) / denominator) + 1];
}

/** The value of a quantile whose two ranks lie at these indices of the grid. */
export function quantileValue(grid: ExactGrid, low: number, high: number): number {
  return grid.valueAt((low + high) / 2);
}

/** Mean of n ≥ 1 values, from the sum of their grid indices; exact but for the last rounding. */
export function mean(grid: ExactGrid, n: number, sum: bigint): number {
  const units = BigInt(grid.fromUnits) * BigInt(n) + BigInt(grid.stepUnits) * sum;
  return quotient(units, BigInt(n)) / 10 ** grid.decimals;
}

/** Standard deviation with n − 1, from the sums of the grid indices and of their squares; null when n < 2. */
export function standardDeviation(grid: ExactGrid, n: number, sum: bigint, squares: bigint): number | null {
  if (n < 2) return null;
  const count = BigInt(n);
  const variance = quotient(count * squares - sum * sum, count * (count - 1n));
  return (Math.sqrt(variance) * grid.stepUnits) / 10 ** grid.decimals;
}

/** numerator / denominator as the nearest double, for integers of any size. */
function quotient(numerator: bigint, denominator: bigint): number {
  const whole = numerator / denominator;
  return Number(whole) + Number(numerator - whole * denominator) / Number(denominator);
}
