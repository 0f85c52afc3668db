import type { Plan } from "@tutti/query";
import type { SmallValues } from "@tutti/sharing";
import type { Policy } from "./policy.ts";

/** The numbers for which a cell hides under a policy: 1 … k − 1, and 0 where zeros hide. */
export function smallValues(policy: Policy): SmallValues {
  return { from: policy.zeros === "hide" ? 0 : 1, to: policy.threshold - 1 };
}

/**
 * The cells of a plan that are put to the test, as indices, rising: all but the missing ones, and those too where the
 * policy or the dictionary says so. A missing cell that is not tested never opens.
 */
export function testedCells(plan: Plan, policy: Policy): readonly number[] {
  return plan.cells.flatMap(({ role, sensitive }, cell) => (role !== "missing" || sensitive || policy.missing === "cell" ? [cell] : []));
}
