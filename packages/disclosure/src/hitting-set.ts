/** Branches of the search; beyond it there is no answer. */
const MAX_BRANCHES = 5_000;

/** The cheapest set that has a cell of every clause; null when none costs less than `limit`, undefined when that takes too long to tell. */
export function hittingSet(
  clauses: readonly (readonly number[])[],
  cost: (cell: number) => number,
  limit: number,
): ReadonlySet<number> | null | undefined {
  let best: ReadonlySet<number> | null = null;
  let bestCost = limit;
  let branches = 0;
  const chosen = new Set<number>();
  const barred = new Set<number>();
  const branch = (sum: number): void => {
    if (sum >= bestCost || branches++ > MAX_BRANCHES) return;
    let least: readonly number[] | undefined;
    for (const clause of clauses) {
      if (clause.some((cell) => chosen.has(cell))) continue;
      const free = clause.filter((cell) => !barred.has(cell));
      if (least === undefined || free.length < least.length) least = free;
    }
    if (least === undefined) {
      best = new Set(chosen);
      bestCost = sum;
      return;
    }
    const tried: number[] = [];
    for (const cell of least.toSorted((a, b) => cost(a) - cost(b) || a - b)) {
      chosen.add(cell);
      branch(sum + cost(cell));
      chosen.delete(cell);
      barred.add(cell);
      tried.push(cell);
    }
    for (const cell of tried) barred.delete(cell);
  };
  branch(0);
  return branches > MAX_BRANCHES ? undefined : best;
}
