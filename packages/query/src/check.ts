import { type Dataset, datasetName } from "@tutti/dataset";
import { Fitting } from "./fitting.ts";
import { LimitError } from "./limit.ts";
import { plan } from "./planning.ts";
import { type Problem, quoted, within } from "./problem.ts";
import { type Query, querySchema } from "./query.ts";
import { misshapen } from "./shape.ts";

/** A query that fits, or why it doesn't. */
export type Checked = { readonly ok: true; readonly query: Query } | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Whether anything at all is a query that this dataset can answer; never throws, and takes bounded time. `plan` accepts what passes.
 */
export function check(query: unknown, dataset: Dataset): Checked {
  const parsed = querySchema.safeParse(query);
  if (!parsed.success) return { ok: false, problems: misshapen(query, parsed.error.issues) };
  const found = problemsOf(parsed.data, dataset);
  return found.length > 0 ? { ok: false, problems: found } : { ok: true, query: parsed.data };
}

function problemsOf(query: Query, dataset: Dataset): readonly Problem[] {
  const name = datasetName(dataset);
  if (query.dataset !== name) {
    const message = `the query is written for ${quoted(query.dataset)} and this network answers for ${quoted(name)}: look at its dictionary and write that name`;
    return [{ code: "dataset", path: "dataset", message }];
  }
  const fitting = new Fitting(dataset);
  if (query.where !== undefined) fitting.condition(query.where, "where");
  query.by?.forEach((variable, i) => fitting.stratifier(variable, within("by", i)));
  query.measures.forEach((measure, i) => fitting.measure(measure, within("measures", i)));
  return fitting.problems.length > 0 ? fitting.problems : tooLarge(query, dataset);
}

function tooLarge(query: Query, dataset: Dataset): readonly Problem[] {
  try {
    plan(query, dataset);
    return [];
  } catch (error) {
    if (error instanceof LimitError) return [{ code: "limit", path: "", message: error.message }];
    throw error;
  }
}
