import type { Release } from "@tutti/disclosure";
import type { Plan } from "@tutti/query";

/** The number of every cell that a reader has once a release is out, also by subtraction where the release itself is a subtraction: by cell. */
export function shownCells(planned: Plan, release: Release): ReadonlyMap<number, number> {
  const shown = new Map<number, number>();
  const say = (cell: number, value: number | null | undefined): void => {
    if (value !== null && value !== undefined) shown.set(cell, value);
  };
  planned.results.forEach((result, i) => {
    const row = release.results[i]!;
    if (result.kind === "count" && "count" in row) say(result.count, row.count);
    if ("known" in result && "known" in row) say(result.known, row.known);
    if (result.kind === "proportion" && "positive" in row) {
      say(result.positive, row.positive);
      if (row.known !== null && row.positive !== null) say(result.negative, row.known - row.positive);
    }
    if (result.kind === "distribution" && "counts" in row) for (const [label, cell] of result.counts) say(cell, row.counts[label]);
  });
  return shown;
}
