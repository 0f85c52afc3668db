import type { Plan, Result } from "@tutti/query";
import { z } from "zod";
import type { Opened } from "./opened.ts";
import { type Policy, policySchema } from "./policy.ts";
import { roundedTotal } from "./rounding.ts";
import { decimalsBeyond, mean, quantileValue, standardDeviation } from "./statistic.ts";

interface Row {
  readonly measure: string;
  readonly stratum: Readonly<Record<string, string | boolean>>;
  /** Names of the fields that are null because they hide; absent when none is. `counts.F` and `quantiles.0.5` are inside theirs. */
  readonly hidden?: readonly string[] | undefined;
}

/** One row of a release; a hidden value is null and named in `hidden`. */
export type ReleaseResult =
  | (Row & { readonly count: number | null })
  | (Row & { readonly known: number | null; readonly positive: number | null; readonly rate: number | null })
  | (Row & { readonly known: number | null; readonly counts: Readonly<Record<string, number | null>> })
  | (Row & { readonly known: number | null; readonly quantiles: Readonly<Record<string, number | null>> })
  | (Row & { readonly known: number | null; readonly mean: number | null; readonly sd: number | null });

/** What is said of the session that a release comes from. */
export interface Session {
  /** `sha256:…` of the query. */
  readonly query: string;
  /** `sha256:…` of the roster under which the session ran: whose signatures count. */
  readonly roster: string;
  readonly policy: Policy;
  readonly centres: { readonly invited: number; readonly contributed: number; readonly finished: number };
  /**
   * The day (`2026-01-31`) of the earlier release whose numbers these are, because too few patients have changed since to tell; absent when
   * they are new.
   */
  readonly asOf?: string | undefined;
  /**
   * Cells of the plan, as indices, whose patients are those of an earlier release under the same definition: they are told already, and the guard does
   * not count them again. Absent when there are none.
   */
  readonly repeated?: readonly number[] | undefined;
  /** `malicious`: lies of up to a third of the holders were sure to be seen. `passive`: three holders, no lie assumed. */
  readonly strength: "malicious" | "passive";
}

/** `release.json`: the payload that coordinator and participants sign. */
export interface Release extends Session {
  /** `id@version` */
  readonly dataset: string;
  readonly results: readonly ReleaseResult[];
}

const number = z.number().nullable();
const count = z.int().min(0).nullable();
const row = {
  measure: z.string().max(63),
  stratum: z.record(z.string().max(63), z.union([z.string().max(1_000), z.boolean()])),
  hidden: z.array(z.string().max(1_100)).min(1).optional(),
};
const resultSchema: z.ZodType<ReleaseResult> = z.union([
  z.strictObject({ ...row, count }),
  z.strictObject({ ...row, known: count, positive: count, rate: number }),
  z.strictObject({ ...row, known: count, counts: z.record(z.string(), count) }),
  z.strictObject({ ...row, known: count, quantiles: z.record(z.string(), number) }),
  z.strictObject({ ...row, known: count, mean: number, sd: number }),
]);
const centres = z.strictObject({ invited: z.int().min(0), contributed: z.int().min(0), finished: z.int().min(0) });

/** The shape of `release.json`; unknown keys are refused. */
export const releaseSchema: z.ZodType<Release> = z.strictObject({
  dataset: z.string().max(100),
  query: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  roster: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  policy: policySchema,
  centres,
  asOf: z.iso.date().optional(),
  repeated: z.array(z.int().min(0)).min(1).optional(),
  strength: z.enum(["malicious", "passive"]),
  results: z.array(resultSchema),
});

/**
 * The one gate: lays what was opened into the rows of the plan. Only what this makes can be encoded into an answer, and
 * it has nothing to show but what is in `opened`; all else is null.
 */
export function release(plan: Plan, opened: Opened, session: Session): Release {
  return {
    dataset: plan.dataset,
    ...session,
    results: plan.results.map((result, i) => named(rowOf(result, i, opened, session.policy))),
  };
}

/** The same numbers once more: what is answered to an unchanged question while too few patients have changed to tell. */
export function releaseAgain(earlier: Release, asOf: string, session: Session): Release {
  return { dataset: earlier.dataset, ...session, asOf: earlier.asOf ?? asOf, results: earlier.results };
}

function rowOf(result: Result, index: number, { counts, sums, quantiles }: Opened, policy: Policy): ReleaseResult {
  const { measure, stratum } = result;
  const base = policy.rounding ?? 1;
  const exact = (cell: number): number | null => counts.get(cell) ?? null;
  const at = (cell: number): number | null => roundedTotal(exact(cell), [], base);
  switch (result.kind) {
    case "count":
      return { measure, stratum, count: at(result.count) };
    case "proportion": {
      const known = roundedTotal(exact(result.known), [exact(result.positive), exact(result.negative)], base);
      const positive = at(result.positive);
      return { measure, stratum, known, positive, rate: known === null || known === 0 || positive === null ? null : positive / known };
    }
    case "distribution": {
      const known = roundedTotal(
        exact(result.known),
        result.counts.map(([, cell]) => exact(cell)),
        base,
      );
      return { measure, stratum, known, counts: Object.fromEntries(result.counts.map(([label, cell]) => [label, at(cell)])) };
    }
    case "quantiles": {
      const found = quantiles.get(index);
      const values = result.at.map(({ text }) => {
        const ranks = found?.get(text);
        return [text, ranks === undefined ? null : quantileValue(result.grid, ...ranks)];
      });
      return { measure, stratum, known: at(result.known), quantiles: Object.fromEntries(values) };
    }
    case "mean": {
      const n = exact(result.known);
      const known = at(result.known);
      const pooled = sums.get(index);
      if (n === null || n === 0 || pooled === undefined) return { measure, stratum, known, mean: null, sd: null };
      const { sum, squares } = pooled;
      const more = decimalsBeyond(result.grid, { n, sum, squares }, policy);
      const sd = squares === null ? null : standardDeviation(result.grid, n, sum, squares, more);
      return { measure, stratum, known, mean: mean(result.grid, n, sum, more), sd };
    }
  }
}

/** Names the values that are null because they hide; a rate or a mean of nobody is null because there is none. */
function named(result: ReleaseResult): ReleaseResult {
  if ("known" in result && result.known === 0) return result;
  const hidden = Object.entries(result).flatMap(([field, value]) => {
    if (field === "measure" || field === "stratum") return [];
    if (value === null) return [field];
    if (typeof value !== "object") return [];
    return Object.entries(value).flatMap(([key, inside]) => (inside === null ? [`${field}.${key}`] : []));
  });
  return hidden.length === 0 ? result : { ...result, hidden };
}
