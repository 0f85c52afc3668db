import type { Label } from "@tutti/dataset";
import { z } from "zod";
import { type Query, querySchema } from "./query.ts";

/** One titled part of a report: how it is laid out, and the measures that are its rows, in order. */
export interface Section {
  readonly title: Label;
  readonly kind: "table1" | "tested-positive" | "quantiles";
  /** Ids of measures of the report's queries. */
  readonly rows: readonly string[];
}

/** `report.json`: a titled list of queries, and how their releases are laid out for people. */
export interface ReportDefinition {
  readonly id: string;
  readonly title: Label;
  readonly queries: readonly Query[];
  readonly layout: readonly Section[];
}

const label = z.strictObject({ en: z.string().min(1).max(200), fr: z.string().min(1).max(200) });
const section = z.strictObject({
  title: label,
  kind: z.enum(["table1", "tested-positive", "quantiles"]),
  rows: z.array(z.string()).min(1).max(1_000),
});

/**
 * The shape of `report.json`; unknown keys are refused. A measure's id stands once in all queries of the report, and each row names one.
 */
export const reportSchema: z.ZodType<ReportDefinition> = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "an id is up to 63 lower case letters, digits, _ and -"),
    title: label,
    queries: z.array(querySchema).min(1).max(50),
    layout: z.array(section).min(1).max(50),
  })
  .superRefine(({ queries, layout }, context) => {
    const known = new Set<string>();
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    queries.forEach(({ measures }, q) =>
      measures.forEach(({ id }, m) => {
        if (known.has(id))
          say(["queries", q, "measures", m, "id"], "this id stands already in another query of the report: choose another");
        known.add(id);
      }),
    );
    layout.forEach(({ rows }, s) =>
      rows.forEach((row, r) => {
        if (!known.has(row)) say(["layout", s, "rows", r], "no query of the report has a measure of this id");
      }),
    );
  });
