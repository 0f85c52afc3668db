/** One measurement: after how many sessions, and how much. */
export interface Point {
  readonly sessions: number;
  readonly mb: number;
}

/** The straight line through points by least squares: its rise in megabytes per 1,000 sessions. NaN for fewer than two places. */
export function risePer1000(points: readonly Point[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(({ sessions }) => sessions));
  const y = mean(points.map(({ mb }) => mb));
  const covariance = points.reduce((sum, { sessions, mb }) => sum + (sessions - x) * (mb - y), 0);
  const variance = points.reduce((sum, { sessions }) => sum + (sessions - x) ** 2, 0);
  return (1_000 * covariance) / variance;
}

/** The value that a share of the others do not exceed; 0.99 for the 99th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
