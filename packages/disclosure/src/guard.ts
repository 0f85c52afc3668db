import type { Dataset } from "@tutti/dataset";
import { Keys, type Plan } from "@tutti/query";
import { type EarlierRelease, namesOf, type ReleasedSet, tellsAnything } from "./earlier-release.ts";
import type { Policy } from "./policy.ts";
import { cellsOf } from "./reveal.ts";
import { triplesOf } from "./triple.ts";
import type { Standing } from "./suppression.ts";
import { pairsOfPlans } from "./worked-out.ts";

/** A cell of a new plan beside a set of an earlier release: the network counts the patients who are in one of them only. */
export interface GuardPair {
  /** Index of the cell. */
  readonly cell: number;
  /** Indices of the earlier release, and of the set in it. */
  readonly earlier: number;
  readonly set: number;
  /** True: the set is the cell by definition, so a difference is a change of the data, or of who takes part. */
  readonly same: boolean;
  /**
   * True: it needs to be tested only when the cell is found to be far from what was last told under its own definition, or not to be small though it
   * was asked for before and hid.
   */
  readonly later: boolean;
  /** The cell is compared with this cohort or stratum of the earlier session, by key, in place of the set that tells of it; absent: with the set. */
  readonly block?: string | undefined;
  /**
   * A third set: the network counts the patients who are in an odd number of the three, whose number follows from theirs. Of an earlier release, or a
   * cell of this plan. Absent: there are two.
   */
  readonly third?: { readonly earlier: number; readonly set: number } | { readonly cell: number } | undefined;
  /** What it tells that nobody is counted: nothing; that nothing is missing of some patients; or that there are no such patients. */
  readonly empty: "nothing" | "recorded" | "nobody";
}

/**
 * What the network learns of a pair: `equal`: no patient is in one only; `near`: fewer than k are; `far`: at least k.
 * Where a centre that was in the earlier release takes no part now, its patients can't be counted, and what seems equal is near; so it is where
 * that tells what hides (`emptyIsNear`).
 */
export type Distance = "equal" | "near" | "far";

/** Whether a pair of which no patient is counted is near: where zeros hide, and it tells that there are no such patients. */
export function emptyIsNear({ empty }: Pick<GuardPair, "empty">, { zeros, missing }: Policy): boolean {
  return zeros === "hide" && (empty === "nobody" || (empty === "recorded" && missing === "cell"));
}

/** The earlier releases whose sets are in a pair. */
export function releasesOf({ earlier, third }: GuardPair): readonly number[] {
  return third !== undefined && "earlier" in third ? [earlier, third.earlier] : [earlier];
}

/**
 * The pairs to be tested for a plan, in a fixed order; every centre works out the same.
 *
 * Passed over: cells and sets that are publicly disjoint (their difference is their sum). Of one cohort or stratum the patients are not compared with
 * those whose value is known, or missing, since *missing* has a rule of its own; in their place the cohort or stratum is compared with itself as it
 * was, so that no change of it can be told by such numbers.
 */
export function guardPairs(plan: Plan, history: readonly EarlierRelease[], dataset: Dataset): readonly GuardPair[] {
  if (history.length === 0) return [];
  const counted = history.map(countedSets()).flatMap((sets, earlier) => sets.map((one) => ({ ...one, earlier })));
  const plans = [...new Set(history.map((past) => past.plan))];
  const pairs = pairsOfPlans(dataset, { history, plans, places: counted.flatMap(({ earlier, index }) => [earlier, index]) });
  const before = pairs.get(plan);
  if (before !== undefined) return before;
  const found = pairsOf(plan, history, plans, counted, keysOf(dataset));
  pairs.set(plan, found, found.length);
  return found;
}

function pairsOf(
  plan: Plan,
  history: readonly EarlierRelease[],
  plans: readonly Plan[],
  counted: readonly Counted[],
  keys: Keys,
): readonly GuardPair[] {
  const isSame = (cell: number, set: ReleasedSet): boolean => set.upTo === null && set.key === plan.cells[cell]!.key;
  const lastOf = (cell: number): unknown => counted.findLast(({ set }) => isSame(cell, set));
  const asked = new Set(plans.flatMap(({ results, cells }) => results.flatMap(cellsOf).map((cell) => cells[cell]!.key)));
  const pairs: GuardPair[] = [];
  const blocks = new Map<string, GuardPair>();
  for (const cell of guardedCells(plan)) {
    const own = plan.cells[cell]!;
    const last = lastOf(cell);
    const waits = last !== undefined || asked.has(own.key);
    for (const one of counted) {
      const { set, index, earlier } = one;
      const same = isSame(cell, set);
      const shared = same ? [] : sharedBlocks(plan, cell, set);
      for (const block of shared) {
        const { key } = plan.cells[block]!;
        const name = `${block} ${earlier}`;
        if (!blocks.has(name))
          blocks.set(name, {
            cell: block,
            earlier,
            set: index,
            same: false,
            later: lastOf(block) !== undefined,
            block: key,
            empty: "nothing",
          });
      }
      if (!same && (shared.length > 0 || keys.disjoint(own.key, set.key))) continue;
      const empty = same ? "nothing" : set.upTo === null && keys.differByMissing(own.key, set.key) ? "recorded" : "nobody";
      pairs.push({ cell, earlier, set: index, same, later: waits && one !== last, empty });
    }
  }
  const shown = [...new Set(plan.results.flatMap(cellsOf))].toSorted((a, b) => a - b);
  const fresh = shown.filter((cell) => lastOf(cell) === undefined);
  const triples = triplesOf(plan, fresh, history, counted, keys).map(({ cell, ...sets }): GuardPair => ({
    cell,
    ...sets,
    same: false,
    later: asked.has(plan.cells[cell]!.key),
    empty: "nobody",
  }));
  return [...pairs, ...blocks.values(), ...triples];
}

const read = new WeakMap<Dataset, Keys>();

/** The keys of a dataset, as they were left by the last plan. */
function keysOf(dataset: Dataset): Keys {
  const keys = read.get(dataset) ?? new Keys(dataset);
  keys.allow();
  read.set(dataset, keys);
  return keys;
}

/** A set of an earlier release, and its places. */
export interface Counted {
  readonly set: ReleasedSet;
  readonly earlier: number;
  /** Among the sets of the release. */
  readonly index: number;
}

/** The sets of each release in turn, with their places, less those up to a quantile that was told before of the same patients. */
function countedSets(): (past: EarlierRelease) => readonly { readonly set: ReleasedSet; readonly index: number }[] {
  const toldOf = new Map<string, Set<string>>();
  return ({ plan, participants, sets, release }) => {
    const centres = namesOf(participants);
    const told = toldOf.get(centres) ?? new Set();
    toldOf.set(centres, told);
    const repeated = repeatedKeys(plan, release?.repeated);
    return sets.flatMap((set, index) => {
      if (set.upTo === null) return [{ set, index }];
      const name = quantileName(set, set.upTo);
      if (told.has(name) && repeated.has(set.key)) return [];
      told.add(name);
      return [{ set, index }];
    });
  };
}

const NOTHING: ReadonlySet<string> = new Set();
/** Kept beside what they are of: a query goes through all that was ever told. */
const repeatedOf = new WeakMap<readonly number[], { readonly plan: Plan; readonly keys: ReadonlySet<string> }>();
const quantileNames = new WeakMap<ReleasedSet, string>();

/** Keys of the cells that a release of a plan told once more. */
function repeatedKeys(plan: Plan, cells: readonly number[] | undefined): ReadonlySet<string> {
  if (cells === undefined) return NOTHING;
  const kept = repeatedOf.get(cells);
  if (kept?.plan === plan) return kept.keys;
  const keys = new Set(cells.map((cell) => plan.cells[cell]!.key));
  repeatedOf.set(cells, { plan, keys });
  return keys;
}

/** A set up to a quantile, as one text. */
function quantileName(set: ReleasedSet, { variable, index }: NonNullable<ReleasedSet["upTo"]>): string {
  let name = quantileNames.get(set);
  if (name === undefined) quantileNames.set(set, (name = JSON.stringify([set.key, variable, index])));
  return name;
}

/**
 * The pairs, of those to be tested later, that have to be tested now: of cells that are far from what was last told of them, and of those that were asked
 * for before and hid, and are not small now.
 * @param small the verdict of each cell of the plan
 */
export function pairsLeft(
  pairs: readonly GuardPair[],
  distances: readonly (Distance | null)[],
  small: readonly boolean[],
): readonly number[] {
  const settled = new Set(pairs.flatMap(({ cell, later, same }, i) => (same && !later && distances[i] !== "far" ? [cell] : [])));
  return pairs.flatMap(({ cell, later }, i) => (later && !settled.has(cell) && !small[cell] ? [i] : []));
}

/**
 * Of the pairs that are left, those that matter: of cells that would open, and of cohorts and strata that such cells tell of. What hides anyhow to
 * protect another cell needs no test, as long as it goes on hiding.
 * @param standing what becomes of each cell if none of these pairs is near
 */
export function pairsThatMatter(
  plan: Plan,
  pairs: readonly GuardPair[],
  left: readonly number[],
  standing: readonly Standing[],
): readonly number[] {
  const open = plan.cells.flatMap((cell, index) => (standing[index] === "open" ? [index, ...cell.within] : []));
  const matters = new Set(open);
  return left.filter((pair) => matters.has(pairs[pair]!.cell));
}

/** The cells that equal what was told before under their own definition, as indices, rising. */
export function toldBefore(pairs: readonly GuardPair[], distances: readonly (Distance | null)[]): readonly number[] {
  const told = pairs.flatMap(({ cell, same }, i) => (same && distances[i] === "equal" ? [cell] : []));
  return [...new Set(told)].toSorted((a, b) => a - b);
}

/**
 * The earlier release that answers a query again: of the same query under the same policy, where it told anything, as long as nothing that it tells has
 * safely changed since, and nothing newer was told of it. Whether nothing has changed, or too little to tell, can't be told apart.
 */
export function answerAgain(
  history: readonly EarlierRelease[],
  query: string,
  policy: Policy,
  pairs: readonly GuardPair[],
  distances: readonly (Distance | null)[],
): EarlierRelease | null {
  const at = history.findLastIndex((past) => past.query === query && past.release !== null && rules(past.policy) === rules(policy));
  // What was too little then may be enough now.
  if (at < 0 || !tellsAnything(history[at]!.plan, history[at]!.release!)) return null;
  const last = pairs.flatMap(({ same, later, earlier }, i) => (same && !later ? [{ earlier, distance: distances[i] }] : []));
  const stands = last.length > 0 && last.every(({ earlier, distance }) => earlier <= at && distance !== "far");
  return stands ? history[at]! : null;
}

/** A policy as one text, whatever the order of its rules. */
function rules(policy: Policy): string {
  return JSON.stringify(Object.entries(policy).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The cells that tell something if they open: those that a result shows, and the cohorts and strata that these are within. */
export function guardedCells(plan: Plan): readonly number[] {
  const shown = plan.results.flatMap(cellsOf);
  const blocks = shown.flatMap((cell) => plan.cells[cell]!.within);
  return [...new Set([...shown, ...blocks])].toSorted((a, b) => a - b);
}

/**
 * The cells that hide for what earlier releases have told, by cell. A cell that equals what was released under its own definition tells nothing
 * new, and passes. Otherwise it hides when any earlier set is near; and everything within a cohort or stratum that hides hides too, because a
 * number that happens to be the same would tell as much as one that differs.
 *
 * @param distances of the pairs; null for those that did not have to be tested
 */
export function guarded(plan: Plan, pairs: readonly GuardPair[], distances: readonly (Distance | null)[]): readonly boolean[] {
  const near = new Set(pairs.flatMap(({ cell }, i) => (distances[i] === "near" ? [cell] : [])));
  const told = new Set(toldBefore(pairs, distances));
  const refused = (cell: number): boolean => near.has(cell) && !told.has(cell);
  return plan.cells.map(({ within }, cell) => refused(cell) || within.some(refused));
}

/**
 * Cohorts and strata of which both tell a number of patients, known or missing; one of the two may be the stratum itself, told as a part of another. None
 * where one is a part of them, or up to a quantile.
 */
function sharedBlocks(plan: Plan, cell: number, set: ReleasedSet): readonly number[] {
  if (set.upTo !== null) return [];
  const { role, within, key } = plan.cells[cell]!;
  if (role === "part") return set.role !== "part" && set.within.includes(key) ? [cell] : [];
  return within.filter((block) => {
    const { key: stratum } = plan.cells[block]!;
    return set.role === "part" ? set.key === stratum : set.within.includes(stratum);
  });
}
