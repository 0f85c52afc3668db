import type { Plan } from "@tutti/query";
import type { SmallValues } from "@tutti/sharing";
import type { Policy } from "./policy.ts";

/** The numbers for which a cell hides under a policy: 1 … k − 1, and 0 where zeros hide. */
export function smallValues(policy: Policy): SmallValues {
  return { from: policy.zeros === "hide" ? 0 : 1, to: policy.threshold - 1 };
}

/**
 * Which small cells hide for their own sake, by cell: all but the missing ones, and those too where the policy or the dictionary says so.
 * Every cell is tested all the same: what may cover another has to be known not to be small.
 *
 * @param small the verdict of each cell of the plan
 */
export function primary(plan: Plan, policy: Policy, small: readonly boolean[]): readonly boolean[] {
  return plan.cells.map(({ role, sensitive }, cell) => small[cell]! && (role !== "missing" || sensitive || policy.missing === "cell"));
}
