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

/**
 * Whether a standard deviation of n values opens: n is at least 2k. (Ten, the rule of thumb of statistical offices for what is estimated from
 * individual data, at k = 5.)
 */
export function deviationOpens(n: number, { threshold }: Policy): boolean {
  return n >= 2 * threshold;
}

/** Sums of the grid indices of n values, and of their squares where they opened. */
export interface Sums {
  readonly n: number;
  readonly sum: bigint;
  readonly squares: bigint | null;
}

/** On grids of fewer points, number, mean and deviation fix too often how many have some value. */
const FINE_POINTS = 50;
/** Decimals beyond the grid's with which a mean is exact, but for the last place of a double. */
const EXACT = 15;

/**
 * How many decimals more than the grid's a mean and a standard deviation have.
 *
 * They are exact on a fine grid, when seen from either end of it everybody may lie a step or more away, and no few make up most of what is added up: with
 * squares, the effective number of contributors, (Σx)² / Σx² (the inverse of Herfindahl's index of concentration), is at least k. Otherwise one for every power of ten in n / 2k: the sum behind a mean is so left open within 2k steps or more, unless n < 2k, where it is
 * within n.
 */
export function decimalsBeyond(grid: ExactGrid, { n, sum, squares }: Sums, { threshold }: Policy): number {
  const count = BigInt(n);
  const last = BigInt(grid.points - 1);
  const isSpread = (total: bigint, ofSquares: bigint | null): boolean =>
    total >= count && (ofSquares === null || total * total >= BigInt(threshold) * ofSquares);
  const fromEnd = squares === null ? null : count * last * last - 2n * last * sum + squares;
  if (grid.points >= FINE_POINTS && isSpread(sum, squares) && isSpread(count * last - sum, fromEnd)) return EXACT;
  let decimals = 0;
  for (let most = 20 * threshold; n >= most; most *= 10) decimals++;
  return decimals;
}

/** Mean of n ≥ 1 values, from the sum of their grid indices, as the nearest multiple of a step of the grid / 10^decimals, halves upwards. */
export function mean(grid: ExactGrid, n: number, sum: bigint, decimals: number): number {
  const count = BigInt(n);
  return onGrid(grid, (2n * sum * 10n ** BigInt(decimals) + count) / (2n * count), decimals, true);
}

/** Standard deviation with n − 1, from the sums of the grid indices and of their squares, rounded like a mean; null when n < 2. */
export function standardDeviation(grid: ExactGrid, n: number, sum: bigint, squares: bigint, decimals: number): number | null {
  if (n < 2) return null;
  const count = BigInt(n);
  const variance = quotient(count * squares - sum * sum, count * (count - 1n));
  return onGrid(grid, BigInt(Math.round(Math.sqrt(variance) * 10 ** decimals)), decimals, false);
}

/** So many steps / 10^decimals, from the start of the grid or as a length. */
function onGrid({ fromUnits, stepUnits, decimals }: ExactGrid, steps: bigint, more: number, isPlace: boolean): number {
  const units = BigInt(stepUnits) * steps + (isPlace ? BigInt(fromUnits) * 10n ** BigInt(more) : 0n);
  return quotient(units, 10n ** BigInt(decimals + more));
}

/** numerator / denominator as the nearest double, for integers of any size. */
function quotient(numerator: bigint, denominator: bigint): number {
  const whole = numerator / denominator;
  return Number(whole) + Number(numerator - whole * denominator) / Number(denominator);
}
