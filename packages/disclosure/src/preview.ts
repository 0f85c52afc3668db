import type { Dataset } from "@tutti/dataset";
import { type Cell, Keys, type Plan, type Stratum } from "@tutti/query";
import { z } from "zod";
import type { EarlierRelease, ReleasedSet } from "./earlier-release.ts";
import { guardPairs } from "./guard.ts";
import { cellsOf } from "./reveal.ts";

/**
 * What is public about a row of an answer before it is asked for.
 * - `same`: all its numbers were released under the same definition: they will be the same, or new if enough has changed
 * - `near`: an earlier release told of a set that contains one of its own or lies inside it, or of a cohort or stratum that overlaps one of its own and looks
 *   at a variable that this looks at: it hides if fewer than k patients differ
 * - `new`: neither
 */
export type Risk = "same" | "near" | "new";

/** One row of the answer. */
export interface PreviewRow {
  readonly measure: string;
  readonly stratum: Stratum;
  readonly risk: Risk;
  /** The days (`2026-01-31`) of the earlier releases that bear on it. */
  readonly earlier: readonly string[];
}

/** What a query would mean, from query, dataset and public history alone. */
export interface Preview {
  /** Numbers that the centres would test against the threshold. */
  readonly cells: number;
  /** Pairs of a number and an earlier one, and sums of three, that they would test. */
  readonly pairs: number;
  readonly rows: readonly PreviewRow[];
}

/** The shape of a preview on the wire; unknown keys are refused. */
export const previewSchema: z.ZodType<Preview> = z.strictObject({
  cells: z.int().min(0),
  pairs: z.int().min(0),
  rows: z.array(
    z.strictObject({
      measure: z.string().max(63),
      stratum: z.record(z.string().max(63), z.union([z.string().max(1_000), z.boolean()])),
      risk: z.enum(["same", "near", "new"]),
      earlier: z.array(z.iso.date()),
    }),
  ),
});

/** Says before a query is asked what of it is at risk of being hidden for what was told before, and what it costs the guard. */
export function preview(plan: Plan, history: readonly EarlierRelease[], dataset: Dataset): Preview {
  const keys = new Keys(dataset);
  const near = ({ key, role }: Cell, set: ReleasedSet): boolean =>
    role === set.role &&
    set.key !== key &&
    (keys.inside(key, set.key) || keys.inside(set.key, key) || (role === "patients" && keys.overlap(key, set.key)));
  const rows = plan.results.map((result): PreviewRow => {
    const shown = cellsOf(result);
    const blocks = shown.flatMap((cell) => plan.cells[cell]!.within);
    const own = [...new Set([...shown, ...blocks])].map((cell) => plan.cells[cell]!);
    const bearing = history.filter(({ sets }) =>
      sets.some((set) => set.upTo === null && own.some((cell) => set.key === cell.key || near(cell, set))),
    );
    const told = new Set(history.flatMap(({ sets }) => sets.flatMap(({ key, upTo }) => (upTo === null ? [key] : []))));
    const same = shown.every((cell) => told.has(plan.cells[cell]!.key));
    const days = bearing.map(({ atMs }) => new Date(atMs).toISOString().slice(0, 10));
    return {
      measure: result.measure,
      stratum: result.stratum,
      risk: same ? "same" : bearing.length > 0 ? "near" : "new",
      earlier: [...new Set(days)],
    };
  });
  return { cells: plan.cells.length, pairs: guardPairs(plan, history, dataset).length, rows };
}
