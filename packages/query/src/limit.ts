/** What bounds a query, whatever the dataset: an answer is always found in bounded time and memory. */
export const LIMITS = {
  /** Levels of conditions inside each other. */
  depth: 8,
  /** Conditions in all. */
  conditions: 64,
  /** Codes in one `in`. */
  codes: 1_000,
  measures: 200,
  /** Characters of the purpose. */
  purpose: 500,
  cells: 20_000,
  /** Combinations of the values of measured variables that a condition ties together. */
  entangled: 400,
  /** Numbers in a release. */
  numbers: 100_000,
  /** Numbers that a centre contributes: one for a count or a sum, one a point for a histogram. */
  contribution: 2_000_000,
  /** Steps that tell equal sets of patients apart: for one predicate, and for the cells of a plan. */
  predicateSteps: 20_000,
  planSteps: 600_000,
} as const;

/** A query that is well formed but too large; `check` turns it into a problem with the code `limit`. */
export class LimitError extends Error {
  override readonly name = "LimitError";
}
