import type { Cell, Plan, Result } from "@tutti/query";
import type { Release, ReleaseResult } from "./release.ts";
import type { Distance, GuardPair } from "./guard.ts";
import type { Policy } from "./policy.ts";
import { cellsOf } from "./reveal.ts";
import type { Earlier } from "./system.ts";

/** A set of patients that an earlier release told of. */
export interface ReleasedSet {
  /** The canonical text of its predicate. */
  readonly key: string;
  /** Only those whose value lies at most at this point of the variable's grid: what a released quantile tells of. Null: all of them. */
  readonly upTo: { readonly variable: string; readonly index: number } | null;
  readonly role: Cell["role"];
  /** Keys of the cohorts and strata that it tells something of. */
  readonly within: readonly string[];
}

/** An earlier release, as far as the guard needs it; public among the centres. */
export interface EarlierRelease {
  /** The session's name. */
  readonly session: string;
  /** `sha256:…` of the query. */
  readonly query: string;
  /** The centres whose patients are in it. */
  readonly participants: readonly string[];
  /** Milliseconds since 1970, of its offer. */
  readonly atMs: number;
  readonly plan: Plan;
  readonly policy: Policy;
  readonly sets: readonly ReleasedSet[];
  /** Null when it stopped after something was opened. */
  readonly release: Release | null;
}

/**
 * The earlier releases that complementary suppression has to reckon with: of the same centres, with nothing that has safely changed since.
 * @param distances of the pairs, in their order
 */
export function stillStanding(
  history: readonly EarlierRelease[],
  participants: readonly string[],
  pairs: readonly GuardPair[],
  distances: readonly (Distance | null)[],
): readonly Earlier[] {
  const changed = new Set(pairs.flatMap(({ earlier, same }, i) => (same && distances[i] === "far" ? [earlier] : [])));
  const centres = namesOf(participants);
  const standing = history.filter(
    (past, i) => !changed.has(i) && namesOf(past.participants) === centres && past.release?.asOf === undefined,
  );
  // By the shape as it is kept, whose hash is kept with it: a text made anew for each would be hashed each time, some kilobytes.
  return [...Map.groupBy(standing, ({ plan }) => shapeOf(plan)).values()]
    .flatMap((alike) => [...Map.groupBy(alike, ({ policy }) => `${policy.threshold} ${policy.zeros}`).values()])
    .map(asOne);
}

/** Releases of one plan as one: what any of them told is told. */
function asOne(releases: readonly EarlierRelease[]): Earlier {
  const { plan, policy } = releases[0]!;
  // A recurring report tells the same each time, and its releases share what they tell.
  const sets = [...new Set(releases.map((past) => past.sets))].flat();
  const repeated = [...new Set(releases.map((past) => past.release?.repeated ?? []))].flat();
  const opened = new Set([
    ...sets.flatMap(({ key, upTo }) => (upTo === null ? [key] : [])),
    ...repeated.map((cell) => plan.cells[cell]!.key),
  ]);
  return {
    plan,
    policy,
    small: plan.cells.map(({ key }) => (opened.has(key) ? false : null)),
    standing: plan.cells.map(({ key }) => (opened.has(key) ? "open" : "hidden")),
  };
}

const names = new WeakMap<readonly string[], string>();

/** Centres as one text, whatever their order. */
export function namesOf(centres: readonly string[]): string {
  let text = names.get(centres);
  if (text === undefined) names.set(centres, (text = centres.toSorted().join("\n")));
  return text;
}

const shapes = new WeakMap<Plan, string>();

/** What of a plan suppression looks at, as one text: its cells, what adds up to what, and what is shown. */
function shapeOf(plan: Plan): string {
  let shape = shapes.get(plan);
  if (shape === undefined) {
    const { cells, relations, results } = plan;
    shapes.set(
      plan,
      (shape = JSON.stringify([cells.map(({ key, role, sensitive }) => [key, role, sensitive]), relations, results.map(cellsOf)])),
    );
  }
  return shape;
}

/** The sets that a list of opened cells tells of. */
export function setsOfCells(plan: Plan, cells: readonly number[]): readonly ReleasedSet[] {
  return cells.map((cell) => setOf(plan, cell, null));
}

/**
 * The sets that a release tells of: the cells behind its numbers, and for each quantile those up to it; one that answers
 * again tells of nothing, and what is repeated is told already. Throws a RangeError when the release is
 * not one of this plan.
 */
export function setsOfRelease(
  plan: Plan,
  { results, asOf, repeated = [] }: Pick<Release, "results" | "asOf" | "repeated">,
): readonly ReleasedSet[] {
  if (asOf !== undefined) return [];
  if (results.length !== plan.results.length) throw new RangeError("the release does not have the rows of this query");
  const rows = plan.results.map((result, i) => ({ result, row: results[i]! }));
  if (rows.some(({ result, row }) => result.measure !== row.measure))
    throw new RangeError("the release does not have the rows of this query");
  const opened = new Set(rows.flatMap(({ result, row }) => openedCells(result, row)));
  const cells = [...opened].filter((cell) => !repeated.includes(cell)).toSorted((a, b) => a - b);
  return [...setsOfCells(plan, cells), ...rows.flatMap(({ result, row }) => setsOfQuantiles(plan, result, row))];
}

/** Whether a release tells anything, if only once more. Throws a RangeError when it is not one of this plan. */
export function tellsAnything(plan: Plan, { results }: Pick<Release, "results">): boolean {
  return setsOfRelease(plan, { results }).length > 0;
}

/** Releases that are looked at for how large the network is. */
const NEWEST = 10;

/** The largest number of patients that any of the newest releases tells of; 0 when there is none. */
export function patientsTold(history: readonly EarlierRelease[]): number {
  const rows = history.slice(-NEWEST).flatMap(({ release }) => release?.results ?? []);
  return rows.reduce((most, row) => Math.max(most, ("count" in row ? row.count : row.known) ?? 0), 0);
}

function setOf(plan: Plan, cell: number, upTo: ReleasedSet["upTo"]): ReleasedSet {
  const { key, role, within } = plan.cells[cell]!;
  return { key, upTo, role, within: within.map((block) => plan.cells[block]!.key) };
}

function openedCells(result: Result, row: ReleaseResult): readonly number[] {
  if (result.kind === "count" && "count" in row) return shown(row.count, result.count);
  if (!("known" in row)) throw new RangeError("the release does not have the rows of this query");
  const known = "known" in result ? shown(row.known, result.known) : [];
  if (result.kind === "proportion" && "positive" in row) {
    return [...known, ...shown(row.positive, result.positive), ...(row.known === null ? [] : shown(row.positive, result.negative))];
  }
  if (result.kind === "distribution" && "counts" in row)
    return [...known, ...result.counts.flatMap(([label, cell]) => shown(row.counts[label], cell))];
  return known.filter((cell) => cellsOf(result).includes(cell));
}

function setsOfQuantiles(plan: Plan, result: Result, row: ReleaseResult): readonly ReleasedSet[] {
  if (result.kind !== "quantiles" || !("quantiles" in row)) return [];
  const { grid, variable, known } = result;
  const scale = 10 ** grid.decimals;
  const indices = Object.values(row.quantiles).flatMap((value) => {
    // A quantile may lie in the middle of two points: those up to it are those up to the lower one.
    return value === null ? [] : [Math.floor((Math.round(value * scale * 2) / 2 - grid.fromUnits) / grid.stepUnits + 1e-9)];
  });
  return [...new Set(indices)].map((index) => setOf(plan, known, { variable, index }));
}

function shown(value: number | null | undefined, cell: number): readonly number[] {
  return value === null || value === undefined ? [] : [cell];
}
