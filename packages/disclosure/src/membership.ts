import { type PatientSet, patientsOf, type Plan } from "@tutti/query";
import { type Bitmap, differenceOf, inEither } from "./bitmap.ts";
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
 * What a centre contributes to the guard: for each pair, how many of its own patients are in one of the two only, or in an odd number
 * of three, counted up to `most`.
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
  const inCell = (cell: number): Bitmap => now.get(setName({ key: plan.cells[cell]!.key, upTo: null })) ?? NOBODY;
  const inSet = (at: number, set: Pick<ReleasedSet, "key" | "upTo">): Bitmap => before[at]!.get(setName(set)) ?? NOBODY;
  return Uint32Array.from(pairs, ({ cell, earlier: at, set, block, third }) => {
    const other = inSet(at, block === undefined ? earlier[at]!.sets[set]! : { key: block, upTo: null });
    if (third === undefined) return differenceOf(inCell(cell), other, most);
    const last = "cell" in third ? inCell(third.cell) : inSet(third.earlier, earlier[third.earlier]!.sets[third.set]!);
    return differenceOf(inEither(inCell(cell), other), last, most);
  });
}

const NOBODY: Bitmap = new Uint32Array(0);
