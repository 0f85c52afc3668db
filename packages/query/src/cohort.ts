import type { Predicate } from "./predicate.ts";
import type { Condition } from "./query.ts";

/** The predicate that a condition means. */
export function predicateOf(condition: Condition): Predicate {
  if ("all" in condition) return { all: condition.all.map(predicateOf) };
  if ("any" in condition) return { any: condition.any.map(predicateOf) };
  if ("not" in condition) return { not: predicateOf(condition.not) };
  if ("is" in condition) return { variable: condition.variable, in: [condition.is] };
  return condition;
}
