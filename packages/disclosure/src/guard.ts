import type { Dataset } from "@tutti/dataset";
import { type Cell, Keys, type Plan } from "@tutti/query";
import type { EarlierRelease, ReleasedSet } from "./earlier-release.ts";
import { cellsOf } from "./reveal.ts";

/** A cell of a new plan beside a set of an earlier release: the network counts the patients who are in one of them only. */
export interface GuardPair {
  /** Index of the cell. */
  readonly cell: number;
  /** Indices of the earlier release, and of the set in it. */
  readonly earlier: number;
  readonly set: number;
  /** True: the set is the cell by definition, so a difference is a change of the data, or of who takes part. */
  readonly same: boolean;
}

/**
 * What the network learns of a pair: `equal`: no patient is in one only; `near`: fewer than k are; `far`: at least k.
 * Where a centre that was in the earlier release takes no part now, its patients can't be counted, and what seems equal is near.
 */
export type Distance = "equal" | "near" | "far";

/**
 * The pairs to be tested for a plan, in a fixed order; every centre works out the same.
 *
 * Passed over: cells and sets that are publicly disjoint (their difference is their sum); and of one cohort or stratum the patients beside those
 * whose value is known, or missing, since *missing* has a rule of its own.
 */
export function guardPairs(plan: Plan, history: readonly EarlierRelease[], dataset: Dataset): readonly GuardPair[] {
  if (history.length === 0) return [];
  const keys = new Keys(dataset);
  return guardedCells(plan).flatMap((cell) =>
    history.flatMap(({ sets }, earlier) =>
      sets.flatMap((set, index): GuardPair[] => {
        const own = plan.cells[cell]!;
        const same = set.upTo === null && set.key === own.key;
        if (!same && (areKnownAndMissing(plan, own, set) || keys.disjoint(own.key, set.key))) return [];
        return [{ cell, earlier, set: index, same }];
      }),
    ),
  );
}

/** The cells that tell something if they open: those that a result shows, and the cohorts and strata that these are within. */
export function guardedCells(plan: Plan): readonly number[] {
  const shown = plan.results.flatMap(cellsOf);
  const blocks = shown.flatMap((cell) => plan.cells[cell]!.within);
  return [...new Set([...shown, ...blocks])].toSorted((a, b) => a - b);
}

/**
 * The cells that hide for what earlier releases have told, by cell. A cell that equals what was released under its own definition tells nothing
 * new, and passes. Otherwise it hides when any earlier set is near; and everything within a cohort or stratum that hides hides too, because a
 * number that happens to be the same would tell as much as one that differs.
 */
export function guarded(plan: Plan, pairs: readonly GuardPair[], distances: readonly Distance[]): readonly boolean[] {
  const near = new Set<number>();
  const told = new Set<number>();
  pairs.forEach(({ cell, same }, i) => {
    if (distances[i] === "near") near.add(cell);
    if (distances[i] === "equal" && same) told.add(cell);
  });
  const refused = (cell: number): boolean => near.has(cell) && !told.has(cell);
  return plan.cells.map(({ within }, cell) => refused(cell) || within.some(refused));
}

function areKnownAndMissing(plan: Plan, own: Cell, set: ReleasedSet): boolean {
  if (own.role === "part" || set.role === "part" || set.upTo !== null) return false;
  return own.within.some((block) => set.within.includes(plan.cells[block]!.key));
}
