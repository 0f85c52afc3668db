import type { Condition, Measure, Query } from "./query.ts";

/** What kinds of measure there are. */
export const MEASURE_KINDS = ["count", "proportion", "distribution", "quantiles", "mean"] as const;
/** One of the closed list. */
export type MeasureKind = (typeof MEASURE_KINDS)[number];

/** Which kind a measure is of. */
export function measureKind(measure: Measure): MeasureKind {
  return MEASURE_KINDS.find((kind) => Object.hasOwn(measure, kind))!;
}

/** The variables whose values an answer depends on: of the condition, the strata and the measures; each once, in the order of their text. */
export function variablesOf({ where, by = [], measures }: Query): readonly string[] {
  const measured = measures.flatMap((measure) => {
    const of: unknown = Reflect.get(measure, measureKind(measure));
    return typeof of === "string" ? [of] : [];
  });
  return [...new Set([...(where === undefined ? [] : comparedIn(where)), ...by, ...measured])].toSorted();
}

function comparedIn(condition: Condition): readonly string[] {
  if ("all" in condition) return condition.all.flatMap(comparedIn);
  if ("any" in condition) return condition.any.flatMap(comparedIn);
  return "not" in condition ? comparedIn(condition.not) : [condition.variable];
}
