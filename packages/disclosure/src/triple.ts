import type { Keys, Plan } from "@tutti/query";
import { type EarlierRelease, namesOf } from "./earlier-release.ts";
import type { Counted, GuardPair } from "./guard.ts";
import { Decomposition } from "./decomposition.ts";
import { cellsOf } from "./reveal.ts";

/** A new cell and two other sets, one of them told before: their numbers give the number of those in an odd number of the three. */
export type Triple = Pick<GuardPair, "cell" | "earlier" | "set"> & { readonly third: NonNullable<GuardPair["third"]> };

/**
 * The sums of three numbers that have to be tested: of a new cell and two sets that were told before, or of two new cells and one of those; girls,
 * boys, and all but the boys with a characteristic. In a fixed order; every centre works out the same.
 *
 * Passed over are sums that tell nothing which is not tested or protected otherwise: those of nobody, or of patients of whom something is not recorded;
 * those that a difference of two sets gives as well; and those that relations of a plan give, where suppression stands. None is where the sets that were told
 * are of different centres: then what is left may be patients of a centre.
 *
 * @param fresh cells of the plan that were not told before under their own definition
 * @param counted the sets that were told; of those with one definition the last counts
 */
export function triplesOf(
  plan: Plan,
  fresh: readonly number[],
  history: readonly EarlierRelease[],
  counted: readonly Counted[],
  keys: Keys,
): readonly Triple[] {
  const last = new Map<string, Counted>();
  for (const one of counted) {
    if (one.set.upTo !== null) continue;
    last.delete(one.set.key);
    last.set(one.set.key, one);
  }
  const told = [...last.values()];
  const keyOf = (cell: number): string => plan.cells[cell]!.key;
  const decomposition = new Decomposition([plan, ...history.map((past) => past.plan)]);
  const shown = new Set(plan.results.flatMap(cellsOf).map(keyOf));
  const inPlan = new Set(plan.cells.map(({ key }) => key));
  const isCompared = (key: string, other: string): boolean => last.has(other) || (last.has(key) ? shown : inPlan).has(other);
  const centresOf = (key: string): readonly string[] => {
    const one = last.get(key);
    return one === undefined ? [] : [namesOf(history[one.earlier]!.participants)];
  };
  const areOfDifferentCentres = (three: readonly string[]): boolean => new Set(three.flatMap(centresOf)).size > 1;
  const sums = keys.sumsOfThree(
    fresh.map(keyOf),
    told.map(({ set }) => set.key),
    (three) => !areOfDifferentCentres(three) && decomposition.gives(three),
  );
  const seen = new Set<string>();
  return sums.flatMap(({ of, with: [one, other], rest }): Triple[] => {
    const cell = fresh[of]!;
    const first = told[one!.at]!;
    const second = other!.told ? told[other!.at]!.set.key : keyOf(fresh[other!.at]!);
    const all = [keyOf(cell), first.set.key, second];
    if (!areOfDifferentCentres(all)) {
      const name = `${cell} ${rest}`;
      if (seen.has(name) || keys.differByMissing(rest, "none")) return [];
      if (all.some((key) => isCompared(key, keys.either(key, rest)))) return [];
      seen.add(name);
    }
    const third = other!.told ? { earlier: told[other!.at]!.earlier, set: told[other!.at]!.index } : { cell: fresh[other!.at]! };
    return [{ cell, earlier: first.earlier, set: first.index, third }];
  });
}
