import type { Plan, Relation } from "@tutti/query";
import type { Policy } from "./policy.ts";
import { primary } from "./primary.ts";

/** What becomes of a cell. */
export type Standing = "open" | "hidden";

/**
 * Decides which cells open, from the plan and the verdicts alone, before anything is opened; every party decides the same.
 *
 * Until margins are treated one by one, the safe rule: where one member of a relation hides, all its parts hide, so that
 * none of them is the rest of a difference. Where no hidden part is above the threshold, the total hides as well: small
 * numbers with a known sum would bound each other.
 *
 * @param small the verdict of each cell of the plan
 * @returns the standing of each cell of the plan
 */
export function suppress(plan: Plan, policy: Policy, small: readonly boolean[]): readonly Standing[] {
  const hidden = [...primary(plan, policy, small)];
  while (plan.relations.map((relation) => settle(relation, hidden, small)).includes(true));
  return hidden.map((hides) => (hides ? "hidden" : "open"));
}

/** Applies the rule to one relation; says whether it hid anything. */
function settle({ total, parts }: Relation, hidden: boolean[], small: readonly boolean[]): boolean {
  if (![total, ...parts].some((cell) => hidden[cell])) return false;
  const covered = parts.some((part) => !small[part]);
  const hide = (covered ? parts : [...parts, total]).filter((cell) => !hidden[cell]);
  for (const cell of hide) hidden[cell] = true;
  return hide.length > 0;
}
