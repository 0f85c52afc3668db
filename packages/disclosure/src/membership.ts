import { type PatientSet, patientsOf, type Plan } from "@tutti/query";
import { type Bitmap, differenceOf } from "./bitmap.ts";
import type { EarlierRelease, ReleasedSet } from "./earlier-release.ts";
import { guardedCells, type GuardPair } from "./guard.ts";

/** A centre's own patients in the sets of one past session, by `setName`; absent where the centre has none there. */
export type Membership = ReadonlyMap<string, Bitmap>;

/** What a set is kept under, within its session. */
export function setName({ key, upTo }: Pick<ReleasedSet, "key" | "upTo">): string {
  return upTo === null ? key : `${key} ${upTo.variable}<=${upTo.index}`;
}

/** The sets of a plan that a centre keeps before anything opens: whatever may open is among them. */
export function setsToKeep(plan: Plan): ReadonlyMap<string, PatientSet> {
  return new Map(guardedCells(plan).map((cell) => [setName({ key: plan.cells[cell]!.key, upTo: null }), patientsOf(plan, cell)]));
}

/** The sets that a release tells of and that a centre keeps once it is known: those up to a quantile. */
export function setsUpTo(plan: Plan, sets: readonly ReleasedSet[]): ReadonlyMap<string, PatientSet> {
  return new Map(
    sets.flatMap((set) => {
      const cell = set.upTo === null ? -1 : plan.cells.findIndex(({ key }) => key === set.key);
      return cell < 0 ? [] : [[setName(set), patientsOf(plan, cell, set.upTo)] as const];
    }),
  );
}

/**
 * What a centre contributes to the guard: for each pair, how many of its own patients are in one of the two only, counted up to `most`.
 * @param now this centre's patients in the cells of the plan, by `setName`
 * @param before the same for each earlier release
 * @param most at least the threshold in force
 */
export function differencesOf(
  plan: Plan,
  earlier: readonly EarlierRelease[],
  pairs: readonly GuardPair[],
  now: Membership,
  before: readonly Membership[],
  most: number,
): Uint32Array {
  return Uint32Array.from(pairs, (pair) => {
    const one = now.get(setName({ key: plan.cells[pair.cell]!.key, upTo: null }));
    const set = pair.block === undefined ? earlier[pair.earlier]!.sets[pair.set]! : { key: pair.block, upTo: null };
    const other = before[pair.earlier]!.get(setName(set));
    return differenceOf(one ?? NOBODY, other ?? NOBODY, most);
  });
}

const NOBODY: Bitmap = new Uint32Array(0);
