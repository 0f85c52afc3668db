import type { Plan, Relation } from "@tutti/query";

/** What becomes of a cell: it opens, it hides, or it was never put to the test and is nobody's to open. */
export type Standing = "open" | "hidden" | "untested";

/**
 * Decides which cells open, from the plan and the verdicts alone, before anything is opened; every party decides the same.
 *
 * Until margins are treated one by one, the safe rule: where one member of a relation hides, all its parts hide, so that
 * none of them is the rest of a difference. Where no hidden part is above the threshold, the total hides as well: two
 * small numbers with a known sum would bound each other.
 *
 * @param small the verdict of each tested cell, by cell index
 * @returns the standing of each cell of the plan
 */
export function suppress(plan: Plan, small: ReadonlyMap<number, boolean>): readonly Standing[] {
  const standing = plan.cells.map((_, cell): Standing => {
    const verdict = small.get(cell);
    return verdict === undefined ? "untested" : verdict ? "hidden" : "open";
  });
  for (let changed = true; changed;) {
    changed = plan.relations.map((relation) => settle(relation, standing, small)).includes(true);
  }
  return standing;
}

/** Applies the rule to one relation; says whether it hid anything. */
function settle({ total, parts }: Relation, standing: Standing[], small: ReadonlyMap<number, boolean>): boolean {
  const tested = parts.filter((part) => standing[part] !== "untested");
  if (![total, ...tested].some((cell) => standing[cell] === "hidden")) return false;
  const masked = tested.some((part) => small.get(part) === false) || tested.length < parts.length;
  const hide = (masked ? tested : [...tested, total]).filter((cell) => standing[cell] === "open");
  for (const cell of hide) standing[cell] = "hidden";
  return hide.length > 0;
}
