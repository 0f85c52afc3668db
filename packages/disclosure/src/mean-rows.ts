import type { Plan } from "@tutti/query";
import type { EarlierRelease } from "./earlier-release.ts";
import type { Policy } from "./policy.ts";
import { deviationOpens } from "./statistic.ts";

/** A row of a mean whose sums open. */
export interface OpenMean {
  /** Index of the result. */
  readonly result: number;
  /** Whether the sum of squares opens too, of which the standard deviation is made. */
  readonly squares: boolean;
}

/**
 * The rows of means whose sums open, in the order of results: those of patients whose number is open, less those that would give away the sum
 * over a few others. Where all sums but some of a relation are told, the sum over the rest is their difference, be it a stratum that is hidden or one
 * that no row shows, such as those whose stratum is not recorded: the rest must be nobody, or at least k.
 *
 * @param counts what has opened, by cell
 * @param history earlier releases, whose means are told already
 */
export function meansToOpen(
  plan: Plan,
  counts: ReadonlyMap<number, number>,
  policy: Policy,
  history: readonly EarlierRelease[],
): readonly OpenMean[] {
  const rows = plan.results.flatMap((result, index) => (result.kind === "mean" && counts.has(result.known) ? [{ index, result }] : []));
  const open = new Set(rows);
  for (const variable of new Set(rows.map(({ result }) => result.variable))) {
    const told = toldKeys(history, variable);
    const isOpen = (cell: number): boolean =>
      told.has(plan.cells[cell]!.key) || [...open].some(({ result }) => result.variable === variable && result.known === cell);
    for (let changed = true; changed;) {
      changed = false;
      for (const { total, parts } of plan.relations) {
        if (!isOpen(total) || !parts.some(isOpen) || isEnough(total, parts.filter(isOpen), counts, policy)) continue;
        const shut = [total, ...parts].filter(isOpen).filter((cell) => !told.has(plan.cells[cell]!.key));
        const [first, ...others] = shut.includes(total) ? [total] : shut;
        for (const cell of [first, ...others])
          for (const row of rows) if (row.result.variable === variable && row.result.known === cell) open.delete(row);
        changed ||= first !== undefined;
      }
    }
  }
  return [...open]
    .toSorted((a, b) => a.index - b.index)
    .map(({ index, result }) => ({ result: index, squares: deviationOpens(counts.get(result.known)!, policy) }));
}

/** Whether what is left of a total, beside the parts that are told, is nobody or at least k. */
function isEnough(total: number, told: readonly number[], counts: ReadonlyMap<number, number>, { threshold }: Policy): boolean {
  const of = [total, ...told].map((cell) => counts.get(cell));
  if (of.includes(undefined)) return false;
  const rest = of.slice(1).reduce<number>((left, count) => left - count!, of[0]!);
  return rest === 0 || rest >= threshold;
}

/** Keys of the patients of whom earlier releases have told the mean of a variable. */
function toldKeys(history: readonly EarlierRelease[], variable: string): ReadonlySet<string> {
  return new Set(
    history.flatMap(({ plan, release }) =>
      plan.results.flatMap((result, i) => {
        const row = release?.results[i];
        const tells = result.kind === "mean" && result.variable === variable && row !== undefined && "mean" in row && row.mean !== null;
        return tells ? [plan.cells[result.known]!.key] : [];
      }),
    ),
  );
}
