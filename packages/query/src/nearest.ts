/**
 * The known name that differs least from a mistaken one (Damerau–Levenshtein distance, restricted; case is not counted), or null when none
 * is near: more than a third of the letters, and more than one, would have to change.
 */
export function nearest(mistaken: string, known: readonly string[]): string | null {
  if (mistaken.length > 63) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(mistaken.length / 3)) + 1;
  for (const name of known) {
    if (Math.abs(name.length - mistaken.length) >= least) continue;
    const away = distance(mistaken.toLowerCase(), name.toLowerCase());
    if (away < least) [best, least] = [name, away];
  }
  return best;
}

function distance(one: string, other: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced, swapped));
    }
    [before, row] = [row, next];
  }
  return row[other.length]!;
}
