import { datasetName, type Dataset } from "@tutti/dataset";
import { check, type Query } from "@tutti/query";
import { ProblemFault } from "./problem-fault.ts";

/** A query that fits a dictionary that is served. */
export interface AskedQuery {
  readonly query: Query;
  readonly dataset: Dataset;
}

/**
 * Holds a query against the dictionary that it names. Throws the ProblemFault `query-invalid`, a line for each thing that does not fit.
 * @param datasets at least one
 */
export function askedQuery(value: unknown, datasets: readonly Dataset[]): AskedQuery {
  const wanted = typeof value === "object" && value !== null && "dataset" in value ? value.dataset : null;
  const dataset = datasets.find((one) => datasetName(one) === wanted) ?? datasets[0]!;
  const checked = check(value, dataset);
  if (checked.ok) return { query: checked.query, dataset };
  const lines = checked.problems.map(({ path, message }) => (path === "" ? message : `at ${path}: ${message}`));
  throw new ProblemFault("query-invalid", lines.join("\n").slice(0, 5_000));
}
