/** One measurement: after how many sessions, and how much. */
export interface Point {
  readonly sessions: number;
  readonly mb: number;
}

/** A straight line through points: where it begins and ends, and its rise. */
export interface Line {
  readonly fromMb: number;
  readonly toMb: number;
  readonly risePer1000Mb: number;
}

/** The line through points by least squares. NaN for fewer than two places. */
export function lineThrough(points: readonly Point[]): Line {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(({ sessions }) => sessions));
  const y = mean(points.map(({ mb }) => mb));
  const covariance = points.reduce((sum, { sessions, mb }) => sum + (sessions - x) * (mb - y), 0);
  const variance = points.reduce((sum, { sessions }) => sum + (sessions - x) ** 2, 0);
  const rise = covariance / variance;
  const at = (sessions: number): number => y + rise * (sessions - x);
  return { fromMb: at(points[0]?.sessions ?? NaN), toMb: at(points.at(-1)?.sessions ?? NaN), risePer1000Mb: 1_000 * rise };
}

/** The value that a share of the others do not exceed; 0.99 for the 99th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
