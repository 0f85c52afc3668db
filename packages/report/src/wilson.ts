/** Wilson 95% interval. */
export function wilson(positive: number, known: number): { low: number; high: number } {
  const z = 1.959963984540054;
  const p = positive / known;
  const d = 1 + (z * z) / known;
  const c = (p + (z * z) / (2 * known)) / d;
  const h = (z / d) * Math.sqrt((p * (1 - p)) / known + (z * z) / (4 * known * known));
  return { low: Math.max(0, c - h), high: Math.min(1, c + h) };
}
