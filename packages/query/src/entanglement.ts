import { type Diagram, NONE, type SetId } from "./diagram.ts";
import { tooLarge } from "./draft.ts";
import { LIMITS } from "./limit.ts";
import type { Predicate } from "./predicate.ts";

/** How far a plan tells the patients of a cohort apart by one variable. */
export interface Look {
  readonly variable: string;
  /** All values, the missing one too; or *known* and *missing* where only these are told apart. */
  readonly values: readonly { readonly condition: Predicate; readonly missing: boolean }[];
}

/** One value of each of several variables, as indices into their values. */
export type Corner = readonly number[];

/**
 * Those of the variables whose values in a cohort depend on each other by definition: where some combinations of them can be nobody although each value
 * can be somebody. Of all with ANCA or dyspnea, nobody is without both; so *with ANCA* and *with dyspnea* less *all* are those who have both.
 * Throws a LimitError when there are too many combinations to look at.
 */
export function entangled(diagram: Diagram, cohort: SetId, looks: readonly Look[]): readonly Look[] {
  const named = new Set(diagram.variablesOf(cohort));
  let left = looks.filter(({ variable }) => named.has(variable));
  if (left.length < 2) return [];
  for (;;) {
    const apart = left.find((look) => isApart(diagram, cohort, look, left));
    if (apart === undefined) return left;
    left = left.filter((look) => look !== apart);
    if (left.length < 2) return [];
  }
}

/** Every combination of values. Throws a LimitError when there are too many. */
export function cornersOf(looks: readonly Look[]): readonly Corner[] {
  if (looks.reduce((n, { values }) => n * values.length, 1) > LIMITS.entangled)
    tooLarge("what is measured of variables that the condition ties together");
  return looks.reduce<readonly Corner[]>((corners, { values }) => corners.flatMap((at) => values.map((_, i) => [...at, i])), [[]]);
}

/** The patients of a set at a corner. */
export function atCorner(diagram: Diagram, set: SetId, looks: readonly Look[], corner: Corner): SetId {
  return corner.reduce((inside, value, i) => diagram.and(inside, diagram.set(looks[i]!.values[value]!.condition)), set);
}

/** Whether the same combinations of the others can be somebody whichever of its values a variable has. */
function isApart(diagram: Diagram, cohort: SetId, look: Look, all: readonly Look[]): boolean {
  const others = all.filter((other) => other !== look);
  const corners = cornersOf(others);
  const patterns = look.values.flatMap(({ condition }) => {
    const set = diagram.and(cohort, diagram.set(condition));
    return set === NONE ? [] : [corners.map((corner) => Number(atCorner(diagram, set, others, corner) !== NONE)).join("")];
  });
  return new Set(patterns).size <= 1;
}
