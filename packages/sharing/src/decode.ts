import type { Scheme } from "./scheme.ts";

/**
 * Decoding by trial: the smallest sets of at most t holders without whom all points agree. None: more than t are wrong, so it was not the
 * holders. One: its members lied, whoever else did. Two are given when there are more, and prove nothing. It runs only when a
 * lie has been seen, with n ≤ 15: at most 1,940 trials.
 * @param present the holders whose points are there
 * @param agrees whether the points of these holders lie on one polynomial
 */
export function explanations(scheme: Scheme, present: readonly number[], agrees: (holders: readonly number[]) => boolean): number[][] {
  const found: number[][] = [];
  for (let size = 1; size <= scheme.degree; size++) {
    for (const out of subsets(present, size)) {
      if (found.some((smaller) => smaller.every((i) => out.includes(i)))) continue;
      if (agrees(present.filter((i) => !out.includes(i)))) found.push(out);
      if (found.length > 1) return found;
    }
  }
  return found;
}

function* subsets(items: readonly number[], size: number, from = 0): Generator<number[]> {
  if (size === 0) return yield [];
  for (let k = from; k <= items.length - size; k++) {
    for (const rest of subsets(items, size - 1, k + 1)) yield [items[k]!, ...rest];
  }
}
