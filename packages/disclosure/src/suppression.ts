import type { Plan } from "@tutti/query";
import { pattern } from "./pattern.ts";
import type { Policy } from "./policy.ts";
import { Recent } from "./recent.ts";
import { type Earlier, systemOf } from "./system.ts";
import { areStill } from "./worked-out.ts";

/** What becomes of a cell. */
export type Standing = "open" | "hidden";

/**
 * Decides which cells open, from the plan, the verdicts and earlier sessions alone, before anything is opened; every party decides the
 * same.
 *
 * Small cells hide (primary suppression). Others hide so that none of the small ones can be worked out, not even a bound within 0 … k − 1,
 * from whatever opens now or opened before (complementary suppression, see `pattern`). Which of the two a cell is, a release doesn't say.
 *
 * @param small the verdict of each cell of the plan
 * @param refused the cells that the guard refuses, by cell: they hide like small ones
 * @param earlier all sessions on the dataset that opened something, in any order
 * @returns the standing of each cell of the plan; a cell that no result shows is hidden unless it was released before
 */
export function suppress(
  plan: Plan,
  policy: Policy,
  small: readonly boolean[],
  earlier: readonly Earlier[] = [],
  refused: readonly boolean[] = [],
): readonly Standing[] {
  const asked = {
    text: JSON.stringify([policy, small, refused, earlier.map((past) => [past.policy, past.small, past.standing])]),
    plans: earlier.map((past) => past.plan),
  };
  const last = decided.get(plan);
  if (last !== undefined && last.text === asked.text && areStill(last.plans, asked.plans)) return last.standing;
  const { hidden } = pattern(systemOf(plan, policy, small, earlier, refused));
  const standing = plan.cells.map((_, cell): Standing => (hidden[cell] ? "hidden" : "open"));
  decided.set(plan, { text: asked.text, plans: asked.plans.map((past) => new WeakRef(past)), standing }, asked.text.length);
  return standing;
}

/** Characters of what was decided upon that are kept, of all plans together. */
const MAX_CHARACTERS = 1_000_000;

/** What was decided last for a plan: a recurring report mostly has the verdicts that it had. */
const decided = new Recent<
  Plan,
  { readonly text: string; readonly plans: readonly WeakRef<Plan>[]; readonly standing: readonly Standing[] }
>(MAX_CHARACTERS);
